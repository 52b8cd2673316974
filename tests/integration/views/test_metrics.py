"""Prometheus reads numbers with a token; nobody else reads them but admins, and nobody finds a patient there."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families

from inference.llm import telemetry
from inference.models import Adapter, Routing
from review.models import Chart
from tests.factories import World, received
from tests.serving import cache_away, private_cache, snapshot

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(autouse=True)
def _own_cache(settings: Any) -> None:
    private_cache(settings)
    settings.METRICS_TOKEN = "a token"


def ask(token: str = "a token") -> Any:
    return Client(headers={"Authorization": f"Bearer {token}"}).get(reverse("metrics"))


def scraped() -> Samples:
    response = ask()
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(response.content.decode())
    return {(each.name, frozenset(each.labels.items())): each.value for family in families for each in family.samples}


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, frozenset(labels.items())]


def test_it_counts_charts_by_lane_and_status(world: World) -> None:
    received()
    urgent = received()
    Chart.objects.filter(pk=urgent.pk).update(person_waiting=True)
    samples = scraped()
    assert value(samples, "medcode_queue_depth", lane="person") == 1
    assert value(samples, "medcode_queue_depth", lane="backlog") == 1
    assert value(samples, "medcode_charts", status="ready") == 2
    oldest = value(samples, "medcode_queue_oldest_timestamp_seconds", lane="person")
    assert oldest == pytest.approx(urgent.received_at.timestamp(), abs=1)


def test_it_passes_on_what_workers_report(db: None) -> None:
    telemetry.publish("one", snapshot(in_flight=(2, 3), tokens=(400, 100, 50), person=(1, 3, 3, 4), ok=9, away=2))
    samples = scraped()
    assert value(samples, "medcode_llm_in_flight", worker="one", lane="backlog") == 3
    assert value(samples, "medcode_llm_waiting", worker="one", lane="backlog") == 3
    assert value(samples, "medcode_llm_requests_total", worker="one", result="away") == 2
    assert value(samples, "medcode_llm_tokens_total", worker="one", kind="cached") == 100
    bucket = "medcode_llm_request_duration_seconds_bucket"
    counts = [value(samples, bucket, worker="one", lane="person", le=le) for le in ("0.1", "1", "10", "+Inf")]
    assert counts == [1, 3, 3, 4]
    assert value(samples, "medcode_llm_request_duration_seconds_sum", worker="one", lane="person") == 2.5
    assert value(samples, "medcode_server_breaker", server="gpu-1:8000", state="closed") == 1
    assert value(samples, "medcode_server_breaker", server="gpu-1:8000", state="open") == 0
    assert value(samples, "medcode_coder_workers") == 1


def test_it_names_the_engine_and_the_adapters(db: None, settings: Any) -> None:
    settings.VLLM_URLS = ["http://127.0.0.1:1"]
    used, spare = (
        Adapter.objects.create(name=name, purpose="coding", base_model="b", path="/a") for name in ("used", "spare")
    )
    Routing.objects.create(engine="vllm", coding_adapter=used)
    samples = scraped()
    assert value(samples, "medcode_engine", engine="vllm") == 1
    assert value(samples, "medcode_adapter", adapter="used", purpose="coding") == 1
    assert value(samples, "medcode_adapter", adapter=spare.name, purpose="coding") == 0


def test_without_redis_the_rows_are_counted_all_the_same(world: World, settings: Any) -> None:
    cache_away(settings)
    samples = scraped()
    assert value(samples, "medcode_telemetry_up") == 0
    assert value(samples, "medcode_charts", status="ready") == 2


@pytest.mark.parametrize("token", ["", "wrong", "a token ", "ä"], ids=["none", "wrong", "longer", "not ascii"])
def test_a_wrong_token_is_refused(db: None, token: str) -> None:
    response = ask(token)
    assert response.status_code == 403
    assert b"medcode_" not in response.content


def test_without_a_token_in_the_settings_no_token_opens_it(db: None, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert ask("").status_code == 403
    assert Client().get(reverse("metrics")).status_code == 403


def test_admins_look_and_nobody_else_who_is_signed_in(world: World) -> None:
    for role, user in world.users.items():
        client = Client()
        client.force_login(user)
        assert client.get(reverse("metrics")).status_code == (200 if role == "admin" else 403), role
        assert client.post(reverse("metrics")).status_code == 405


def test_no_patient_is_in_it(world: World) -> None:
    Chart.objects.update(status="failed", suggest_error="BadAnswerError")
    said = ask().content.decode()
    patient = world.outpatient.encounter.patient
    for secret in (patient.mrn, patient.name, "Example", str(world.outpatient.public_id)):
        assert secret not in said


def test_the_number_of_queries_does_not_grow(world: World) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            ask()
        return len(seen)

    before = queries()
    for number in range(3):
        received()
        Adapter.objects.create(name=f"a-{number}", purpose="cdi", base_model="b", path="/a")
        telemetry.publish(f"worker-{number}", snapshot())
    assert queries() == before <= 20
