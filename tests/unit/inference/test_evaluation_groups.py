"""Parts of the data, the guide's five, calibration and evidence, by hand."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from inference.evaluation import evidence, groups, intervals, reliability, targets
from inference.evaluation.classes import ADVANCED_ILLNESS, FRAILTY
from inference.evaluation.protocol import Split, System, evaluate
from inference.evaluation.rows import Gold, diagnosis, procedure
from inference.schema import Band
from tests.unit.inference.evaluating import document, judged, keys, predicted, ranked, span, split


def test_specialties_are_measured_apart_largest_first() -> None:
    data = split({"a": "I10", "b": "I10", "c": "E11.9"}, {"a": "Cardiology", "b": "Cardiology"})
    system = System("s", "1", {"a": ranked("I10"), "b": ranked("E78.5"), "c": ranked("E11.9")})
    parts = groups.by_specialty(data.judge(system), data.documents, seed=1)
    assert [(part.name, part.documents, part.exact.f1.value) for part in parts] == [
        ("Cardiology", 2, 0.5),
        ("not stated", 1, 1.0),
    ]


def test_codes_of_equal_frequency_share_the_decile_of_their_middle_rank() -> None:
    # Four codes: I10 three times (rank 0), E11.9 twice (rank 1), two codes once (ranks 2 and 3, middle 2.5).
    wanted = [keys("I10 E11.9 A01.00"), keys("I10 E11.9"), keys("I10 B01.9")]
    named = {key.shown: name for key, name in groups.frequency_deciles(wanted).items()}
    assert named == {"I10": "1 (3×)", "E11.9": "3 (2×)", "A01.00": "7 (1×)", "B01.9": "7 (1×)"}


def test_deciles_hold_every_shown_code_once_and_strangers_come_last() -> None:
    pair = judged(["I10", "I10 E11.9"], ["I10 J45.909", "E11.9"])
    parts = groups.by_decile(pair, intervals.draws(2))
    assert [(part.name, part.exact.proposed, part.exact.right) for part in parts] == [
        ("1 (2×)", 1, 1),
        ("6 (1×)", 1, 1),
        ("off-list", 1, 0),
    ]


def test_advanced_illness_and_frailty_look_at_their_codes_only() -> None:
    pair = judged(["I50.9 I10 R54"], ["I50.9 E11.9 Z74.1"])
    found = {part.name: part for part in groups.by_class(pair, intervals.draws(1))}
    assert found[ADVANCED_ILLNESS].exact.f1.value == 1.0
    assert (found[FRAILTY].exact.gold, found[FRAILTY].exact.proposed, found[FRAILTY].exact.right) == (1, 1, 0)


def test_principal_and_secondary_are_asked_for_recall() -> None:
    data = split({"a": "", "b": ""})
    gold = {"a": Gold(keys("I10 E11.9 E78.5"), diagnosis("I10")), "b": Gold(keys("N20.0"))}
    named = Split(data.documents, gold)
    system = System(
        "s", "1", {"a": [predicted("I10", 0.9), predicted("E11.65", 0.8), predicted("E78.5", 0.1, Band.LOW)]}
    )
    first, second = groups.by_rank_of_diagnosis(named.judge(system), intervals.draws(2))
    assert (first.codes, first.shown.value) == (1, 1.0)  # document b names no principal and is left out
    assert (second.codes, second.shown.value, second.category.value, second.among_first.value) == (2, 0.0, 0.5, 0.5)


def test_each_band_is_measured_for_itself() -> None:
    system = System("s", "1", {"a": [predicted("I10", 0.9), predicted("E78.5", 0.1, Band.LOW)]})
    high, medium, low = groups.by_band(split({"a": "I10 E11.9"}).judge(system), intervals.draws(1))
    assert (high.suggestions, high.precision.value, high.recall.value) == (1, 1.0, 0.5)
    assert (medium.suggestions, low.suggestions, low.precision.value) == (0, 1, 0.0)


def test_the_guides_five() -> None:
    gold = {"a": Gold(keys("I10 E11.9 N20.0 C78.7"), diagnosis("N20.0"))}
    data = Split({"a": document("x")}, gold)
    shown = [
        predicted("I10", 0.9),
        predicted("E11.65", 0.8),
        predicted("R05.9", 0.7),
        predicted("C78.00", 0.1, Band.LOW),
    ]
    found = {
        each.name: each for each in targets.targets(data.judge(System("s", "1", {"a": shown})), intervals.draws(1))
    }
    assert found["exact match"].figure.value == pytest.approx(1 / 4)
    assert found["three-character match"].figure.value == pytest.approx(2 / 4)
    assert found["specificity capture"].figure.value == 0.0  # E11.9; I10 has no more than three characters
    assert found["specificity capture"].of == 1
    assert found["false suggestions"].figure.value == pytest.approx(2 / 3)
    assert found["critical miss"].figure.value == pytest.approx(1 / 2)  # N20.0; C78 is proposed, if LOW
    assert [each.met for each in found.values()] == [False, False, False, False, False]


def test_a_target_without_anything_to_measure_is_neither_met_nor_missed() -> None:
    found = targets.targets(judged(["I10"], ["I10"]), intervals.draws(1))
    assert [each.met for each in found] == [True, True, None, True, None]


def test_calibration_error_weighs_the_gap_of_each_bin() -> None:
    # Bin 0.9 – 1: 0.95 and 0.95, one right: gap 0.45. Bin 0.2 – 0.3: 0.25, wrong: gap 0.25.
    items = [predicted("I10", 0.95), predicted("E78.5", 0.95), predicted("R05.9", 0.25)]
    found = reliability.reliability(split({"a": "I10"}).judge(System("s", "1", {"a": items})), intervals.draws(1))
    assert found.error.value == pytest.approx((2 * 0.45 + 0.25) / 3)
    filled = [(each.suggestions, each.right.value) for each in found.bins if each.suggestions]
    assert filled == [(1, 0.0), (2, 0.5)]
    assert found.curve[-1][0] == 1.0
    assert found.curve[-1][1] == pytest.approx(1 / 3)


def test_coverage_takes_the_longest_list_that_is_precise_enough() -> None:
    # By confidence: right, right, wrong, right, wrong. At 80%: 2 of 5 (3/4 is too little). At 60%: all five.
    items = [
        predicted(code, 0.9 - place / 10) for place, code in enumerate(["I10", "E11.9", "R05.9", "N20.0", "R07.9"])
    ]
    pair = split({"a": "I10 E11.9 N20.0 D64.9"}).judge(System("s", "1", {"a": items}))
    _, confidence, right = reliability.outcomes(pair)
    charts = reliability.chart_outcomes(pair)
    strict = reliability.coverage(0.8, confidence, right, 4, charts, 1)
    assert (strict.suggestions, strict.gold, strict.charts) == (2 / 5, 2 / 4, 0.0)
    assert strict.threshold == pytest.approx(0.8)
    loose = reliability.coverage(0.6, confidence, right, 4, charts, 1)
    assert (loose.suggestions, loose.gold, loose.charts) == (1.0, 3 / 4, 1.0)


def test_suggestions_of_equal_confidence_are_taken_together() -> None:
    items = [predicted("I10", 0.9), predicted("R05.9", 0.9)]
    _, confidence, right = reliability.outcomes(split({"a": "I10"}).judge(System("s", "1", {"a": items})))
    assert reliability.coverage(0.9, confidence, right, 1, [], 1).threshold is None


def test_evidence_by_place_and_by_wording() -> None:
    text = "Type 2 diabetes. Later: type 2 diabetes again."
    gold = Gold(keys("E11.9 I10"), spans=(span("E11.9", 0, 15), span("I10", 17, 22)))
    data = Split({"a": document(text)}, {"a": gold})
    quoted = predicted("E11.9", 0.9, Band.HIGH, (24, 39, "type 2 diabetes"), (7, 15, "diabetes"))
    found = evidence.evidence(data.judge(System("s", "1", {"a": [quoted]})), data.documents, intervals.draws(1))
    assert found is not None
    assert (found.codes, found.documents) == (1, 1)  # I10 was missed: that is counted elsewhere
    assert (found.span.right, found.span.proposed, found.span.gold) == (0, 2, 1)
    assert (found.span_anywhere.right, found.span_anywhere.proposed) == (1, 2)
    assert (found.token.right, found.token.proposed, found.token.gold) == (1, 4, 3)
    assert (found.token_anywhere.right, found.token_anywhere.proposed, found.token_anywhere.gold) == (3, 3, 3)
    assert found.token_iou.value == pytest.approx(1 / 6)


def test_quotes_that_do_not_stand_in_the_note_are_counted() -> None:
    data = Split({"a": document("Asthma.")}, {"a": Gold(keys("J45.909"))})
    item = predicted("J45.909", 0.9, Band.HIGH, (0, 6, "Asthma"), (0, 6, "Gout"), (50, 54, "Gout"))
    found = evidence.verbatim(data.judge(System("s", "1", {"a": [item]})), data.documents)
    assert (found.quotes, found.false) == (3, 2)


def test_the_whole_evaluation_is_plain_data_and_the_same_twice() -> None:
    data = split({"a": "I10 E11.9", "b": "N20.0"}, {"a": "Cardiology"})
    second = {"a": Gold(keys("I10")), "b": Gold(keys("N20.0"))}
    both = Split(data.documents, data.gold, second)
    measured = [System("first", "1", {"a": ranked("I10")}), System("second", "2", {"a": ranked("I10 E11.9")})]
    found = evaluate(both, measured)
    assert found == evaluate(both, measured)
    assert found != evaluate(both, measured, seed=3)
    json.dumps(asdict(found), allow_nan=False)
    assert [system.unanswered for system in found.systems] == [1, 1]
    assert [(row.name, row.against) for row in found.ceiling][:2] == [
        ("second coder", "first gold"),
        ("first", "first gold"),
    ]
    assert found.ceiling[0].exact.f1.value == pytest.approx(2 * 2 / (2 + 3))


def test_procedures_are_measured_beside_the_diagnoses() -> None:
    gold = {"a": Gold(keys("I10"), procedures=frozenset({procedure("99213")}))}
    data = Split({"a": document("x")}, gold)
    found = evaluate(data, [System("s", "1", {"a": ranked("I10 99213")})]).systems[0]
    assert found.exact.micro.proposed == 1
    assert [(part.name, part.exact.f1.value) for part in found.code_systems] == [("CPT", 1.0), ("ICD-10-CM", 1.0)]
