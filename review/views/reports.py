"""The weekly accuracy report, and the charts behind each of its numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from review.actions import reporting
from review.actions.errors import InvalidInputError
from review.permissions import can_make_reports, can_read_charts
from review.reports import drilldown, reading, series, tables
from review.reports.drilldown import Scope
from review.reports.listing import chart_rows, decision_rows, filter_chips, suggestion_rows, tabs
from review.reports.reading import Week
from review.reports.weeks import WEEK, last_week, monday_of, this_week
from review.views.decorators import PersonRequest, allow

TREND_WEEKS = 12
FIRST_WEEK = date(2000, 1, 3)


@require_GET
@allow("read_reports")
def index(request: PersonRequest) -> HttpResponse:
    """The last weeks side by side."""
    weeks = reading.trend(this_week(), TREND_WEEKS)
    context = {
        "rows": [(week, tables.headline(week)) for week in reversed(weeks)],
        "any_chart": any(week.figures.chart_count for week in weeks),
        "simulated": _simulated(weeks),
        "trend": series.trend(week for week in weeks if week.figures.chart_count),
        "this_week": this_week(),
        "last_week": last_week(),
    }
    return render(request, "reports/index.html", context)


@require_POST
@allow("make_reports")
def make(request: PersonRequest) -> HttpResponse:
    """Count a week again and store it; then show it."""
    week = _posted_week(request.POST.get("week", ""))
    reporting.make_weekly_report(week, by=request.user)
    return redirect("report", week)


@require_GET
@allow("read_reports")
def show(request: PersonRequest, week: date) -> HttpResponse:
    """One week in full."""
    _check_week(week)
    if week != monday_of(week):
        return redirect("report", monday_of(week))
    found = reading.weekly(week)
    context: dict[str, Any] = {
        "week": week,
        "label": reading.span(week, reading.last_day(week)),
        "found": found,
        "previous": week - WEEK,
        "following": week + WEEK if week < this_week() else None,
        "may_make": can_make_reports(request.user),
    }
    if found:
        context |= _tables(found) | {"simulated": _simulated([found])}
    return render(request, "reports/show.html", context)


@require_GET
@allow("read_reports")
def charts(request: PersonRequest, week: date) -> HttpResponse:
    """The charts or decisions behind a number, a page at a time."""
    _check_week(week)
    if week != monday_of(week):
        raise Http404
    scope = Scope.parse(request.GET)
    after = request.GET.get("after", "")
    if scope.lists_charts:
        page = drilldown.page(drilldown.charts(week, scope), after)
        rows = chart_rows(page.rows)
    elif scope.act == drilldown.UNDECIDED:
        page = drilldown.page(drilldown.undecided(week, scope), after)
        rows = suggestion_rows(page.rows)
    else:
        page = drilldown.page(drilldown.decisions(week, scope), after)
        rows = decision_rows(page.rows)
    context = {
        "week": week,
        "label": reading.span(week, reading.last_day(week)),
        "scope": scope,
        "title": drilldown.ACT_NAMES.get(scope.act, "Charts"),
        "tabs": tabs(week, scope),
        "chips": filter_chips(week, scope),
        "page": page,
        "rows": rows,
        "next_url": scope.url(week, after=str(page.after)) if page.after else "",
        "first_url": scope.url(week) if after else "",
        "open_charts": can_read_charts(request.user),
    }
    return render(request, "reports/charts.html", context)


def _check_week(week: date) -> None:
    if not FIRST_WEEK <= week < this_week() + WEEK:
        raise Http404


def _tables(found: Week) -> dict[str, Any]:
    week, figures = found.week, found.figures
    return {
        "headline": tables.headline(found),
        "specialties": tables.specialties(week, figures),
        "bands": tables.bands(week, figures),
        "code_systems": tables.code_systems(week, figures),
        "model_versions": tables.model_versions(week, figures),
        "bins": tables.bins(week, figures),
        "calibration_error": tables.points(figures.calibration_error),
        "codes": tables.overridden_codes(week, figures.codes),
        "undecided": tables.Number(figures.undecided_count, Scope(act=drilldown.UNDECIDED).url(week)),
        "specialty_series": series.by_specialty(figures),
        "reliability_series": series.reliability(figures),
    }


def _simulated(weeks: list[Week]) -> dict[str, int] | None:
    """How many of the charts in these figures are simulated, or None when all are real."""
    simulated = sum(week.figures.simulated_count for week in weeks)
    return {"charts": simulated, "all": sum(week.figures.chart_count for week in weeks)} if simulated else None


def _posted_week(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else this_week()
    except ValueError:
        raise InvalidInputError("Write the week's Monday as YYYY-MM-DD.", field="week") from None
