"""The tables of the champion-challenger report: every number in words, with the page that lists what lies behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from inference.evaluation.intervals import Figure
from medcode.codebook.models import Code, CodeSystem
from medcode.codebook.snapshot import dotted
from review.models import Chart
from review.reports.challenger import WHICH, Pair, Scope
from review.reports.comparing import Compared, Comparison, OneSided, Row, Scores
from review.reports.listing import Link
from review.reports.tables import Number, Share, percent

SYSTEM = CodeSystem.ICD10CM.value


@dataclass(frozen=True, slots=True)
class Score:
    """A share and its interval as a person reads them."""

    text: str
    interval: str


@dataclass(frozen=True, slots=True)
class Side:
    """One reader's scores."""

    precision: Score
    recall: Score
    f1: Score


@dataclass(frozen=True, slots=True)
class VersusRow:
    """One line: both readers over the same charts."""

    label: str
    charts: Number
    champion: Side
    challenger: Side
    gain: Score
    small: bool
    verdict: str


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A code that one of both found alone; `final` of the charts on which it did."""

    code: str
    title: str
    charts: Number
    final: Share


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything on the page for one pair."""

    total: VersusRow | None
    specialties: list[VersusRow]
    same: Share
    shared: Share
    only_champion: list[CodeRow]
    only_challenger: list[CodeRow]


@dataclass(frozen=True, slots=True)
class ChartRow:
    """A compared chart; codes as people write them, in order."""

    chart: Chart
    specialty: str
    final: list[str]
    only_champion: list[str]
    only_challenger: list[str]

    @property
    def reference(self) -> str:
        """The beginning of the chart's public identifier: enough to tell rows apart, and no PHI."""
        return str(self.chart.public_id)[:8]


def tables(pair: Pair, found: Comparison) -> Tables:
    titles = _titles({each.code for each in (*found.only_champion, *found.only_challenger)})
    return Tables(
        total=_row(pair, found.total, Scope()) if found.total else None,
        specialties=[_row(pair, each, Scope(specialty=each.label)) for each in found.specialties],
        same=Share(found.same, Scope(which="same").url(pair)),
        shared=Share(found.shared, Scope().url(pair)),
        only_champion=[_code(pair, each, titles, Scope(which="champion")) for each in found.only_champion],
        only_challenger=[_code(pair, each, titles, Scope(which="challenger")) for each in found.only_challenger],
    )


def _row(pair: Pair, row: Row, scope: Scope) -> VersusRow:
    return VersusRow(
        label=row.label,
        charts=Number(row.charts, scope.url(pair)),
        champion=_side(row.champion),
        challenger=_side(row.challenger),
        gain=_points(row.f1_gain),
        small=row.small,
        verdict=row.verdict,
    )


def _side(scores: Scores) -> Side:
    return Side(*(_score(each) for each in (scores.precision, scores.recall, scores.f1)))


def _score(figure: Figure) -> Score:
    if figure.low is None or figure.high is None:
        return Score(percent(figure.value), "")
    return Score(percent(figure.value), f"{round(100 * figure.low)}–{round(100 * figure.high)}%")


def _points(figure: Figure) -> Score:
    """A difference of two shares, in percentage points with its sign."""
    if figure.low is None or figure.high is None:
        return Score(_signed(figure.value), "")
    return Score(_signed(figure.value), f"{_signed(figure.low)} to {_signed(figure.high)}")


def _signed(value: float) -> str:
    return f"{100 * value:+.1f}".replace("-", "−")


def _code(pair: Pair, each: OneSided, titles: dict[str, str], scope: Scope) -> CodeRow:
    here = replace(scope, code=each.code)
    return CodeRow(
        code=dotted(each.code, SYSTEM),
        title=titles.get(each.code, ""),
        charts=Number(each.charts, here.url(pair)),
        final=Share(each.final, replace(here, final="yes").url(pair)),
    )


def _titles(codes: set[str]) -> dict[str, str]:
    """From the newest release that has them."""
    rows = Code.objects.filter(code__in=codes, release__code_system=SYSTEM).order_by("release__valid_from")
    return dict(rows.values_list("code", "title"))


def chart_rows(found: Iterable[Compared]) -> list[ChartRow]:
    listed = list(found)
    charts = Chart.objects.only("public_id", "simulated").in_bulk([each.chart_id for each in listed])
    return [
        ChartRow(
            charts[each.chart_id],
            each.specialty,
            *(
                [dotted(code, SYSTEM) for code in sorted(codes)]
                for codes in (each.final, each.only_champion, each.only_challenger)
            ),
        )
        for each in listed
    ]


def tabs(pair: Pair, scope: Scope) -> list[Link]:
    """The same charts by what both made of them."""
    return [
        Link(label, Scope(which=which, specialty=scope.specialty).url(pair), which == scope.which)
        for which, (label, _) in WHICH.items()
    ]


def chips(pair: Pair, scope: Scope) -> list[Link]:
    """The filters in force; each leads to the list without it."""
    labels = {"specialty": scope.specialty, "code": dotted(scope.code, SYSTEM), "final": "Became final"}
    return [
        Link(labels[each.name], replace(scope, **{each.name: ""}).url(pair))
        for each in fields(scope)
        if each.name in labels and getattr(scope, each.name)
    ]
