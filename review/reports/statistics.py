"""Rates with the uncertainty they carry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

# The 97.5% quantile of the normal distribution: two-sided 95%.
Z95 = 1.959963984540054
SMALL = 30


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval of fractions, 0 ≤ low ≤ high ≤ 1."""

    low: float
    high: float


def wilson(hits: int, total: int, z: float = Z95) -> Interval | None:
    """Wilson's score interval (1927) for a proportion; None when there is nothing to divide by.

    Unlike the textbook ± interval it stays inside 0 and 1 and is honest for few cases or none
    of a kind. Raises `ValueError` when `hits` is not between 0 and `total`.
    """
    if not 0 <= hits <= total:
        raise ValueError(f"{hits} of {total} is not a proportion.")
    if total == 0:
        return None
    share, square = hits / total, z * z
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = z * sqrt(share * (1 - share) / total + square / (4 * total * total)) / (1 + square / total)
    # At the ends the exact bound is 0 or 1; rounding errors would miss it by 1e-17.
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    high = 1.0 if hits == total else min(1.0, middle + half)
    return Interval(low, high)


@dataclass(frozen=True, slots=True)
class Rate:
    """`part` of `whole`, both counts."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The fraction, or None when there is nothing to divide by."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> Interval | None:
        """The 95% interval around `value`."""
        return wilson(self.part, self.whole)

    @property
    def small(self) -> bool:
        """Too few cases to read much into the value."""
        return self.whole < SMALL


@dataclass(frozen=True, slots=True)
class Bin:
    """Suggestions whose confidence lies in a stretch, and how many of them coders kept.

    `undecided` of `observed.whole` were left undecided, which says as clearly as a rejection that
    they were not kept.
    """

    low_percent: int
    high_percent: int
    predicted: float
    observed: Rate
    undecided: int


def reliability(by_percent: Iterable[tuple[int, int, int, int]], width: int = 10) -> list[Bin]:
    """Bins of `width` percentage points, empty ones left out.

    Takes (confidence in percent, decided, accepted, undecided).
    """
    sums: dict[int, list[int]] = {}
    for percent, decided, accepted, undecided in by_percent:
        start = min(percent, 99) // width * width  # 100% belongs to the last bin
        bin_sums = sums.setdefault(start, [0, 0, 0, 0])
        for place, count in enumerate((percent * (decided + undecided), decided + undecided, accepted, undecided)):
            bin_sums[place] += count
    return [
        Bin(start, start + width, weighted / (100 * proposed), Rate(accepted, proposed), undecided)
        for start, (weighted, proposed, accepted, undecided) in sorted(sums.items())
        if proposed
    ]


def calibration_error(bins: Iterable[Bin]) -> float | None:
    """Expected calibration error: the mean gap between predicted and observed, weighted by suggestions."""
    listed = list(bins)
    total = sum(each.observed.whole for each in listed)
    if not total:
        return None
    return sum(each.observed.whole * abs(each.predicted - (each.observed.value or 0.0)) for each in listed) / total
