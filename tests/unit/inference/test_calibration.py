"""Scores, probabilities, bands, and the fit behind them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from inference import calibration, fitting
from inference.calibration import Calibration, Weights
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
    _, shipped = calibration.load()
    assert list(shipped.probabilities) == sorted(shipped.probabilities)
    assert list(shipped.scores) == sorted(set(shipped.scores))
    assert 0 < shipped.medium <= shipped.high < 1
    card = json.loads(calibration.BUILTIN.read_text())["card"]
    assert card["documents"] > 0
    assert {"date", "fitted_on", "method", "bands", "cross_validated"} <= set(card)


def test_pooling_makes_a_rising_map_from_noise() -> None:
    rng = np.random.default_rng(7)
    scores = rng.random(400)
    labels = (rng.random(400) < scores).astype(float)
    points = fitting.isotonic(scores, labels)
    places, shares = zip(*points, strict=True)
    assert list(shares) == sorted(shares)
    assert np.interp(0.8, places, shares) == pytest.approx(0.8, abs=0.15)


def test_agreement_counts_over_all_documents() -> None:
    gold = {"1": ["E11.9", "I10"], "2": ["M25.561"]}
    proposed = {"1": ["E119", "E785"], "2": ["M25.562"], "3": ["I10"]}
    assert (agreement(gold, proposed).right, agreement(gold, proposed).proposed) == (1, 3)
    assert agreement(gold, proposed, 3).f1 == pytest.approx(2 * 2 / (3 + 3))
    assert agreement({}, {}).f1 == 0.0
