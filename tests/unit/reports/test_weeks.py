"""Weeks on the wall clock of the hospital, also when the clock is put forward or back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.reports.reading import span
from review.reports.weeks import bounds, hospital_zone, last_week, midnight, monday_of, week_of, weeks_back

NEW_YORK = ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("week", "hours", "first", "after"),
    [
        # Clocks go forward on Sunday, March 8, 2026 and back on Sunday, November 1, 2026.
        (date(2026, 3, 2), 167, datetime(2026, 3, 2, 5, tzinfo=UTC), datetime(2026, 3, 9, 4, tzinfo=UTC)),
        (date(2026, 10, 26), 169, datetime(2026, 10, 26, 4, tzinfo=UTC), datetime(2026, 11, 2, 5, tzinfo=UTC)),
        (date(2026, 6, 1), 168, datetime(2026, 6, 1, 4, tzinfo=UTC), datetime(2026, 6, 8, 4, tzinfo=UTC)),
    ],
)
def test_a_week_lasts_from_wall_clock_midnight_to_midnight(
    week: date, hours: int, first: datetime, after: datetime
) -> None:
    assert bounds(week, NEW_YORK) == (first, after)
    assert after - first == hours * HOUR


def test_the_hour_that_comes_twice_belongs_to_the_old_week_both_times() -> None:
    # 01:30 New York time on November 1, first in summer time, then in standard time.
    for moment in (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)):
        assert week_of(moment, NEW_YORK) == date(2026, 10, 26)
    assert week_of(datetime(2026, 11, 2, 4, 59, 59, tzinfo=UTC), NEW_YORK) == date(2026, 10, 26)
    assert week_of(datetime(2026, 11, 2, 5, 0, tzinfo=UTC), NEW_YORK) == date(2026, 11, 2)


def test_the_same_moment_lies_in_different_weeks_at_both_edges_of_the_world() -> None:
    moment = datetime(2026, 6, 7, 10, 30, tzinfo=UTC)
    assert week_of(moment, ZoneInfo("Pacific/Kiritimati")) == date(2026, 6, 8)
    assert week_of(moment, ZoneInfo("Pacific/Pago_Pago")) == date(2026, 6, 1)


def test_where_midnight_is_skipped_the_day_begins_with_the_skip() -> None:
    # Beirut puts the clock from 00:00 to 01:00 on Sunday, March 29, 2026.
    assert midnight(date(2026, 3, 29), ZoneInfo("Asia/Beirut")) == datetime(2026, 3, 28, 22, tzinfo=UTC)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Santiago"]),
)
def test_every_moment_lies_in_exactly_its_own_week(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    week = week_of(moment, zone)
    first, after = bounds(week, zone)
    assert first <= moment < after
    assert bounds(week + timedelta(days=7), zone)[0] == after


def test_a_week_begins_on_a_monday_only() -> None:
    with pytest.raises(ValueError, match="not a Monday"):
        bounds(date(2026, 6, 2))
    assert monday_of(date(2026, 6, 7)) == date(2026, 6, 1)


def test_last_week_follows_the_hospitals_time_zone(settings: object) -> None:
    settings.TIME_ZONE = "America/New_York"  # type: ignore[attr-defined]
    assert str(hospital_zone()) == "America/New_York"
    # Monday 02:00 UTC is still Sunday evening in New York.
    assert last_week(datetime(2026, 6, 8, 2, tzinfo=UTC)) == date(2026, 5, 25)
    assert last_week(datetime(2026, 6, 8, 10, tzinfo=UTC)) == date(2026, 6, 1)


def test_weeks_back_end_with_the_last_one() -> None:
    assert weeks_back(date(2026, 6, 15), 3) == [date(2026, 6, 1), date(2026, 6, 8), date(2026, 6, 15)]


@pytest.mark.parametrize(
    ("first", "words"),
    [
        (date(2026, 11, 9), "November 9–15, 2026"),
        (date(2026, 10, 26), "October 26 – November 1, 2026"),
        (date(2026, 12, 28), "December 28, 2026 – January 3, 2027"),
    ],
)
def test_a_week_in_words_names_month_and_year_once_where_it_can(first: date, words: str) -> None:
    assert span(first, first + timedelta(days=6)) == words
