"""What stands how high in the ranked list: precision and recall at k, mean average precision.

Ranks are by confidence over all bands, whatever the engine would show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inference.evaluation import intervals
from inference.evaluation.intervals import Counts, Figure
from inference.evaluation.rows import Judged, Key, Level, Predicted

PRECISION_AT = (5, 8, 15)
RECALL_AT = (10, 15, 20)


@dataclass(frozen=True, slots=True)
class Ranks:
    """By k: mean over documents. `average_precision` is MAP. `documents` have at least one gold code."""

    precision_at: dict[int, Figure]
    recall_at: dict[int, Figure]
    average_precision: Figure
    documents: int


def ranks(judged: Judged, level: Level, drawn: Counts) -> Ranks:
    """Means over the documents that have a gold code; the others can be neither right nor wrong here."""
    kept = [i for i, wanted in enumerate(judged.wanted) if wanted]
    columns = drawn[:, kept]
    rows = [(hits(judged.ranked[i], judged.wanted[i], level), len(level.each(judged.wanted[i]))) for i in kept]
    return Ranks(
        {k: _mean([sum(found[:k]) / k for found, _ in rows], columns) for k in PRECISION_AT},
        {k: _mean([sum(found[:k]) / whole for found, whole in rows], columns) for k in RECALL_AT},
        _mean([average_precision(found, whole) for found, whole in rows], columns),
        len(kept),
    )


def hits(ranked: Sequence[Predicted], wanted: frozenset[Key], level: Level) -> list[bool]:
    """Rank by rank, whether it is right; of a repeated category only the first counts as a rank."""
    keys = dict.fromkeys(level.of(item.key) for item in ranked)
    right = level.each(wanted)
    return [key in right for key in keys]


def average_precision(found: Sequence[bool], wanted: int) -> float:
    """Σ precision at each right rank ÷ number of gold codes."""
    right = 0
    total = 0.0
    for rank, hit in enumerate(found, start=1):
        if hit:
            right += 1
            total += right / rank
    return total / wanted if wanted else 0.0


def _mean(values: list[float], drawn: Counts) -> Figure:
    return intervals.mean(np.array(values, float), drawn)
