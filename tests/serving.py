"""What workers report, made up; and a cache of a test's own to report it in."""

from __future__ import annotations

import uuid
from typing import Any

BOUNDS = ("0.1", "1", "10", "+Inf")


def private_cache(settings: Any) -> None:
    """The real cache under a prefix of this test's own: tests run side by side over one Redis."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": f"test-{uuid.uuid4()}"}}


def cache_away(settings: Any) -> None:
    """A cache that refuses connections: nobody listens on port 1."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1"}}


def histogram(*at_most: int) -> dict[str, Any]:
    """Cumulative counts under `BOUNDS`."""
    return {"count": at_most[-1], "sum": 2.5, "buckets": dict(zip(BOUNDS, at_most, strict=True))}


def snapshot(
    *,
    in_flight: tuple[int, int] = (0, 0),
    tokens: tuple[int, int, int] = (0, 0, 0),
    person: tuple[int, ...] = (0, 0, 0, 0),
    breaker: str = "closed",
    **requests: int,
) -> dict[str, Any]:
    """A snapshot as `Meters` makes it."""
    return {
        "at": "2026-11-16T10:00:00+00:00",
        "in_flight": {"person": in_flight[0], "backlog": in_flight[1]},
        "waiting": {"person": 0, "backlog": 3},
        "requests": {"ok": 0, "retried": 0, "refused": 0, "away": 0, "bad": 0, **requests},
        "tokens": dict(zip(("prompt", "cached", "completion"), tokens, strict=True)),
        "latency": {"person": histogram(*person), "backlog": histogram(0, 0, 0, 0)},
        "servers": [
            {
                "url": "gpu-1:8000",
                "breaker": breaker,
                "in_flight": sum(in_flight),
                "ok": 7,
                "failed": 1,
                "models": ["b"],
            }
        ],
    }
