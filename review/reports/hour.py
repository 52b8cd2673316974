"""The last hour as lines on a plot: plain numbers for `json_script`. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from inference.llm.telemetry import LANES, TOKENS, QueueSample, Sample, Telemetry
from review.reports.meters import BIN, BINS, Step, merged, quantile, rate, steps_of

Line = list[float | None]
T = TypeVar("T", Sample, Step)


def series(telemetry: Telemetry) -> dict[str, Any]:
    """`minutes` before now (negative, the oldest first) and, under the name of each plot, its lines over them.

    A gap (None) is a time at which nobody said anything.
    """
    queue = _queue(telemetry.queue, telemetry.at)
    samples = [_by_bin(worker.samples, telemetry.at) for worker in telemetry.workers]
    steps = [(worker.bounds, _by_bin(steps_of(worker), telemetry.at)) for worker in telemetry.workers]
    return {
        "minutes": [round(-(BINS - 1 - place) * BIN / 60, 2) for place in range(BINS)],
        "queue": {lane: queue[lane] for lane in LANES},
        "in_flight": {lane: _in_flight(samples, place) for place, lane in enumerate(LANES)},
        "latency": {
            f"{lane}_p{percent}": [
                _quantile([(bounds, bins[at]) for bounds, bins in steps], place, percent / 100) for at in range(BINS)
            ]
            for place, lane in enumerate(LANES)
            for percent in (50, 95)
        },
        "tokens": {
            kind: [_rounded(rate([bins[at] for _, bins in steps], place)) for at in range(BINS)]
            for place, kind in enumerate(TOKENS)
        },
    }


def _bin(at: float, end: float) -> int:
    """The place of a moment: the last bin holds the `BIN` seconds before `end`."""
    return BINS - 1 - int((end - at) // BIN)


def _by_bin(items: Iterable[T], end: float) -> list[list[T]]:
    bins: list[list[T]] = [[] for _ in range(BINS)]
    for item in items:
        place = _bin(item.at, end)
        if 0 <= place < BINS:
            bins[place].append(item)
    return bins


def _queue(samples: Iterable[QueueSample], end: float) -> dict[str, Line]:
    lines: dict[str, Line] = {lane: [None] * BINS for lane in LANES}
    for sample in samples:
        place = _bin(sample.at, end)
        if 0 <= place < BINS:
            lines["person"][place], lines["backlog"][place] = sample.person, sample.backlog
    return lines


def _in_flight(workers: list[list[list[Sample]]], lane: int) -> Line:
    """The last word of each worker in each bin, added up."""
    return [
        sum(bins[at][-1].in_flight[lane] for bins in workers if bins[at])
        if any(bins[at] for bins in workers)
        else None
        for at in range(BINS)
    ]


def _quantile(parts: list[tuple[tuple[float, ...], list[Step]]], lane: int, share: float) -> float | None:
    return _rounded(quantile(merged(parts, lane), share))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
