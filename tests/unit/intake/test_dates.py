"""Dates as senders write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from review.actions.errors import InvalidInputError
from review.intake.dates import age_on, is_partial, read_date, read_moment
from review.intake.strictjson import Node


def test_the_calendar_date_is_the_senders_own() -> None:
    assert read_date(Node("2026-06-01T23:30:00-10:00")) == date(2026, 6, 1)


def test_a_moment_without_an_offset_is_in_the_hospitals_time_zone() -> None:
    assert read_moment(Node("2026-06-01T10:00")) == datetime(2026, 6, 1, 10, tzinfo=UTC)


def test_a_moment_with_nanoseconds_is_read() -> None:
    assert read_moment(Node("2026-06-01T10:00:00.123456789Z")) == datetime(2026, 6, 1, 10, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize("written", ["20260601", "2026-W23-1", "06/01/2026", "2026-6-1", "yesterday", "2026-06-01 x"])
def test_other_notations_are_refused(written: str) -> None:
    with pytest.raises(InvalidInputError, match="must be a date"):
        read_date(Node(written, "admitted_on"))


@pytest.mark.parametrize("written", ["2026-02-30", "2026-13-01", "0000-01-01"])
def test_days_that_never_were_are_refused(written: str) -> None:
    with pytest.raises(InvalidInputError, match="calendar"):
        read_date(Node(written, "admitted_on"))


@pytest.mark.parametrize("written", ["2026-06-01T25:00", "2026-06-01T10:00:00+99:00"])
def test_times_that_never_were_are_refused(written: str) -> None:
    with pytest.raises(InvalidInputError, match="calendar"):
        read_moment(Node(written, "written_at"))


def test_blank_is_not_said() -> None:
    assert read_date(Node(" ")) is None
    assert read_moment(Node(None)) is None


def test_years_and_months_alone_are_partial() -> None:
    assert is_partial(Node("2026"))
    assert is_partial(Node("2026-06"))
    assert not is_partial(Node("2026-06-01"))


@pytest.mark.parametrize(
    ("birth", "day", "years"),
    [
        (date(1962, 5, 4), date(2026, 5, 3), 63),
        (date(1962, 5, 4), date(2026, 5, 4), 64),
        (date(2024, 2, 29), date(2025, 2, 28), 0),
        (date(2024, 2, 29), date(2025, 3, 1), 1),
    ],
)
def test_age_counts_full_years(birth: date, day: date, years: int) -> None:
    assert age_on(birth, day) == years
