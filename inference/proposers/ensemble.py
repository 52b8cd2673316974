"""The built-in coder and the language model joined by code.

Each code that either names has features: who names it, and how sure each is, as log odds. A small logistic model over
them, fitted and calibrated as one on decided charts, says how probable the code is (`manage.py calibrate_coder`).
Until that is measured the built-in coder's suggestions stay exactly as they are, and what the model alone names is
LOW.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from inference.calibration import Calibration, Weights
from inference.grounding import MOST_SPANS, Grounded
from inference.schema import Evidence

Features = dict[str, float]

BUILTIN, BUILTIN_ODDS, MODEL, MODEL_ODDS, BOTH = "builtin", "builtin log odds", "model", "model log odds", "both"
FEATURES = (BUILTIN, BUILTIN_ODDS, MODEL, MODEL_ODDS, BOTH)
SUREST = 0.997  # probabilities beyond this, or as near to 0, are taken as this
# What is shown of a model that nobody has measured: its order stands, its numbers promise nothing.
UNMEASURED = Calibration((0.0, 1.0), (0.0, 0.3), high=1.0, medium=1.0, floor=0.0, most_low=15)
# Where a first fit starts: the built-in coder's probability as it is, the model's word for a little.
START = Weights(0.0, {BUILTIN_ODDS: 1.0, MODEL: -1.0, MODEL_ODDS: 0.3, BOTH: 1.5})


@dataclass(frozen=True, slots=True)
class Joined:
    """A code that stood. `claimed`: the built-in coder's probability; `named`: the model's score."""

    item: Grounded
    claimed: float | None
    named: float | None

    @property
    def features(self) -> Features:
        """What the logistic model reads; what is absent is 0."""
        return features(self.claimed, self.named)


def features(claimed: float | None, named: float | None) -> Features:
    """The features of a code that one or both name."""
    found: Features = {}
    if claimed is not None:
        found |= {BUILTIN: 1.0, BUILTIN_ODDS: log_odds(claimed)}
    if named is not None:
        found |= {MODEL: 1.0, MODEL_ODDS: log_odds(named)}
    if claimed is not None and named is not None:
        found[BOTH] = 1.0
    return found


def log_odds(probability: float) -> float:
    """ln(p ÷ (1 − p)), kept finite."""
    p = min(SUREST, max(1 - SUREST, probability))
    return math.log(p / (1 - p))


def joined(claimed: Iterable[tuple[Grounded, float]], named: Iterable[Grounded]) -> list[Joined]:
    """Every code once, the built-in coder's first. Evidence of both, the built-in coder's first."""
    found = {item.entry.code: Joined(item, probability, None) for item, probability in claimed}
    for item in named:
        known = found.get(item.entry.code)
        if known is None:
            found[item.entry.code] = Joined(item, None, item.score)
        else:
            both = replace(known.item, evidence=together(known.item.evidence, item.evidence))
            found[item.entry.code] = Joined(both, known.claimed, item.score)
    return list(found.values())


def together(first: Sequence[Evidence], second: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The spans of both, none overlapping another, those of `first` kept."""
    kept = list(first)
    for span in second:
        if not any(span.note == it.note and span.begin < it.end and it.begin < span.end for it in kept):
            kept.append(span)
    return tuple(kept[:MOST_SPANS])
