"""κ and α against the worked examples of their authors, and against each other."""

from __future__ import annotations

import random

import pytest

from review.reports.agreement import FEWEST, Pair, Table, agreement, cohen_kappa, krippendorff_alpha, table


def pair(first: str, second: str) -> Pair:
    """Codes are single letters here."""
    return Pair(frozenset(("X", each) for each in first), frozenset(("X", each) for each in second))


def test_kappa_of_a_two_by_two_table_counted_by_hand() -> None:
    """20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: observed 0.70, expected 0.50, κ 0.40."""
    pairs = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    assert cohen_kappa(pairs) == pytest.approx(0.40)
    assert Table(20, 5, 10, 15).kappa == pytest.approx(0.40)


def test_alpha_of_krippendorffs_binary_example() -> None:
    """Computing Krippendorff's alpha-reliability (2011), A: two observers, ten units, 0.095."""
    one, other = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert krippendorff_alpha(zip(one, other, strict=True)) == pytest.approx(0.095, abs=5e-4)
    assert Table(1, 1, 3, 5).alpha == pytest.approx(0.095, abs=5e-4)


def test_alpha_of_krippendorffs_nominal_example() -> None:
    """The same, B: two observers, five values, 0.692."""
    assert krippendorff_alpha(zip("aabbdcccedda", "babbbcccedd" + "d", strict=True)) == pytest.approx(0.692, abs=5e-4)


def test_alpha_of_krippendorffs_example_with_missing_values() -> None:
    """The same, C: four observers, twelve units, some missing, 0.743."""
    observers = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ]
    assert krippendorff_alpha(zip(*observers, strict=True)) == pytest.approx(0.743, abs=5e-4)


@pytest.mark.parametrize("seed", range(20))
def test_the_four_counts_give_what_the_general_formulas_give(seed: int) -> None:
    rng = random.Random(seed)
    found = Table(*(rng.randint(0, 12) for _ in range(4)))
    pairs = [(1, 1)] * found.both + [(1, 0)] * found.first + [(0, 1)] * found.second + [(0, 0)] * found.neither
    assert found.kappa == pytest.approx(cohen_kappa(pairs)) if found.kappa is not None else cohen_kappa(pairs) is None
    assert found.alpha == (None if krippendorff_alpha(pairs) is None else pytest.approx(krippendorff_alpha(pairs)))


def test_the_units_are_the_charts_times_the_codes_of_the_set() -> None:
    """Codes A to D over two charts: eight units."""
    assert table([pair("AB", "AC"), pair("AD", "AD")]) == Table(both=3, first=1, second=1, neither=3)


def test_two_who_always_agree_have_one() -> None:
    found = agreement([pair("AB", "AB"), pair("C", "C")] * 3)
    assert (found.kappa.value, found.alpha.value) == (1.0, 1.0)
    assert (found.kappa.low, found.kappa.high) == (1.0, 1.0)


def test_no_charts_and_a_single_code_have_no_coefficient() -> None:
    assert agreement([]).kappa.value is None
    assert agreement([pair("A", "A")]).alpha.value is None
    assert cohen_kappa([]) is None
    assert krippendorff_alpha([]) is None


def test_few_charts_have_no_interval() -> None:
    found = agreement([pair("AB", "AC")] * (FEWEST - 1))
    assert found.kappa.value is not None
    assert found.kappa.interval == ""


def test_the_interval_holds_the_value_and_repeats_itself() -> None:
    rng = random.Random(4)
    charts = []
    for _ in range(40):
        first = {letter for letter in "ABCDEFGH" if rng.random() < 0.4} | {"A"}
        second = {letter for letter in first if rng.random() < 0.8} | {rng.choice("ABCDEFGH")}
        charts.append(pair("".join(first), "".join(second)))
    found, again = agreement(charts), agreement(charts)
    assert found == again
    for each in (found.kappa, found.alpha):
        assert each.value is not None and each.low is not None and each.high is not None
        assert 0 < each.low < each.value < each.high < 1
