"""A week's figures for the screen: stored when the week is over, counted live while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from review.models import WeeklyReport
from review.reports import counting
from review.reports.figures import Figures
from review.reports.weeks import WEEK, bounds, this_week, weeks_back


@dataclass(frozen=True, slots=True)
class Week:
    """A week and its figures. `report` is the stored row they come from; None when they were counted just now."""

    week: date
    figures: Figures
    report: WeeklyReport | None

    @property
    def last_day(self) -> date:
        return last_day(self.week)

    @property
    def label(self) -> str:
        """The days of the week as a person writes them: "November 9–15, 2026"."""
        return span(self.week, self.last_day)

    @property
    def under_way(self) -> bool:
        return self.week == this_week()


def last_day(week: date) -> date:
    """The Sunday that ends the week."""
    return week + WEEK - timedelta(days=1)


def span(first: date, last: date) -> str:
    """Two days of one week in words, naming month and year no oftener than needed."""
    if first.year != last.year:
        return f"{first:%B} {first.day}, {first.year} – {last:%B} {last.day}, {last.year}"
    if first.month != last.month:
        return f"{first:%B} {first.day} – {last:%B} {last.day}, {last.year}"
    return f"{first:%B} {first.day}–{last.day}, {last.year}"


def weekly(week: date) -> Week | None:
    """The week's figures, or None when the week is over and its report has not been made."""
    return _read(week, WeeklyReport.objects.select_related("made_by").filter(week=week).first(), timezone.now())


def trend(last: date, count: int) -> list[Week]:
    """The weeks with figures among the `count` weeks ending with `last`, oldest first."""
    weeks = weeks_back(last, count)
    stored = {row.week: row for row in WeeklyReport.objects.select_related("made_by").filter(week__in=weeks)}
    now = timezone.now()
    found = (_read(week, stored.get(week), now) for week in weeks)
    return [each for each in found if each is not None]


def _read(week: date, report: WeeklyReport | None, now: datetime) -> Week | None:
    """A report made before its week was over misses what came later, so it is counted again."""
    over_at = bounds(week)[1]
    if report and report.made_at >= over_at:
        return Week(week, Figures.from_json(report.figures), report)
    if report or now < over_at:
        return Week(week, counting.count(week), None)
    return None
