"""Figures with 95% intervals: the percentile bootstrap over documents.

Documents are drawn with replacement, because codes of one document are not independent of each other.
The same seed draws the same documents for every system, so that systems can be compared in pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

RESAMPLES = 1000
SEED = 20260301
TAILS = (2.5, 97.5)  # per cent


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured share between 0 and 1 (or a difference of two), with its interval; None where undefined."""

    value: float
    low: float | None = None
    high: float | None = None


def draws(documents: int, *, seed: int = SEED, times: int = RESAMPLES) -> Counts:
    """How often each document is drawn in each resample: times × documents."""
    if documents == 0:
        return np.zeros((times, 0), np.int64)
    return np.random.default_rng(seed).multinomial(documents, np.full(documents, 1.0 / documents), size=times)


def ratio(over: Floats, under: Floats) -> Floats:
    """Element by element, 0 where undefined."""
    result: Floats = np.divide(over, under, out=np.zeros(over.shape), where=under > 0)
    return result


def figure(value: float, resampled: Floats) -> Figure:
    """A value with the interval of its resamples; without one where fewer than two documents exist."""
    if len(resampled) == 0:
        return Figure(float(value))
    low, high = np.percentile(resampled, TAILS)
    return Figure(float(value), float(low), float(high))


def share(over: Floats, under: Floats, drawn: Counts) -> Figure:
    """Σ over ÷ Σ under, both given by document."""
    value = float(over.sum() / under.sum()) if under.sum() else 0.0
    return figure(value, ratio(drawn @ over, drawn @ under)) if enough(drawn) else Figure(value)


def mean(values: Floats, drawn: Counts) -> Figure:
    """The mean over documents."""
    return share(values, np.ones(len(values)), drawn)


def enough(drawn: Counts) -> bool:
    """Whether documents can be drawn at all: one document says nothing of the next."""
    return int(drawn.shape[1]) > 1


def resampled(statistic: Callable[[Floats], float], drawn: Counts) -> Figure:
    """Any statistic of the documents' weights, with its interval."""
    value = statistic(np.ones(drawn.shape[1]))
    if not enough(drawn):
        return Figure(value)
    return figure(value, np.array([statistic(weights.astype(float)) for weights in drawn]))
