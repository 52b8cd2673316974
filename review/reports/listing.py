"""The rows of a drill-down: what lies behind a number, without a patient's name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime

from medcode.codebook.snapshot import dotted
from review.models import Chart, Decision, RejectReason, Suggestion
from review.reports.drilldown import ACT_NAMES, UNDECIDED, Scope


@dataclass(frozen=True, slots=True)
class Row:
    """One chart, decision or suggestion. Fields that a kind of row does not have stay empty."""

    chart: Chart
    specialty: str
    at: datetime | None
    person: str = ""
    act: str = ""
    act_label: str = ""
    suggested: str = ""
    final: str = ""
    reason: str = ""
    band: str = ""
    percent: int | None = None

    @property
    def reference(self) -> str:
        """The beginning of the chart's public identifier: enough to tell rows apart, and no PHI."""
        return str(self.chart.public_id)[:8]


@dataclass(frozen=True, slots=True)
class Link:
    """A label that leads to another scope."""

    label: str
    url: str
    active: bool = False


def chart_rows(charts: Iterable[Chart]) -> list[Row]:
    return [
        Row(each, each.specialty, each.finalized_at, each.finalized_by.display_name if each.finalized_by else "")
        for each in charts
    ]


def decision_rows(decisions: Iterable[Decision]) -> list[Row]:
    return [_decision_row(each) for each in decisions]


def _decision_row(decision: Decision) -> Row:
    return Row(
        chart=decision.chart,
        specialty=decision.specialty,
        at=decision.decided_at,
        person=decision.coder.display_name,
        act=decision.act,
        act_label=decision.get_act_display(),
        suggested=decision.suggested_display,
        final=decision.final_display,
        reason=decision.get_reason_display(),
        band=decision.band,
        percent=None if decision.confidence is None else round(100 * decision.confidence),
    )


def suggestion_rows(suggestions: Iterable[Suggestion]) -> list[Row]:
    return [
        Row(
            chart=each.chart,
            specialty=each.chart.specialty,
            at=each.chart.finalized_at,
            act=UNDECIDED,
            act_label=ACT_NAMES[UNDECIDED],
            suggested=each.display,
            band=each.band,
            percent=each.percent,
        )
        for each in suggestions
    ]


def tabs(week: date, scope: Scope) -> list[Link]:
    """The same stretch of the week seen as charts, or as decisions of each kind."""
    kinds = {"": "Charts", **ACT_NAMES}
    return [Link(label, replace(scope, act=act).url(week), act == scope.act) for act, label in kinds.items()]


def filter_chips(week: date, scope: Scope) -> list[Link]:
    """The filters in force; each leads to the list without it."""
    chips = []
    for each in fields(scope):
        value = getattr(scope, each.name)
        if value and each.name not in ("act", "percent_from", "percent_to"):
            chips.append(Link(_chip(scope, each.name, value), replace(scope, **{each.name: ""}).url(week)))
    if scope.percent_from or scope.percent_to:
        label = f"Confidence {scope.percent_from or '0'}–{scope.percent_to or '100'}%"
        chips.append(Link(label, replace(scope, percent_from="", percent_to="").url(week)))
    return chips


def _chip(scope: Scope, name: str, value: str) -> str:
    if name == "reason":
        return RejectReason(value).label
    if name == "code":
        return f"Suggested {dotted(value, scope.code_system or 'ICD-10-CM')}"
    return f"Band {value}" if name == "band" else value
