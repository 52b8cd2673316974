"""How far two people agree who coded the same charts without seeing each other's codes.

A unit is one chart with one code of the chart set, which is every code that either person assigned to any
of its charts; the value is whether the code was assigned. So the coefficients are nominal with two values,
and everything follows from four counts: both, only the first, only the second, neither.

Cohen's κ: J. Cohen, "A coefficient of agreement for nominal scales", 1960. Krippendorff's α: K. Krippendorff,
"Computing Krippendorff's alpha-reliability", 2011. Codes of one chart hang together, so the intervals
resample charts, not codes: percentile bootstrap.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations

from review.reports.statistics import Rate

RESAMPLES = 1000
FEWEST = 5  # charts; below that the resamples are too few kinds to say anything


def cohen_kappa(pairs: Iterable[tuple[Hashable, Hashable]]) -> float | None:
    """κ of two people over any number of values; None when chance alone would agree always, or without pairs."""
    listed = list(pairs)
    if not listed:
        return None
    count = len(listed)
    observed = sum(first == second for first, second in listed) / count
    firsts, seconds = Counter(first for first, _ in listed), Counter(second for _, second in listed)
    expected = sum(firsts[value] * seconds[value] for value in firsts) / count**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def krippendorff_alpha(units: Iterable[Sequence[Hashable | None]]) -> float | None:
    """Nominal α of any number of people, from the coincidence matrix; None in a unit is a missing value.

    None when fewer than two values can be paired, or when only one value occurs at all.
    """
    coincidences: Counter[tuple[Hashable, Hashable]] = Counter()
    for unit in units:
        values = [value for value in unit if value is not None]
        for one, other in permutations(values, 2):
            coincidences[one, other] += 1 / (len(values) - 1)  # type: ignore[assignment]
    totals: Counter[Hashable] = Counter()
    for (one, _), amount in coincidences.items():
        totals[one] += amount
    whole = sum(totals.values())
    apart = sum(totals[one] * totals[other] for one, other in permutations(totals, 2))
    if whole <= 1 or apart == 0:
        return None
    disagreement = sum(amount for (one, other), amount in coincidences.items() if one != other)
    return 1 - (whole - 1) * disagreement / apart


@dataclass(frozen=True, slots=True)
class Table:
    """The four counts: units where both, only the first, only the second and neither assigned the code."""

    both: int
    first: int
    second: int
    neither: int

    @property
    def units(self) -> int:
        return self.both + self.first + self.second + self.neither

    @property
    def agreed(self) -> Rate:
        """Of the codes that either assigned, those that both did (Jaccard): what coders mean by "we agree"."""
        return Rate(self.both, self.both + self.first + self.second)

    @property
    def kappa(self) -> float | None:
        count = self.units
        if not count:
            return None
        observed = (self.both + self.neither) / count
        yes, yes_too = self.both + self.first, self.both + self.second
        expected = (yes * yes_too + (count - yes) * (count - yes_too)) / count**2
        return None if expected == 1 else (observed - expected) / (1 - expected)

    @property
    def alpha(self) -> float | None:
        values = 2 * self.units
        assigned = 2 * self.both + self.first + self.second
        apart = 2 * assigned * (values - assigned)
        if values <= 1 or apart == 0:
            return None
        return 1 - (values - 1) * 2 * (self.first + self.second) / apart


Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Pair:
    """The codes of one chart by two people, each as (code system, stored form)."""

    first: frozenset[Key]
    second: frozenset[Key]


def table(pairs: Sequence[Pair]) -> Table:
    """The counts over a chart set."""
    codes = {key for pair in pairs for key in pair.first | pair.second}
    return _sum([_counts(pair) for pair in pairs], len(codes))


def _counts(pair: Pair) -> tuple[int, int, int]:
    return len(pair.first & pair.second), len(pair.first - pair.second), len(pair.second - pair.first)


def _sum(counts: Sequence[tuple[int, int, int]], codes: int) -> Table:
    both, first, second = (sum(each[place] for each in counts) for place in range(3))
    return Table(both, first, second, codes * len(counts) - both - first - second)


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient and the ends of its 95% interval; None where it is not defined or the charts are too few."""

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def text(self) -> str:
        return "–" if self.value is None else f"{self.value:.2f}"

    @property
    def interval(self) -> str:
        return "" if self.low is None or self.high is None else f"{self.low:.2f} to {self.high:.2f}"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two people over one chart set."""

    charts: int
    table: Table
    kappa: Coefficient
    alpha: Coefficient


def agreement(pairs: Sequence[Pair], *, seed: int = 2026, resamples: int = RESAMPLES) -> Agreement:
    """Counts, κ and α with their intervals. The same charts in the same order give the same intervals."""
    codes = len({key for pair in pairs for key in pair.first | pair.second})
    counts = [_counts(pair) for pair in pairs]
    whole = _sum(counts, codes)
    tables: list[Table] = []
    if len(pairs) >= FEWEST:
        rng = random.Random(seed)
        tables = [_sum(rng.choices(counts, k=len(counts)), codes) for _ in range(resamples)]
    return Agreement(len(pairs), whole, _coefficient(whole, tables, _kappa), _coefficient(whole, tables, _alpha))


def _kappa(each: Table) -> float | None:
    return each.kappa


def _alpha(each: Table) -> float | None:
    return each.alpha


def _coefficient(whole: Table, tables: list[Table], of: Callable[[Table], float | None]) -> Coefficient:
    values = sorted(value for each in tables if (value := of(each)) is not None)
    if not values:
        return Coefficient(of(whole))
    last = len(values) - 1
    return Coefficient(of(whole), values[round(0.025 * last)], values[round(0.975 * last)])
