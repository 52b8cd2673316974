"""Intervals against the literature, and curves by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.reports.statistics import Rate, calibration_error, reliability, wilson


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        # R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Stat Med 17 (1998), method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_agrees_with_published_values(hits: int, total: int, low: float, high: float) -> None:
    interval = wilson(hits, total)
    assert interval is not None
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_wilson_has_no_answer_without_cases() -> None:
    assert wilson(0, 0) is None
    assert Rate(0, 0).value is None
    assert Rate(0, 0).interval is None


@pytest.mark.parametrize(("hits", "total"), [(-1, 5), (6, 5), (1, 0)])
def test_wilson_refuses_what_is_no_proportion(hits: int, total: int) -> None:
    with pytest.raises(ValueError, match="not a proportion"):
        wilson(hits, total)


@given(st.integers(1, 10_000_000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_wilson_holds_the_rate_and_stays_inside_the_unit(counts: tuple[int, int]) -> None:
    hits, total = counts
    interval = wilson(hits, total)
    assert interval is not None
    assert 0 <= interval.low <= hits / total <= interval.high <= 1
    mirrored = wilson(total - hits, total)
    assert mirrored is not None
    assert mirrored.low == pytest.approx(1 - interval.high, abs=1e-12)


def test_a_rate_over_fewer_than_30_cases_is_small() -> None:
    assert Rate(3, 29).small
    assert not Rate(3, 30).small


def test_the_reliability_curve_bins_by_ten_points_and_closes_the_last_bin() -> None:
    bins = reliability([(5, 2, 0, 0), (90, 4, 3, 0), (99, 5, 5, 1), (100, 10, 10, 0)])
    assert [(each.low_percent, each.high_percent) for each in bins] == [(0, 10), (90, 100)]
    assert bins[0].predicted == pytest.approx(0.05)
    assert bins[1].observed == Rate(18, 20)
    assert bins[1].undecided == 1
    assert bins[1].predicted == pytest.approx((90 * 4 + 99 * 6 + 100 * 10) / 2000)


def test_what_was_left_undecided_counts_as_not_kept() -> None:
    (only,) = reliability([(20, 1, 1, 3)])
    assert only.observed.value == 0.25


def test_the_calibration_error_weighs_each_bin_by_its_suggestions() -> None:
    bins = reliability([(50, 10, 5, 0), (80, 30, 15, 0)])
    assert calibration_error(bins) == pytest.approx((10 * 0.0 + 30 * 0.3) / 40)
    assert calibration_error([]) is None
