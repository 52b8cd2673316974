"""Is everything there that the work needs? Bounded: never waits longer than a few seconds."""

from __future__ import annotations

from typing import Any

import redis
from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from kombu.exceptions import OperationalError

from inference import routing
from inference.llm import telemetry

TIMEOUT = 1.0  # seconds for each question


def state() -> dict[str, Any]:
    """`{"status", "database", "broker", "workers": {"status", "count"}, "coder": {"status", "count"}}`.

    Each status is "ok" or "down"; that of the coder worker also "not needed".
    """
    database, broker = _database(), _broker()
    count = _workers() if broker == "ok" else 0
    coder = _coder() if database == "ok" else {"status": "down", "count": 0}
    healthy = database == broker == "ok" and count > 0 and coder["status"] != "down"
    return {
        "status": "ok" if healthy else "degraded",
        "database": database,
        "broker": broker,
        "workers": {"status": "ok" if count else "down", "count": count},
        "coder": coder,
    }


def _coder() -> dict[str, Any]:
    """The processes that ask the model server, as far as the engine in force needs one: without them charts wait."""
    try:
        if not routing.current().needs_server:
            return {"status": "not needed", "count": 0}
    except DatabaseError:
        return {"status": "down", "count": 0}
    count = len(telemetry.read().live)
    return {"status": "ok" if count else "down", "count": count}


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "down"
    return "ok"


def _broker() -> str:
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT
        ) as client:
            client.ping()
    except (redis.RedisError, OSError):
        return "down"
    return "ok"


def _workers() -> int:
    try:
        return len(current_app.control.ping(timeout=TIMEOUT) or [])
    except (OperationalError, redis.RedisError, OSError):
        return 0
