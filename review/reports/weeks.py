"""Weeks as the hospital counts them: Monday 00:00 to Monday 00:00 on the wall clock of its time zone.

A week with a change to or from daylight saving time is 167 or 169 hours long, so a week is never
a number of hours: both ends are wall-clock midnights, turned into moments one by one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.utils import timezone

WEEK = timedelta(days=7)


def hospital_zone() -> tzinfo:
    """The time zone of the hospital: the setting TIME_ZONE."""
    return timezone.get_default_timezone()


def monday_of(day: date) -> date:
    """The Monday of the week that the day lies in."""
    return day - timedelta(days=day.weekday())


def week_of(moment: datetime, zone: tzinfo | None = None) -> date:
    """The Monday of the week in which an aware moment falls, on the hospital's calendar."""
    return monday_of(moment.astimezone(zone or hospital_zone()).date())


def bounds(week: date, zone: tzinfo | None = None) -> tuple[datetime, datetime]:
    """First moment of the week and first moment after it, both in UTC.

    Raises `ValueError` when `week` is not a Monday.
    """
    if week.weekday() != 0:
        raise ValueError(f"{week} is not a Monday.")
    return midnight(week, zone), midnight(week + WEEK, zone)


def midnight(day: date, zone: tzinfo | None = None) -> datetime:
    """The first moment of a day, in UTC. Where midnight itself is skipped, the moment of the skip."""
    return datetime.combine(day, time(), zone or hospital_zone()).astimezone(UTC)


def this_week(now: datetime | None = None) -> date:
    """The Monday of the week under way."""
    return week_of(now or timezone.now())


def last_week(now: datetime | None = None) -> date:
    """The Monday of the last complete week."""
    return this_week(now) - WEEK


def weeks_back(last: date, count: int) -> list[date]:
    """`count` Mondays ending with `last`, oldest first."""
    return [last - WEEK * back for back in range(count - 1, -1, -1)]
