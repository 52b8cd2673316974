"""What the client counts: numbers and server names only, in a form that can be published as it is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from itertools import accumulate
from typing import Any

from inference.llm.wire import Lane, Usage

# Upper bounds in seconds: from a single cached token to a long note on a busy server.
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0)


class Result(StrEnum):
    """How a question ended; RETRIED counts attempts, not questions."""

    OK = "ok"
    RETRIED = "retried"
    REFUSED = "refused"
    AWAY = "away"
    BAD = "bad"


class Histogram:
    """Prometheus's: every bucket counts what is at most its bound."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BUCKETS) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        self._counts[bisect_left(BUCKETS, seconds)] += 1
        self._sum += seconds

    def snapshot(self) -> dict[str, Any]:
        names = [*(f"{bound:g}" for bound in BUCKETS), "+Inf"]
        upto = list(accumulate(self._counts))
        return {"count": upto[-1], "sum": round(self._sum, 6), "buckets": dict(zip(names, upto, strict=True))}


class Meters:
    """Counters since the client was made. `now` adds what is true at the moment of asking."""

    def __init__(self, now: Callable[[], dict[str, Any]] = dict) -> None:
        self._now = now
        self._requests = dict.fromkeys(Result, 0)
        self._latency = {lane: Histogram() for lane in Lane}
        self._usage = Usage()

    def count(self, result: Result) -> None:
        self._requests[result] += 1

    def answered(self, lane: Lane, seconds: float, usage: Usage) -> None:
        """`seconds` as the caller felt them: with the wait for a slot and all retries."""
        self.count(Result.OK)
        self._latency[lane].observe(seconds)
        self._usage += usage

    def snapshot(self) -> dict[str, Any]:
        return {
            "at": datetime.now(UTC).isoformat(),
            "requests": {result.value: count for result, count in self._requests.items()},
            "tokens": {
                "prompt": self._usage.prompt,
                "cached": self._usage.cached,
                "completion": self._usage.completion,
            },
            "latency": {lane.value: histogram.snapshot() for lane, histogram in self._latency.items()},
            **self._now(),
        }
