"""`GET /healthz` for load balancers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inference.llm import telemetry
from inference.models import Routing
from review.models import Role
from tests.factories import user
from tests.serving import private_cache, snapshot


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


@pytest.mark.django_db
def test_a_missing_coder_worker_is_told_where_the_engine_needs_one(settings: Any) -> None:
    private_cache(settings)
    assert Client().get("/healthz").json()["coder"] == {"status": "not needed", "count": 0}
    settings.VLLM_URLS, settings.CODER_ENGINE = ["http://127.0.0.1:1"], Routing.Engine.VLLM
    assert Client().get("/healthz").json()["coder"] == {"status": "down", "count": 0}
    telemetry.publish("coder-1", snapshot())
    assert Client().get("/healthz").json()["coder"] == {"status": "ok", "count": 1}


@pytest.mark.django_db
def test_the_system_page_says_that_charts_wait_for_a_coder_worker(settings: Any) -> None:
    private_cache(settings)
    client = Client()
    client.force_login(user(Role.ADMIN))
    assert "Coder worker" not in client.get(reverse("system")).content.decode()
    settings.VLLM_URLS, settings.CODER_ENGINE = ["http://127.0.0.1:1"], Routing.Engine.VLLM
    assert "none has reported lately" in client.get(reverse("system")).content.decode()
    telemetry.publish("coder-1", snapshot())
    assert "1 at work" in client.get(reverse("system")).content.decode()
