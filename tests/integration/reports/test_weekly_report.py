"""The weekly report equals a recount from the decisions."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from review.actions import deciding, reporting, undoing
from review.actions.errors import InvalidInputError, NotAllowedError
from review.models import AssignedCode, AuditEvent, Decision, Role, WeeklyReport
from review.reports.figures import Figures
from review.reports.weeks import this_week
from review.tasks import make_weekly_report
from tests.factories import World, ready
from tests.integration.reports.deciding_at_random import final_chart, recount

WEEK = date(2026, 3, 2)
NEW_YORK = ZoneInfo("America/New_York")


def counted(figures: Figures) -> Counter[tuple[str, str, str]]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for cell in figures.cells:
        acts = {"accept": cell.tally.accepted, "modify": cell.tally.modified, "reject": cell.tally.rejected}
        for act, number in {**acts, "add": cell.tally.added}.items():
            if number:
                counts[cell.specialty, cell.band, act] += number
    return counts


@pytest.mark.parametrize("seed", range(3))
def test_the_report_equals_a_recount_of_random_decisions(seed: int, world: World, settings: Any) -> None:
    settings.TIME_ZONE = "America/New_York"
    rng = random.Random(seed)
    for _ in range(8):
        hours = rng.randrange(-40, 7 * 24 + 40)  # some before the week, some after
        at = datetime(2026, 3, 2, tzinfo=NEW_YORK).astimezone(UTC) + timedelta(hours=hours)
        final_chart(rng, world.coder, rng.choice(["Cardiology", "Urology"]), at)
    deciding.accept(world.suggestion, by=world.coder)  # decided, but its chart is not closed
    figures = Figures.from_json(reporting.make_weekly_report(WEEK).figures)
    assert counted(figures) == recount(WEEK, NEW_YORK)
    in_week = {
        each.chart_id
        for each in Decision.objects.select_related("chart")
        if each.chart.finalized_at and WEEK <= each.chart.finalized_at.astimezone(NEW_YORK).date() <= date(2026, 3, 8)
    }
    assert figures.chart_count == len(in_week) > 0
    assert figures.total.assigned == AssignedCode.objects.filter(chart__in=in_week).count()
    assert sum(each.observed.whole for each in figures.bins) == figures.total.suggested + figures.undecided_count
    assert sum(each.overridden for each in figures.codes) <= figures.total.overridden


@pytest.mark.parametrize(
    ("week", "at", "inside"),
    [
        # The Sunday on which clocks go forward has 23 hours, the one on which they go back has 25.
        (date(2026, 3, 2), datetime(2026, 3, 8, 23, 59, 59, tzinfo=NEW_YORK), True),
        (date(2026, 3, 2), datetime(2026, 3, 9, 0, 0, 0, tzinfo=NEW_YORK), False),
        (date(2026, 3, 9), datetime(2026, 3, 9, 0, 0, 0, tzinfo=NEW_YORK), True),
        (date(2026, 10, 26), datetime(2026, 11, 1, 23, 59, 59, tzinfo=NEW_YORK), True),
        (date(2026, 10, 26), datetime(2026, 11, 2, 0, 0, 0, tzinfo=NEW_YORK), False),
        (date(2026, 10, 26), datetime(2026, 10, 26, 0, 0, 0, tzinfo=NEW_YORK), True),
        (date(2026, 10, 26), datetime(2026, 10, 25, 23, 59, 59, tzinfo=NEW_YORK), False),
    ],
)
def test_a_chart_closed_at_the_edge_of_a_dst_week_is_counted_in_its_own_week(
    week: date, at: datetime, inside: bool, world: World, settings: Any
) -> None:
    settings.TIME_ZONE = "America/New_York"
    final_chart(random.Random(1), world.coder, "Cardiology", at)
    figures = Figures.from_json(reporting.make_weekly_report(week).figures)
    assert figures.chart_count == int(inside)
    assert (figures.total.suggested > 0) is inside


def test_making_a_report_twice_changes_nothing_but_its_time(world: World) -> None:
    final_chart(random.Random(2), world.coder, "Cardiology")
    first = reporting.make_weekly_report(this_week(), by=world.users[Role.SUPERVISOR])
    second = reporting.make_weekly_report(this_week(), by=world.admin)
    assert WeeklyReport.objects.get() == first == second
    assert first.figures == second.figures
    assert second.made_by == world.admin
    assert AuditEvent.objects.filter(event="report.made").count() == 2


def test_undone_decisions_and_open_charts_count_nothing(world: World) -> None:
    decision = deciding.reject(world.suggestion, by=world.coder, reason="unsupported")
    undoing.undo(world.outpatient, by=world.coder, decision=decision)
    figures = Figures.from_json(reporting.make_weekly_report(this_week()).figures)
    assert figures == Figures()


def test_simulated_charts_are_counted_apart(world: World) -> None:
    final_chart(random.Random(3), world.coder, "Cardiology")
    chart = final_chart(random.Random(4), world.coder, "Cardiology")
    type(chart).objects.filter(pk=chart.pk).update(simulated=True)
    figures = Figures.from_json(reporting.make_weekly_report(this_week()).figures)
    assert (figures.chart_count, figures.simulated_count) == (2, 1)


def test_a_week_without_charts_has_an_empty_report(db: None) -> None:
    report = reporting.make_weekly_report(WEEK)
    assert Figures.from_json(report.figures) == Figures()


@pytest.mark.parametrize(("week", "message"), [(date(2026, 3, 3), "Monday"), (date(2999, 1, 7), "has not begun")])
def test_a_week_that_is_none_is_refused(week: date, message: str, db: None) -> None:
    with pytest.raises(InvalidInputError, match=message):
        reporting.make_weekly_report(week)
    assert not WeeklyReport.objects.exists()


@pytest.mark.parametrize("role", [Role.CODER, Role.AUDITOR, Role.CDI_SPECIALIST, Role.INTEGRATION])
def test_only_supervisors_and_admins_make_reports(role: Role, world: World) -> None:
    with pytest.raises(NotAllowedError):
        reporting.make_weekly_report(this_week(), by=world.users[role])
    assert not WeeklyReport.objects.exists()


def test_the_scheduled_task_reports_the_week_that_has_ended(world: World) -> None:
    chart = ready()
    make_weekly_report()
    report = WeeklyReport.objects.get()
    assert report.week == this_week() - timedelta(days=7)
    assert report.made_by is None
    assert chart.status == "ready"
