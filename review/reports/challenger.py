"""Champion against challenger: which charts both have read, and the charts behind each number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.urls import reverse

from inference.evaluation.intervals import Figure
from inference.models import ModelVersion
from inference.schema import Band
from medcode.codebook.models import CodeSystem
from medcode.codebook.snapshot import undotted
from review.actions.errors import InvalidInputError
from review.models import AssignedCode, Chart, ShadowRun, ShadowSuggestion, Suggestion
from review.reports.comparing import Compared, Row, Scores

LATEST = 5_000  # charts compared at most, the latest: older ones say little of today's models
TELLING = (Band.HIGH.value, Band.MEDIUM.value)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two model versions that have read the same charts."""

    champion: ModelVersion
    challenger: ModelVersion

    @property
    def key(self) -> str:
        """As it stands in a URL."""
        return f"{self.champion.pk}-{self.challenger.pk}"


def pairs() -> list[Pair]:
    """Every pair that has a compared chart, the one compared last first."""
    rows = _comparable().order_by("-pk").values_list("champion__model_version", "run__model_version")
    keys = list(dict.fromkeys(rows[:LATEST]))
    versions = ModelVersion.objects.in_bulk({key for pair in keys for key in pair})
    return [Pair(versions[champion], versions[challenger]) for champion, challenger in keys]


def _comparable() -> QuerySet[ShadowRun]:
    """Shadow runs beside the reading on which the coder worked, on charts that are final."""
    return ShadowRun.objects.filter(run__isnull=False, chart__status=Chart.Status.FINAL, chart__run=F("champion"))


def compared(pair: Pair) -> list[Compared]:
    """The latest charts that both of the pair have read, the newest first. Four queries."""
    rows = _comparable().filter(champion__model_version=pair.champion, run__model_version=pair.challenger)
    shadows = list(rows.order_by("-pk").values_list("pk", "chart_id", "chart__specialty")[:LATEST])
    charts = [chart for _, chart, _ in shadows]
    suggested = Suggestion.objects.filter(chart__in=charts, band__in=TELLING, code_system=CodeSystem.ICD10CM)
    champion = _sets(suggested.exclude(state=Suggestion.State.WITHDRAWN).values_list("chart_id", "code"))
    theirs = ShadowSuggestion.objects.filter(
        shadow__in=[key for key, _, _ in shadows], band__in=TELLING, code_system=CodeSystem.ICD10CM
    )
    challenger = _sets(theirs.values_list("shadow_id", "code"))
    assigned = AssignedCode.objects.filter(chart__in=charts, code_system=CodeSystem.ICD10CM)
    final = _sets(assigned.values_list("chart_id", "code"))
    return [
        Compared(
            chart,
            specialty,
            *(frozenset(sets.get(key, ())) for sets, key in ((champion, chart), (challenger, shadow), (final, chart))),
        )
        for shadow, chart, specialty in shadows
    ]


def _sets(rows: Iterable[tuple[int, str]]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for key, code in rows:
        found.setdefault(key, set()).add(code)
    return found


def find(pairs: list[Pair], key: str) -> Pair | None:
    """The pair of a URL, or the one compared last where it names none. Raises `InvalidInputError` for a stranger."""
    if not key:
        return pairs[0] if pairs else None
    found = next((pair for pair in pairs if pair.key == key), None)
    if found is None:
        raise InvalidInputError("these two have not read the same charts.", field="pair")
    return found


# What a reader may ask for, and the charts that it stands for.
WHICH: dict[str, tuple[str, Callable[[Compared], bool]]] = {
    "all": ("Compared charts", lambda each: True),
    "same": ("Same codes from both", lambda each: each.champion == each.challenger),
    "different": ("Different codes", lambda each: each.champion != each.challenger),
    "champion": ("Codes that only the champion found", lambda each: bool(each.only_champion)),
    "challenger": ("Codes that only the challenger found", lambda each: bool(each.only_challenger)),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which of the compared charts. A `code` narrows the one-sided ones, `final` to where it became final."""

    which: str = "all"
    specialty: str = ""
    code: str = ""
    final: str = ""

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> Scope:
        """Read a query string. Raises `InvalidInputError` naming the first filter that makes no sense."""
        values = {each.name: query.get(each.name, "").strip() for each in fields(cls)}
        values["which"] = values["which"] or "all"
        values["code"] = undotted(values["code"])
        if values["which"] not in WHICH:
            raise InvalidInputError(f"must be one of {', '.join(WHICH)}.", field="which")
        if values["final"] not in ("", "yes"):
            raise InvalidInputError("must be yes, or nothing.", field="final")
        for name in ("specialty", "code"):
            if len(values[name]) > 60 or "\x00" in values[name]:
                raise InvalidInputError("is not a value that this report knows.", field=name)
        return cls(**values)

    @property
    def title(self) -> str:
        return WHICH[self.which][0]

    def holds(self, each: Compared) -> bool:
        if self.specialty and each.specialty != self.specialty:
            return False
        if not WHICH[self.which][1](each):
            return False
        if self.code and self.code not in self.codes(each):
            return False
        return not self.final or self.code in each.final

    def codes(self, each: Compared) -> frozenset[str]:
        """The codes among which `code` is looked for."""
        if self.which == "champion":
            return each.only_champion
        return each.only_challenger if self.which == "challenger" else each.champion | each.challenger | each.final

    def url(self, pair: Pair) -> str:
        """The page that lists the charts in this scope."""
        query = {"pair": pair.key} | {each.name: getattr(self, each.name) for each in fields(self)}
        return f"{reverse('model_challenger_charts')}?{urlencode({k: v for k, v in query.items() if v})}"


CSV_HEADER = (
    "over",
    "charts",
    "small_sample",
    *(
        f"{who}_{what}{end}"
        for who in ("champion", "challenger")
        for what in ("precision", "recall", "f1")
        for end in ("", "_low", "_high")
    ),
    "f1_gain",
    "f1_gain_low",
    "f1_gain_high",
)


def csv_rows(rows: Iterable[Row]) -> Iterator[tuple[Any, ...]]:
    """Rows under `CSV_HEADER`; shares are fractions with four decimals."""
    for row in rows:
        yield (
            row.label,
            row.charts,
            "yes" if row.small else "no",
            *_cells(row.champion),
            *_cells(row.challenger),
            *_ends(row.f1_gain),
        )


def _cells(scores: Scores) -> Iterator[float | None]:
    for each in (scores.precision, scores.recall, scores.f1):
        yield from _ends(each)


def _ends(value: Figure) -> tuple[float | None, ...]:
    return tuple(None if each is None else round(each, 4) for each in (value.value, value.low, value.high))
