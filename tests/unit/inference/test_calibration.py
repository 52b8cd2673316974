"""Scores, probabilities, bands, and the file that holds them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from inference import calibration, engine
from inference.calibration import ArtefactError, Calibration, Weights
from inference.evaluation import agreement
from inference.schema import Band

CURVE = Calibration((0.0, 0.5, 1.0), (0.1, 0.4, 0.9), high=0.8, medium=0.4)


@pytest.mark.parametrize(
    ("score", "expected"), [(-1, 0.1), (0.0, 0.1), (0.25, 0.25), (0.5, 0.4), (1.0, 0.9), (2, 0.9)]
)
def test_probability_is_interpolated_and_clamped(score: float, expected: float) -> None:
    assert CURVE.probability(score) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("probability", "band"), [(0.8, Band.HIGH), (0.79, Band.MEDIUM), (0.4, Band.MEDIUM), (0.39, Band.LOW)]
)
def test_bands_begin_at_their_thresholds(probability: float, band: Band) -> None:
    assert CURVE.band(probability) is band


def test_a_score_sums_the_weights_of_known_features() -> None:
    weights = Weights(-1.0, {"problem": 2.0})
    assert weights.score({"problem": 1.0, "unheard of": 5.0}) == pytest.approx(1 / (1 + np.exp(-1.0)))
    assert weights.score({"problem": 1e9}) <= 1.0


def test_the_shipped_map_is_monotone_and_says_where_it_comes_from() -> None:
    shipped = calibration.load()
    mapped = shipped.calibration()
    assert list(mapped.probabilities) == sorted(mapped.probabilities)
    assert list(mapped.scores) == sorted(set(mapped.scores))
    assert 0 < mapped.medium <= mapped.high < 1
    assert shipped.card["generation"] == engine.GENERATION
    assert {"date", "trained_on", "method", "bands", "cross_validated"} <= set(shipped.card)


def test_a_file_is_read_back_as_it_was_written() -> None:
    shipped = calibration.load()
    again = calibration.parse(json.loads(json.dumps(calibration.dump(shipped))))
    assert again == shipped
    assert again.digest == shipped.digest


def test_the_digest_names_the_numbers_and_not_the_card() -> None:
    shipped = calibration.load()
    assert replace(shipped, card={}).digest == shipped.digest
    assert replace(shipped, weights=Weights(0.0, {})).digest != shipped.digest


def test_a_code_system_without_a_calibration_is_refused_by_name() -> None:
    with pytest.raises(ArtefactError, match="CPT"):
        calibration.load().calibration("CPT")


def broken(**changes: Any) -> dict[str, Any]:
    stored = calibration.dump(calibration.load())
    stored["calibrations"]["ICD-10-CM"].update(changes)
    return stored


@pytest.mark.parametrize(
    ("stored", "complaint"),
    [
        ([], "format"),
        ({"format": 1}, "format"),
        ({"format": 2}, "bias"),
        (broken(mapping=[]), "do not rise"),
        (broken(mapping=[[0.5, 0.2], [0.5, 0.3]]), "do not rise"),
        (broken(mapping=[[0.1, 0.9], [0.5, 0.3]]), "falls"),
        (broken(mapping=[[0.1, 0.3], [0.5, 1.3]]), "leaves"),
        (broken(mapping=[[0.1, "x"], [0.5, 1.3]]), "finite"),
        (broken(bands={"HIGH": 0.4, "MEDIUM": 0.6, "FLOOR": 0.1}), "out of order"),
        (broken(bands={"HIGH": 0.4}), "MEDIUM"),
        (broken(most_low="many"), "many"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_unsound_artefact_is_refused_with_the_reason(stored: Any, complaint: str) -> None:
    with pytest.raises(ArtefactError, match=complaint):
        calibration.parse(stored)


def test_agreement_counts_over_all_documents() -> None:
    gold = {"1": ["E11.9", "I10"], "2": ["M25.561"]}
    proposed = {"1": ["E119", "E785"], "2": ["M25.562"], "3": ["I10"]}
    assert (agreement(gold, proposed).right, agreement(gold, proposed).proposed) == (1, 3)
    assert agreement(gold, proposed, 3).f1 == pytest.approx(2 * 2 / (3 + 3))
    assert agreement({}, {}).f1 == 0.0
