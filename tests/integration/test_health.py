"""`GET /healthz` for load balancers."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.django_db
def test_the_state_of_each_part_is_told_without_signing_in() -> None:
    response = Client().get("/healthz")
    assert response.status_code == 200
    state = response.json()
    assert (state["database"], state["broker"]) == ("ok", "ok")
    assert state["workers"] == {"status": "down", "count": 0}
    assert state["status"] == "degraded"


@pytest.mark.django_db
def test_a_dead_broker_is_told_and_the_page_still_answers(settings: pytest.FixtureRequest) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock"  # type: ignore[attr-defined]
    state = Client().get("/healthz").json()
    assert (state["broker"], state["status"]) == ("down", "degraded")
