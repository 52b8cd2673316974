"""Raw score → probability that a coder keeps the code → band.

Weights, mapping and thresholds are data with a card that says what they were fitted on: the packaged file
`calibrations/builtin.json`, or one that `manage.py train_builtin` wrote and a person adopted.
"""

from __future__ import annotations

import hashlib
import json
import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from inference.schema import Band

BUILTIN = Path(__file__).parent / "calibrations" / "builtin.json"
FORMAT = 2  # of the file
DEFAULT_SYSTEM = "ICD-10-CM"
DIGEST_LENGTH = 12  # characters of a SHA-256, as in the names of versions


class ArtefactError(ValueError):
    """A file that holds no weights and calibration. The message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear model over features; `score` is its logistic value, 0 … 1."""

    bias: float
    by_feature: dict[str, float]

    def score(self, features: Mapping[str, float]) -> float:
        """The raw score of a candidate; features without a weight count nothing."""
        # Summed exactly: rules flag candidates in sets, whose order differs from process to process.
        parts = (self.by_feature.get(name, 0.0) * value for name, value in features.items())
        total = math.fsum((self.bias, *parts))
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


@dataclass(frozen=True, slots=True)
class Artefact:
    """Everything that is learnt: weights, a calibration for each code system, and the card.

    `firmness` is how firmly the training data hold each weight; a later training starts from it.
    """

    weights: Weights
    calibrations: dict[str, Calibration]
    card: dict[str, Any]
    firmness: dict[str, float] = field(default_factory=dict)

    def calibration(self, code_system: str = DEFAULT_SYSTEM) -> Calibration:
        """The calibration of a code system. Raises `ArtefactError` where there is none."""
        if code_system not in self.calibrations:
            raise ArtefactError(f"No calibration for {code_system} is among the weights.")
        return self.calibrations[code_system]

    @property
    def digest(self) -> str:
        """A short name of the content; the same numbers have the same name, whatever their card says."""
        content = {name: part for name, part in dump(self).items() if name != "card"}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:DIGEST_LENGTH]


def load(path: Path = BUILTIN) -> Artefact:
    """The artefact of a file. Raises `ArtefactError` for anything else."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ArtefactError(f"{path.name} is not valid JSON ({error}).") from None
    return parse(stored)


def parse(stored: Any) -> Artefact:
    """The artefact that these JSON values say. Raises `ArtefactError`, naming the first thing that is wrong."""
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise ArtefactError(f"Not an artefact of format {FORMAT}.")
    try:
        weights = Weights(_number(stored["bias"]), _numbers(stored["weights"]))
        calibrations = {str(name): _calibration(each) for name, each in stored["calibrations"].items()}
        return Artefact(weights, calibrations, dict(stored["card"]), _numbers(stored.get("firmness", {})))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ArtefactError(f"Not a sound artefact: {error}.") from None


def dump(artefact: Artefact) -> dict[str, Any]:
    """The JSON values of an artefact; `parse` reads them back."""
    return {
        "format": FORMAT,
        "card": artefact.card,
        "calibrations": {
            name: {
                "bands": {"HIGH": each.high, "MEDIUM": each.medium, "FLOOR": each.floor},
                "most_low": each.most_low,
                "mapping": [list(point) for point in zip(each.scores, each.probabilities, strict=True)],
            }
            for name, each in artefact.calibrations.items()
        },
        "bias": artefact.weights.bias,
        "weights": dict(sorted(artefact.weights.by_feature.items())),
        "firmness": dict(sorted(artefact.firmness.items())),
    }


def _calibration(stored: Any) -> Calibration:
    scores = tuple(_number(score) for score, _ in stored["mapping"])
    probabilities = tuple(_number(probability) for _, probability in stored["mapping"])
    bands = stored["bands"]
    high, medium, floor = (_number(bands[name]) for name in ("HIGH", "MEDIUM", "FLOOR"))
    if not scores or any(a >= b for a, b in pairwise(scores)):
        raise ValueError("the mapping's scores do not rise")
    if list(probabilities) != sorted(probabilities) or not 0 <= probabilities[0] <= probabilities[-1] <= 1:
        raise ValueError("the mapping falls, or leaves 0 to 1")
    if not 0 <= floor <= medium <= high <= 1:
        raise ValueError("the thresholds are out of order")
    return Calibration(scores, probabilities, high, medium, floor, int(stored["most_low"]))


def _numbers(stored: Any) -> dict[str, float]:
    return {str(name): _number(value) for name, value in stored.items()}


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no finite number")
    return float(value)
