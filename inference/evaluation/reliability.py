"""Whether a confidence of 80% is right eight times in ten, and how much can be had at a fixed precision.

A suggestion is right when its exact code is gold; all bands count, since each carries a probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inference.evaluation import intervals
from inference.evaluation.intervals import Counts, Figure, Floats
from inference.evaluation.rows import Judged

BINS = 10
PRECISIONS = (0.95, 0.90, 0.80)
POINTS = 200  # of a drawn curve


@dataclass(frozen=True, slots=True)
class Bin:
    """Suggestions with a confidence from `low` up to `high`: how sure, how right."""

    low: float
    high: float
    suggestions: int
    confidence: float
    right: Figure


@dataclass(frozen=True, slots=True)
class Coverage:
    """What can be had at this precision, most confident first.

    Codes: share of all `suggestions` and of all `gold` codes, down to the confidence `threshold`.
    Charts: share of all charts, in the order of the mean confidence of their shown codes.
    """

    precision: float
    threshold: float | None
    suggestions: float
    gold: float
    charts: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Expected calibration error (ten equal bins, weighted by suggestions), its bins, coverage, and the curve."""

    error: Figure
    bins: tuple[Bin, ...]
    coverage: tuple[Coverage, ...]
    curve: tuple[tuple[float, float], ...]


def reliability(judged: Judged, drawn: Counts) -> Reliability:
    """All of it for one system."""
    documents, confidence, right = outcomes(judged)
    gold = sum(map(len, judged.wanted))
    charts = chart_outcomes(judged)
    return Reliability(
        _error(documents, confidence, right, drawn),
        tuple(_bins(documents, confidence, right, drawn)),
        tuple(coverage(precision, confidence, right, gold, charts, len(judged.ids)) for precision in PRECISIONS),
        tuple(curve(confidence, right)),
    )


def outcomes(judged: Judged) -> tuple[Counts, Floats, Floats]:
    """Document, confidence and rightness (0 or 1) of every suggestion."""
    rows = [
        (document, item.confidence, item.key in judged.wanted[document])
        for document, items in enumerate(judged.ranked)
        for item in items
    ]
    table = np.array(rows, float).reshape(len(rows), 3)
    return table[:, 0].astype(np.int64), table[:, 1], table[:, 2]


def chart_outcomes(judged: Judged) -> list[tuple[float, int, int]]:
    """Mean confidence of the shown codes, right ones and all, of every chart that shows a code."""
    found = []
    for items, shown, wanted in zip(judged.ranked, judged.shown, judged.wanted, strict=True):
        sure = [item.confidence for item in items if item.key in shown]
        if sure:
            found.append((sum(sure) / len(sure), len(shown & wanted), len(shown)))
    return found


def _places(confidence: Floats) -> Counts:
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)


def expected_error(confidence: Floats, right: Floats, weights: Floats) -> float:
    """Σ over bins of |Σ confidence − Σ right| ÷ number of suggestions; 0 without suggestions."""
    gaps = np.bincount(_places(confidence), weights=weights * (confidence - right), minlength=BINS)
    return float(np.abs(gaps).sum() / weights.sum()) if weights.sum() else 0.0


def _error(documents: Counts, confidence: Floats, right: Floats, drawn: Counts) -> Figure:
    return intervals.resampled(lambda weights: expected_error(confidence, right, weights[documents]), drawn)


def _bins(documents: Counts, confidence: Floats, right: Floats, drawn: Counts) -> list[Bin]:
    places = _places(confidence)
    found = []
    for number in range(BINS):
        inside = places == number
        count = int(inside.sum())
        by_document = [
            np.bincount(documents[inside], weights=values, minlength=drawn.shape[1]).astype(float)
            for values in (right[inside], np.ones(count))
        ]
        sure = float(confidence[inside].mean()) if count else 0.0
        share = intervals.share(by_document[0], by_document[1], drawn)
        found.append(Bin(number / BINS, (number + 1) / BINS, count, sure, share))
    return found


def coverage(
    precision: float,
    confidence: Floats,
    right: Floats,
    gold: int,
    charts: Sequence[tuple[float, int, int]],
    documents: int,
) -> Coverage:
    """The longest run of most confident codes, and of most confident charts, that is this precise."""
    taken = _longest(confidence, right, np.ones(len(right)), precision)
    threshold = float(np.sort(confidence)[::-1][taken - 1]) if taken else None
    caught = float(right[confidence >= threshold].sum()) if threshold is not None else 0.0
    table = np.array(charts, float).reshape(len(charts), 3)
    covered = _longest(table[:, 0], table[:, 1], table[:, 2], precision)
    return Coverage(
        precision,
        threshold,
        taken / len(right) if len(right) else 0.0,
        caught / gold if gold else 0.0,
        covered / documents if documents else 0.0,
    )


def _longest(confidence: Floats, right: Floats, whole: Floats, precision: float) -> int:
    """How many of the most confident rows together are this precise; rows of equal confidence go together."""
    order = np.argsort(-confidence, kind="stable")
    reached = np.cumsum(right[order]) >= precision * np.cumsum(whole[order]) - 1e-9
    ordered = confidence[order]
    ends = np.append(ordered[:-1] != ordered[1:], True) if len(ordered) else np.zeros(0, bool)
    good = np.flatnonzero(reached & ends)
    return int(good[-1]) + 1 if len(good) else 0


def curve(confidence: Floats, right: Floats) -> list[tuple[float, float]]:
    """Share of suggestions taken, most confident first, and their precision: at most `POINTS` points."""
    if not len(right):
        return []
    ordered = right[np.argsort(-confidence, kind="stable")]
    precise = np.cumsum(ordered) / np.arange(1, len(ordered) + 1)
    places = np.unique(np.linspace(0, len(ordered) - 1, min(POINTS, len(ordered))).round().astype(int))
    return [((int(place) + 1) / len(ordered), float(precise[place])) for place in places]
