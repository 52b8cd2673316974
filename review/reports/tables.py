"""The tables of a report: every number in words, with the page that lists what lies behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from inference.schema import Band
from medcode.codebook.models import Code
from medcode.codebook.snapshot import dotted
from review.models import RejectReason
from review.reports.drilldown import Scope
from review.reports.figures import PROMISED, Figures, OverriddenCode, Tally
from review.reports.reading import Week
from review.reports.statistics import SMALL, Rate


@dataclass(frozen=True, slots=True)
class Number:
    """A count and the page of what it counts."""

    value: int
    url: str


@dataclass(frozen=True, slots=True)
class Share:
    """A rate as a person reads it, and the page of what it is a share of."""

    rate: Rate
    url: str

    @property
    def text(self) -> str:
        return percent(self.rate.value)

    @property
    def interval(self) -> str:
        """The 95% interval in whole percents, or "" without a rate."""
        found = self.rate.interval
        return f"{round(100 * found.low)}–{round(100 * found.high)}%" if found else ""

    @property
    def small(self) -> bool:
        return self.rate.small and self.rate.whole > 0


@dataclass(frozen=True, slots=True)
class TallyRow:
    """One line of a table of tallies."""

    label: str
    charts: Number | None
    suggested: Number
    accepted: Number
    modified: Number
    rejected: Number
    added: Number
    acceptance: Share
    override: Share
    missed: Share


@dataclass(frozen=True, slots=True)
class BandRow:
    """What a band promises, and what its suggestions kept."""

    band: str
    promise: str
    row: TallyRow
    verdict: str
    undecided: Number


@dataclass(frozen=True, slots=True)
class BinRow:
    """One point of the reliability curve."""

    label: str
    predicted: str
    observed: Share
    decided: Number
    undecided: Number


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One of the codes that coders changed most."""

    code: str
    title: str
    overridden: Number
    override: Share
    reasons: list[tuple[str, Number]]


def percent(value: float | None) -> str:
    """A fraction with one decimal, or a dash where there is none."""
    return "–" if value is None else f"{100 * value:.1f}%"


def tally_row(week: date, label: str, tally: Tally, scope: Scope, charts: int | None = None) -> TallyRow:
    """The line for a tally; its links stay within `scope`."""

    def link(act: str) -> str:
        return replace(scope, act=act).url(week)

    return TallyRow(
        label=label,
        charts=None if charts is None else Number(charts, link("")),
        suggested=Number(tally.suggested, link("suggested")),
        accepted=Number(tally.accepted, link("accept")),
        modified=Number(tally.modified, link("modify")),
        rejected=Number(tally.rejected, link("reject")),
        added=Number(tally.added, link("add")),
        acceptance=Share(tally.acceptance, link("suggested")),
        override=Share(tally.override, link("override")),
        missed=Share(tally.missed, link("assigned")),
    )


def headline(week: Week) -> TallyRow:
    """The whole week in one line."""
    return tally_row(week.week, week.label, week.figures.total, Scope(), week.figures.chart_count)


def specialties(week: date, figures: Figures) -> list[TallyRow]:
    charts = {each.specialty: each.charts for each in figures.charts}
    return [
        tally_row(week, name, tally, Scope(specialty=name), charts.get(name, 0))
        for name, tally in figures.by_specialty().items()
    ]


def code_systems(week: date, figures: Figures) -> list[TallyRow]:
    return [tally_row(week, name, tally, Scope(code_system=name)) for name, tally in figures.by_code_system().items()]


def model_versions(week: date, figures: Figures) -> list[TallyRow]:
    return [tally_row(week, name, tally, Scope(model=name)) for name, tally in figures.by_model_version().items()]


def bands(week: date, figures: Figures) -> list[BandRow]:
    return [
        BandRow(
            band=name,
            promise=_promise(name),
            row=tally_row(week, name, tally, Scope(band=name)),
            verdict=_verdict(name, tally.acceptance),
            undecided=Number(figures.undecided.get(name, 0), Scope(act="undecided", band=name).url(week)),
        )
        for name, tally in figures.by_band().items()
    ]


def _promise(band: str) -> str:
    low, high = PROMISED[band]
    if band == Band.HIGH:
        return f"at least {round(100 * low)}%"
    return f"{round(100 * low)}–{round(100 * high)}%" if low else f"below {round(100 * high)}%"


def _verdict(band: str, acceptance: Rate) -> str:
    """Whether the interval touches what the band promises; small samples are not judged."""
    interval = acceptance.interval
    if interval is None or acceptance.small:
        return f"too few to tell (under {SMALL})" if interval else ""
    low, high = PROMISED[band]
    if interval.high < low:
        return "below its promise"
    return "above its promise" if interval.low > high else "kept"


def bins(week: date, figures: Figures) -> list[BinRow]:
    rows = []
    for each in figures.bins:
        scope = Scope(act="suggested", percent_from=str(each.low_percent), percent_to=str(each.high_percent))
        rows.append(
            BinRow(
                label=f"{each.low_percent}–{each.high_percent}%",
                predicted=percent(each.predicted),
                observed=Share(each.observed, replace(scope, act="accept").url(week)),
                decided=Number(each.observed.whole - each.undecided, scope.url(week)),
                undecided=Number(each.undecided, replace(scope, act="undecided").url(week)),
            )
        )
    return rows


def overridden_codes(week: date, codes: Iterable[OverriddenCode]) -> list[CodeRow]:
    """With their descriptions from the newest release that has them."""
    listed = list(codes)
    titles = _titles(listed)
    return [_code_row(week, each, titles.get((each.code_system, each.code), "")) for each in listed]


def _titles(codes: list[OverriddenCode]) -> dict[tuple[str, str], str]:
    rows = Code.objects.filter(code__in=[each.code for each in codes]).order_by("release__valid_from")
    return {(system, code): title for system, code, title in rows.values_list("release__code_system", "code", "title")}


def _code_row(week: date, code: OverriddenCode, title: str) -> CodeRow:
    scope = Scope(act="override", code_system=code.code_system, code=code.code)
    labels: dict[Any, str] = dict(RejectReason.choices)
    return CodeRow(
        code=dotted(code.code, code.code_system),
        title=title,
        overridden=Number(code.overridden, scope.url(week)),
        override=Share(code.override, replace(scope, act="suggested").url(week)),
        reasons=[
            (labels.get(reason, reason), Number(count, replace(scope, reason=reason).url(week)))
            for reason, count in code.reasons.items()
        ],
    )


def points(error: float | None) -> str:
    """A calibration error in percentage points."""
    return "–" if error is None else f"{100 * error:.1f} points"
