"""Second looks in numbers: sums over those that were closed in a period, each with the charts behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from review.actions.errors import InvalidInputError
from review.models import ChartAudit, ErrorKind
from review.reports.second_look import GUIDELINES, Score
from review.reports.series import point
from review.reports.statistics import Rate
from review.reports.tables import Share
from review.reports.weeks import WEEK, midnight, monday_of, week_of

WEEKS = 12
LONGEST_DAYS = 732
OPEN = "open"
STATUSES = ["", OPEN, *ChartAudit.Status.values]
WRONG = {"": "", "drg": "DRG changed", "poa": "POA changed", "code": "codes differ", "any": "any finding"}
SERIES = (
    ("acceptance", "Code-over-code", "code_over_code"),
    ("missed", "DRG, case-over-case", "drg"),
    ("override", "POA", "poa"),
)


@dataclass(frozen=True, slots=True)
class AuditScope:
    """Which second looks. Dates are of closing, on the hospital's calendar; "" means any."""

    first: str = ""
    last: str = ""
    status: str = ""
    specialty: str = ""
    sample: str = ""
    kind: str = ""
    wrong: str = ""

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> AuditScope:
        """Read a query string. Raises `InvalidInputError` naming the first filter that makes no sense."""
        scope = cls(**{each.name: query.get(each.name, "").strip()[:60] for each in fields(cls)})
        allowed = {"status": STATUSES, "kind": ["", *ErrorKind.values], "wrong": list(WRONG)}
        for name, values in allowed.items():
            if getattr(scope, name) not in values:
                raise InvalidInputError("is not a value that this page knows.", field=name)
        if scope.sample and not (scope.sample.isascii() and scope.sample.isdigit() and len(scope.sample) < 10):
            raise InvalidInputError("is not a sample.", field="sample")
        if "\x00" in scope.specialty:
            raise InvalidInputError("is not a specialty.", field="specialty")
        period(scope)
        return scope

    def url(self, name: str = "second_look_charts", **changes: str) -> str:
        """The page that lists what lies in this scope, or another page of the same scope."""
        values = {**{each.name: getattr(self, each.name) for each in fields(self)}, **changes}
        return f"{reverse(name)}?{urlencode({key: value for key, value in values.items() if value})}".rstrip("?")


def period(query: AuditScope) -> tuple[date, date]:
    """First and last day: as asked for, else the last twelve weeks up to today."""
    today = timezone.localdate()
    last = _day(query.last, "last") or today
    first = _day(query.first, "first") or monday_of(last) - WEEK * (WEEKS - 1)
    if not timedelta(0) <= last - first <= timedelta(days=LONGEST_DAYS):
        raise InvalidInputError("The last day follows the first by no more than two years.", field="last")
    return first, last


def _day(text: str, name: str) -> date | None:
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInputError("Write the day as YYYY-MM-DD.", field=name) from None
    if found and not date(2000, 1, 1) <= found <= date(2100, 1, 1):
        raise InvalidInputError("Choose a day of this century.", field=name)
    return found


def audits(scope: AuditScope) -> QuerySet[ChartAudit]:
    """The second looks in the scope; those that are not closed yet belong to no period."""
    found = ChartAudit.objects.select_related("chart__encounter", "coder", "auditor", "sample")
    if scope.status == OPEN:
        found = found.exclude(status__in=ChartAudit.CLOSED)
    elif scope.status:
        found = found.filter(status=scope.status)
    if scope.status in ("", *ChartAudit.CLOSED):
        first, last = period(scope)
        found = found.filter(closed_at__gte=midnight(first), closed_at__lt=midnight(last + timedelta(days=1)))
    if scope.specialty:
        found = found.filter(chart__specialty=scope.specialty)
    if scope.sample:
        found = found.filter(sample=int(scope.sample))
    if scope.kind:
        found = found.filter(score__kinds__has_key=scope.kind)
    return _wrong(found, scope.wrong).order_by("-closed_at", "-pk")


def _wrong(found: QuerySet[ChartAudit], what: str) -> QuerySet[ChartAudit]:
    if what == "drg":
        return found.filter(score__drg_total=1, score__drg_right=0)
    if what == "any":
        return found.filter(score__errors__gt=0)
    if what == "poa":
        return found.filter(score__kinds__has_key="poa")
    if what == "code":
        return found.filter(score__kinds__has_any_keys=[each for each in ErrorKind.values if each != "poa"])
    return found


def score_of(audit: ChartAudit) -> Score:
    """The stored score of one that is closed."""
    return Score.from_json(audit.score) if audit.score else Score()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a score and the scope of the charts behind it."""

    label: str
    score: Score
    scope: AuditScope

    @property
    def url(self) -> str:
        return self.scope.url()

    @property
    def code_over_code(self) -> Share:
        return Share(self.score.code_over_code, self.url)

    @property
    def confirmed(self) -> Share:
        return Share(self.score.confirmed_share, self.url)

    @property
    def poa(self) -> Share:
        return Share(self.score.poa, self.url)

    @property
    def drg(self) -> Share:
        return Share(self.score.drg, self.url)

    @property
    def drg_wrong_url(self) -> str:
        return replace(self.scope, wrong="drg").url()


@dataclass(frozen=True, slots=True)
class KindRow:
    """How often an error of one kind was made, which rule it breaks, and the charts."""

    label: str
    guideline: str
    count: int
    share: Rate
    url: str


@dataclass(frozen=True, slots=True)
class Overview:
    """A period of second looks."""

    total: Row
    specialties: list[Row]
    samples: list[Row]
    kinds: list[KindRow]
    trend: dict[str, Any]
    simulated: int


def overview(scope: AuditScope) -> Overview:
    """Everything the overview shows of the closed second looks in the scope, from one query."""
    rows = list(audits(replace(scope, status="")))
    scored = [(each, score_of(each)) for each in rows]
    total = sum((score for _, score in scored), Score())
    return Overview(
        Row("All", total, scope),
        _by(scored, lambda each: each.chart.specialty, lambda each: replace(scope, specialty=each.chart.specialty)),
        sorted(
            _by(scored, _sample_label, lambda each: replace(scope, sample=str(each.sample_id))),
            key=lambda row: -int(row.scope.sample),
        ),
        kind_rows(total, scope),
        trend((each.closed_at, score) for each, score in scored if each.closed_at),
        sum(each.chart.simulated for each in rows),
    )


def _sample_label(audit: ChartAudit) -> str:
    sample = audit.sample
    return f"{sample.name}, {sample.first_day:%b} {sample.first_day.day} – {sample.last_day:%b} {sample.last_day.day}"


def _by(scored: list[tuple[ChartAudit, Score]], label: Any, scope: Any) -> list[Row]:
    sums: dict[str, tuple[Score, AuditScope]] = {}
    for audit, score in scored:
        so_far = sums.get(label(audit), (Score(), scope(audit)))
        sums[label(audit)] = (so_far[0] + score, so_far[1])
    return [Row(name, score, within) for name, (score, within) in sorted(sums.items())]


def kind_rows(total: Score, scope: AuditScope) -> list[KindRow]:
    """Errors by kind, the most frequent first."""
    labels: dict[str, str] = {each.value: str(each.label) for each in ErrorKind}
    return [
        KindRow(labels[kind], GUIDELINES[kind], count, Rate(count, total.errors), replace(scope, kind=kind).url())
        for kind, count in sorted(total.kinds.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def trend(scored: Iterable[tuple[datetime, Score]]) -> dict[str, Any]:
    """The rates week by week for the plot; weeks without a closed second look are left out."""
    weeks: dict[date, Score] = {}
    for at, score in scored:
        weeks[week_of(at)] = weeks.get(week_of(at), Score()) + score
    ordered = sorted(weeks)
    return {
        "labels": [f"{week:%b} {week.day}" for week in ordered],
        "series": [
            {"key": key, "label": label, "points": [point(getattr(weeks[week], name)) for week in ordered]}
            for key, label, name in SERIES
        ],
    }


CSV_HEADER = [
    "second_look",
    "chart",
    "sample",
    "specialty",
    "class",
    "status",
    "closed_at",
    "auditor_codes",
    "right",
    "coder_codes",
    "confirmed",
    "errors",
    "principal_changed",
    "poa_right",
    "poa_total",
    "drg_right",
    "drg_total",
    "weight_change",
    "simulated",
]


def csv_rows(scope: AuditScope) -> Iterator[list[Any]]:
    """One line for each second look in the scope. Names no patient and no coder."""
    for audit in audits(scope):
        score = score_of(audit)
        closed = timezone.localtime(audit.closed_at).isoformat(timespec="seconds") if audit.closed_at else ""
        encounter = audit.chart.encounter
        yield [
            audit.pk,
            str(audit.chart.public_id),
            audit.sample.name,
            audit.chart.specialty,
            encounter.patient_class,
            audit.status,
            closed,
            *(getattr(score, name) for name in CSV_HEADER[7:-1]),
            audit.chart.simulated,
        ]
