"""Raw score → probability that a coder keeps the code → band.

Weights, mapping and thresholds are data with a card that says what they were fitted on
(`calibrations/builtin.json`); `python -m inference.fitting` writes that file.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from inference.schema import Band

BUILTIN = Path(__file__).parent / "calibrations" / "builtin.json"


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear model over features; `score` is its logistic value, 0 … 1."""

    bias: float
    by_feature: dict[str, float]

    def score(self, features: dict[str, float]) -> float:
        """The raw score of a candidate; features without a weight count nothing."""
        total = self.bias + sum(self.by_feature.get(name, 0.0) * value for name, value in features.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


@dataclass(frozen=True, slots=True)
class Calibration:
    """A monotone, piecewise-linear map from raw score to probability, and the band thresholds.

    What is less probable than `floor` is not shown at all, and of LOW suggestions no more than `most_low`.
    """

    scores: tuple[float, ...]
    probabilities: tuple[float, ...]
    high: float
    medium: float
    floor: float = 0.0
    most_low: int = 1000

    def probability(self, score: float) -> float:
        """The probability for a raw score, clamped at both ends of the map."""
        place = bisect_right(self.scores, score)
        if place == 0:
            return self.probabilities[0]
        if place == len(self.scores):
            return self.probabilities[-1]
        low, high = self.scores[place - 1], self.scores[place]
        share = (score - low) / (high - low)
        return self.probabilities[place - 1] + share * (self.probabilities[place] - self.probabilities[place - 1])

    def band(self, probability: float) -> Band:
        """The band of a probability."""
        if probability >= self.high:
            return Band.HIGH
        return Band.MEDIUM if probability >= self.medium else Band.LOW


def load(path: Path = BUILTIN) -> tuple[Weights, Calibration]:
    """Weights and calibration from their file."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    weights = Weights(float(stored["bias"]), {name: float(value) for name, value in stored["weights"].items()})
    points = stored["mapping"]
    bands = stored["bands"]
    calibration = Calibration(
        tuple(float(score) for score, _ in points),
        tuple(float(probability) for _, probability in points),
        float(bands["HIGH"]),
        float(bands["MEDIUM"]),
        float(bands["FLOOR"]),
        int(stored["most_low"]),
    )
    return weights, calibration
