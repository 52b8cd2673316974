"""The weekly accuracy report: counted from the decisions, stored as one row a week."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from review.actions.base import audit
from review.actions.errors import InvalidInputError
from review.models import User, WeeklyReport
from review.permissions import check_can_make_reports
from review.reports import counting
from review.reports.weeks import this_week


@transaction.atomic
def make_weekly_report(week: date, *, by: User | None = None) -> WeeklyReport:
    """Count the week again and store it; making it twice changes nothing but the time it was made.

    `by` is empty when the schedule asks. Raises `InvalidInputError` when `week` is not a Monday or
    lies in the future.
    """
    if by is not None:
        check_can_make_reports(by)
    if week.weekday() != 0:
        raise InvalidInputError("A week is named by its Monday.", field="week")
    if week > this_week():
        raise InvalidInputError("This week has not begun.", field="week")
    figures = counting.count(week)
    report, _ = WeeklyReport.objects.update_or_create(
        week=week, defaults={"figures": figures.as_json(), "made_at": timezone.now(), "made_by": by}
    )
    audit("report.made", by=by, week=week.isoformat(), charts=figures.chart_count)
    return report
