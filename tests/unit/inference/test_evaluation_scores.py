"""Micro, macro, exact sets, off-list, ranks and intervals against figures computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from inference.evaluation import intervals, ranks, scores
from inference.evaluation.agreement import agreement
from inference.evaluation.rows import Key, Level, diagnosis, procedure, ranking
from inference.schema import Band
from tests.unit.inference.evaluating import judged, keys, predicted, ranked

# Two documents: three gold codes, four shown, two right; by category three gold, four shown, three right.
GOLD = ["E11.9 I10", "M25.561"]
SHOWN = ["E11.9 I10 E78.5", "M25.562"]
DRAWN = intervals.draws(2, seed=1)


def test_micro_counts_over_all_documents() -> None:
    pair = judged(GOLD, SHOWN)
    exact = scores.micro(pair.wanted, pair.shown, Level.EXACT, DRAWN)
    assert (exact.right, exact.proposed, exact.gold) == (2, 4, 3)
    assert exact.precision.value == pytest.approx(2 / 4)
    assert exact.recall.value == pytest.approx(2 / 3)
    assert exact.f1.value == pytest.approx(4 / 7)
    category = scores.micro(pair.wanted, pair.shown, Level.CATEGORY, DRAWN)
    assert (category.right, category.proposed, category.gold) == (3, 4, 3)


def test_micro_agrees_with_the_agreement_that_the_fit_uses() -> None:
    pair = judged(GOLD, SHOWN)
    old = agreement(dict(enumerate_keys(GOLD)), dict(enumerate_keys(SHOWN)))
    assert scores.micro(pair.wanted, pair.shown, Level.EXACT, DRAWN).f1.value == pytest.approx(old.f1)


def enumerate_keys(rows: list[str]) -> list[tuple[str, list[str]]]:
    return [(str(place), codes.split()) for place, codes in enumerate(rows)]


def test_macro_is_the_mean_over_the_codes_of_the_gold() -> None:
    # I10: gold in both, right once, shown once: P 1, R 1/2, F1 2/3. E11.9: gold once, never shown: 0, 0, 0.
    # J45.909 is off the list and lowers nobody's precision here.
    pair = judged(["I10 E11.9", "I10"], ["I10", "J45.909"])
    found = scores.macro(pair.wanted, pair.shown, Level.EXACT, DRAWN)
    assert found.codes == 2
    assert found.precision.value == pytest.approx(1 / 2)
    assert found.recall.value == pytest.approx(1 / 4)
    assert found.f1.value == pytest.approx(1 / 3)


def test_codes_off_the_list_are_counted_and_stay_wrong() -> None:
    pair = judged(["I10", "I10"], ["I10 J45.909", "J45.909 E78.5"])
    found = scores.off_list(pair)
    assert (found.proposed, found.kinds) == (3, 2)
    assert found.share == pytest.approx(3 / 4)
    assert scores.micro(pair.wanted, pair.shown, Level.EXACT, DRAWN).precision.value == pytest.approx(1 / 4)


def test_an_exact_set_is_neither_more_nor_less() -> None:
    pair = judged(["I10 E11.9", "I10", "I10", ""], ["E11.9 I10", "I10 E78.5", "", ""])
    assert scores.exact_set(pair, intervals.draws(4)).value == pytest.approx(2 / 4)


def test_nothing_at_all_scores_zero_and_breaks_nothing() -> None:
    pair = judged([""], [""])
    drawn = intervals.draws(1)
    assert scores.micro(pair.wanted, pair.shown, Level.EXACT, drawn).f1.value == 0.0
    assert scores.macro(pair.wanted, pair.shown, Level.EXACT, drawn).f1.value == 0.0
    assert scores.off_list(pair).share == 0.0
    assert ranks.ranks(pair, Level.EXACT, drawn).documents == 0


def test_precision_and_recall_at_k_and_average_precision() -> None:
    # Ranks 1, 3 and 7 of seven are right; four gold codes, one of them never proposed.
    pair = judged(["I10 E11.9 N20.0 D64.9"], ["I10 R05.9 E11.9 R07.9 R10.9 R11.0 N20.0"])
    found = ranks.ranks(pair, Level.EXACT, intervals.draws(1))
    assert found.precision_at[5].value == pytest.approx(2 / 5)
    assert found.precision_at[8].value == pytest.approx(3 / 8)
    assert found.precision_at[15].value == pytest.approx(3 / 15)
    assert found.recall_at[10].value == pytest.approx(3 / 4)
    assert found.average_precision.value == pytest.approx((1 / 1 + 2 / 3 + 3 / 7) / 4)


def test_a_repeated_category_takes_one_rank() -> None:
    items = ranked("E11.9 E11.65 I10")
    assert ranks.hits(items, keys("I10"), Level.CATEGORY) == [False, True]
    assert ranks.hits(items, keys("I10"), Level.EXACT) == [False, False, True]


def test_ranks_go_by_confidence_over_all_bands_and_equals_keep_their_order() -> None:
    items = [
        predicted("I10", 0.2, Band.LOW),
        predicted("E11.9", 0.5),
        predicted("J45.909", 0.5),
        predicted("I10", 0.9),
    ]
    assert [item.key.code for item in ranking(items)] == ["I10", "E119", "J45909"]


def test_the_same_characters_in_two_systems_are_two_codes() -> None:
    assert diagnosis("E11.65") != procedure("E1165")
    assert (diagnosis("99213").system, procedure("G0008").system) == ("CPT", "HCPCS")
    assert procedure("0DTJ4ZZ") == Key("ICD-10-PCS", "0DTJ4ZZ")
    assert diagnosis("E11.65").shown == "E11.65"


def test_intervals_depend_on_the_seed_alone() -> None:
    values = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0])
    first, again = (intervals.mean(values, intervals.draws(7, seed=5)) for _ in range(2))
    assert first == again
    assert not np.array_equal(intervals.draws(7, seed=5), intervals.draws(7, seed=6))
    assert first.low is not None
    assert first.high is not None
    assert first.low < first.value < first.high


def test_one_document_has_no_interval_and_equal_ones_have_none_to_speak_of() -> None:
    assert intervals.mean(np.array([0.5]), intervals.draws(1)).low is None
    same = intervals.mean(np.full(9, 0.5), intervals.draws(9))
    assert (same.low, same.high) == (0.5, 0.5)


def test_a_difference_is_paired_by_document() -> None:
    # The second system is better by the same in every document: no resample can say otherwise.
    gold = ["I10 E11.9"] * 6
    first, second = judged(gold, ["I10"] * 6), judged(gold, ["I10 E11.9"] * 6)
    found = scores.difference(first, second, Level.EXACT, intervals.draws(6))
    assert found.value == pytest.approx(1 - 2 / 3)
    assert found.low == pytest.approx(found.value)
    assert found.high == pytest.approx(found.value)
