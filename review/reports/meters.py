"""From what workers said of themselves to rates, percentiles and lines on a plot. Pure functions, no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isfinite
from typing import Any

from inference.llm.telemetry import HOUR, LANES, TOKENS, Sample, Telemetry, Worker

BIN = 30  # seconds: two or three samples of each worker
BINS = HOUR // BIN
RATE_SECONDS = 60
RESULTS = ("ok", "retried", "refused", "away", "bad")
BREAKERS = ("closed", "half-open", "open")  # from the best to the worst


@dataclass(frozen=True, slots=True)
class Step:
    """What one worker did between two samples. `latency` holds, by lane, requests in each bucket (not cumulative)."""

    at: float
    seconds: float
    tokens: tuple[int, ...]
    latency: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Server:
    """A model server as all workers together see it; `breaker` is the worst that any of them reports."""

    url: str
    breaker: str
    in_flight: int
    ok: int
    failed: int
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Seconds within which half, 95% and 99% of a lane's requests were answered; None without a request."""

    lane: str
    requests: int
    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True, slots=True)
class Now:
    """The workers' meters added up: gauges as last heard, rates over the last minute, shares over the last hour."""

    workers: tuple[str, ...]
    in_flight: dict[str, int]
    waiting: dict[str, int]
    requests: dict[str, int]
    generated_per_second: float | None
    read_per_second: float | None
    cache_hit: float | None
    latency: tuple[Percentiles, ...]
    servers: tuple[Server, ...]


def now(telemetry: Telemetry) -> Now:
    """How things stand. `None` where no worker has said enough yet."""
    live = telemetry.live
    steps = {worker.name: steps_of(worker) for worker in telemetry.workers}
    recent = [_since(each, telemetry.at - RATE_SECONDS) for each in steps.values()]
    hour = [step for each in steps.values() for step in each]
    prompt, cached, _ = _total(hour)
    return Now(
        workers=tuple(worker.name for worker in live),
        in_flight={lane: sum(_number(worker, "in_flight", lane) for worker in live) for lane in LANES},
        waiting={lane: sum(_number(worker, "waiting", lane) for worker in live) for lane in LANES},
        requests={result: sum(_number(worker, "requests", result) for worker in live) for result in RESULTS},
        generated_per_second=rate(recent, TOKENS.index("completion")),
        read_per_second=rate(recent, TOKENS.index("prompt")),
        cache_hit=cached / prompt if prompt else None,
        latency=_latency(telemetry.workers, steps),
        servers=servers(live),
    )


def _number(worker: Worker, part: str, key: str) -> int:
    return int((worker.snapshot or {}).get(part, {}).get(key, 0))


def steps_of(worker: Worker) -> list[Step]:
    """The differences between neighbouring samples. A counter that fell belongs to a worker that began anew."""
    return [_step(before, after) for before, after in pairwise(worker.samples)]


def _step(before: Sample, after: Sample) -> Step:
    return Step(
        at=after.at,
        seconds=after.at - before.at,
        tokens=_growth(before.tokens, after.tokens),
        latency=tuple(_by_bucket(_growth(old, new)) for old, new in zip(before.latency, after.latency, strict=True)),
    )


def _growth(before: Sequence[int], after: Sequence[int]) -> tuple[int, ...]:
    if any(new < old for old, new in zip(before, after, strict=True)):
        return tuple(after)
    return tuple(new - old for old, new in zip(before, after, strict=True))


def _by_bucket(cumulative: Sequence[int]) -> tuple[int, ...]:
    return tuple(max(0, each - below) for below, each in pairwise((0, *cumulative)))


def _since(steps: Iterable[Step], moment: float) -> list[Step]:
    return [step for step in steps if step.at > moment]


def _total(steps: Iterable[Step]) -> tuple[int, int, int]:
    sums = [0, 0, 0]
    for step in steps:
        for place, count in enumerate(step.tokens):
            sums[place] += count
    return sums[0], sums[1], sums[2]


def rate(by_worker: Iterable[list[Step]], place: int) -> float | None:
    """Tokens a second: each worker's over its own seconds, added up; None without any step."""
    rates = [
        sum(step.tokens[place] for step in steps) / seconds
        for steps in by_worker
        if (seconds := sum(step.seconds for step in steps)) > 0
    ]
    return sum(rates) if rates else None


def _latency(workers: Iterable[Worker], steps: dict[str, list[Step]]) -> tuple[Percentiles, ...]:
    listed = list(workers)
    return tuple(
        percentiles(lane, merged([(worker.bounds, steps[worker.name]) for worker in listed], place))
        for place, lane in enumerate(LANES)
    )


def merged(parts: Iterable[tuple[tuple[float, ...], list[Step]]], place: int) -> dict[float, int]:
    """Requests of one lane by the upper end of their bucket, over steps of workers that may count differently."""
    counts: dict[float, int] = {}
    for bounds, steps in parts:
        for step in steps:
            for bound, count in zip(bounds, step.latency[place], strict=True):
                counts[bound] = counts.get(bound, 0) + count
    return counts


def percentiles(lane: str, counts: dict[float, int]) -> Percentiles:
    return Percentiles(lane, sum(counts.values()), *(quantile(counts, share) for share in (0.5, 0.95, 0.99)))


def quantile(counts: dict[float, int], share: float) -> float | None:
    """The value below which this share lies, as straight between the ends of its bucket as Prometheus draws it.

    In the last, endless bucket it is the highest finite end: "at least". None without a count.
    """
    wanted = share * sum(counts.values())
    if not wanted:
        return None
    below, low = 0, 0.0
    for bound, count in sorted(counts.items()):
        if count and below + count >= wanted:
            return low + (bound - low) * (wanted - below) / count if isfinite(bound) else low
        below, low = below + count, bound
    return low if low != inf else None


def servers(live: Iterable[Worker]) -> tuple[Server, ...]:
    """The servers by address, over all workers."""
    seen: dict[str, list[dict[str, Any]]] = {}
    for worker in live:
        for each in (worker.snapshot or {}).get("servers", []):
            seen.setdefault(str(each.get("url", "")), []).append(each)
    return tuple(_server(url, parts) for url, parts in sorted(seen.items()))


def _server(url: str, parts: list[dict[str, Any]]) -> Server:
    states = [str(each.get("breaker", "closed")) for each in parts]
    return Server(
        url=url,
        breaker=max(states, key=lambda state: BREAKERS.index(state) if state in BREAKERS else len(BREAKERS)),
        in_flight=sum(int(each.get("in_flight", 0)) for each in parts),
        ok=sum(int(each.get("ok", 0)) for each in parts),
        failed=sum(int(each.get("failed", 0)) for each in parts),
        models=tuple(sorted({str(model) for each in parts for model in each.get("models", [])})),
    )
