"""What the workers say of themselves, through Django's cache: the newest word of each, and the last hour of all.

Numbers only: no note, no code, no name of a person. All of it may be lost at any time; the database is the truth.
Times are seconds since the epoch.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

NEWEST_TTL = 15  # seconds after which a silent worker counts as gone
HOUR = 3600
SPACING = 10  # seconds between samples
LONGEST = HOUR // SPACING
LANES = ("person", "backlog")
TOKENS = ("prompt", "cached", "completion")
AWAY = (RedisError, OSError)  # the cache does not answer

_WORKERS = "llm:workers"
_QUEUE = "llm:queue"


@dataclass(frozen=True, slots=True)
class Sample:
    """A worker's meters at a moment. `latency` holds the cumulative bucket counts of each lane in `LANES`."""

    at: float
    in_flight: tuple[int, int]
    waiting: tuple[int, int]
    tokens: tuple[int, int, int]
    latency: tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker: its last snapshot (`Meters.snapshot`; None when it is silent) and its samples, the oldest first.

    `bounds` are the upper ends of the latency buckets in seconds, the last one infinite.
    """

    name: str
    snapshot: dict[str, Any] | None
    bounds: tuple[float, ...] = ()
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueSample:
    """How many charts waited at a moment."""

    at: float
    person: int
    backlog: int


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Everything that can be known. `reachable` is False when the cache does not answer."""

    reachable: bool = True
    workers: tuple[Worker, ...] = ()
    queue: tuple[QueueSample, ...] = ()
    at: float = field(default_factory=time.time)

    @property
    def live(self) -> tuple[Worker, ...]:
        """The workers that have spoken within `NEWEST_TTL`."""
        return tuple(worker for worker in self.workers if worker.snapshot is not None)


def publish(worker_id: str, snapshot: Mapping[str, Any], *, now: float | None = None) -> bool:
    """Say how this worker stands; every two seconds is right. False when the cache does not answer."""
    moment = time.time() if now is None else now
    try:
        cache.set(_newest(worker_id), dict(snapshot), NEWEST_TTL)
        if cache.add(f"llm:slot:{worker_id}:{int(moment // SPACING)}", 1, 2 * SPACING):
            _enlist(worker_id, moment)
            _append(worker_id, snapshot, moment)
    except AWAY:
        return False
    return True


def record_queue(*, person: int, backlog: int, now: float | None = None) -> bool:
    """Note how many charts wait. False when the cache does not answer."""
    moment = time.time() if now is None else now
    try:
        samples = [each for each in cache.get(_QUEUE, []) if each[0] > moment - HOUR]
        cache.set(_QUEUE, [*samples, (moment, person, backlog)][-LONGEST:], HOUR)
    except AWAY:
        return False
    return True


def queue_due(*, now: float | None = None) -> bool:
    """Whether the caller should count the queue now: true for one caller in each `SPACING` seconds."""
    moment = time.time() if now is None else now
    try:
        return bool(cache.add(f"llm:queue:{int(moment // SPACING)}", 1, 2 * SPACING))
    except AWAY:
        return False


def read(*, now: float | None = None) -> Telemetry:
    """What all workers said within the last hour; never raises when the cache is away."""
    moment = time.time() if now is None else now
    try:
        names = sorted(name for name, seen in cache.get(_WORKERS, {}).items() if seen > moment - HOUR)
        found = cache.get_many([_QUEUE, *map(_newest, names), *map(_ring, names)])
    except AWAY:
        return Telemetry(reachable=False, at=moment)
    queue = (QueueSample(*each) for each in found.get(_QUEUE, []) if each[0] > moment - HOUR)
    workers = (_worker(name, found.get(_newest(name)), found.get(_ring(name)), moment) for name in names)
    return Telemetry(True, tuple(workers), tuple(queue), moment)


def _newest(worker_id: str) -> str:
    return f"llm:newest:{worker_id}"


def _ring(worker_id: str) -> str:
    return f"llm:ring:{worker_id}"


def _enlist(worker_id: str, moment: float) -> None:
    """Into the list of workers. Two at once may forget one of them: it is back after its next sample."""
    names = {name: seen for name, seen in cache.get(_WORKERS, {}).items() if seen > moment - HOUR}
    cache.set(_WORKERS, names | {worker_id: moment}, HOUR)


def _append(worker_id: str, snapshot: Mapping[str, Any], moment: float) -> None:
    bounds, sample = _sample(snapshot, moment)
    ring = cache.get(_ring(worker_id))
    # Another edition of the worker may count in other buckets: its hour begins anew.
    samples = ring["samples"] if ring and ring["bounds"] == bounds else []
    kept = [each for each in samples if each[0] > moment - HOUR]
    cache.set(_ring(worker_id), {"bounds": bounds, "samples": [*kept, sample][-LONGEST:]}, HOUR)


def _sample(snapshot: Mapping[str, Any], moment: float) -> tuple[tuple[float, ...], tuple[Any, ...]]:
    """The plain tuples that the cache keeps: small, and readable by every edition of this module."""
    buckets = [snapshot.get("latency", {}).get(lane, {}).get("buckets", {}) for lane in LANES]
    labels = sorted({label for each in buckets for label in each}, key=float)
    bounds = tuple(float(label) for label in labels)
    sample = (
        moment,
        tuple(int(snapshot.get("in_flight", {}).get(lane, 0)) for lane in LANES),
        tuple(int(snapshot.get("waiting", {}).get(lane, 0)) for lane in LANES),
        tuple(int(snapshot.get("tokens", {}).get(kind, 0)) for kind in TOKENS),
        tuple(tuple(int(each.get(label, 0)) for label in labels) for each in buckets),
    )
    return bounds, sample


def _worker(name: str, snapshot: dict[str, Any] | None, ring: dict[str, Any] | None, moment: float) -> Worker:
    if ring is None:
        return Worker(name, snapshot)
    samples = tuple(Sample(*each) for each in ring["samples"] if each[0] > moment - HOUR)
    return Worker(name, snapshot, ring["bounds"], samples)
