"""The model page says what answers and what waits, and lets an admin change it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inference import routing as in_force
from inference.llm import telemetry
from inference.models import Adapter, InferenceRun, Routing
from review.models import AuditEvent, Chart
from tests.factories import World, received
from tests.serving import cache_away, private_cache, snapshot


@pytest.fixture(autouse=True)
def _own_cache(settings: Any) -> None:
    private_cache(settings)


@pytest.fixture
def admin(world: World) -> Client:
    client = Client()
    client.force_login(world.admin)
    return client


@pytest.fixture
def server(world: World, settings: Any) -> None:
    """Addresses are set; nobody asks them in these tests."""
    settings.VLLM_URLS = ["http://127.0.0.1:1"]


def page(client: Client, name: str = "model") -> str:
    response = client.get(reverse(name))
    assert response.status_code == 200
    return response.content.decode()


def form(**changes: str) -> dict[str, str]:
    return {"engine": "ensemble", "fallback": "on", "seen": "0", "challenger_share": "0"} | changes


def test_without_a_server_it_says_how_to_get_one(admin: Client) -> None:
    said = page(admin)
    assert "Set <code>VLLM_URL" in said or "set <code>VLLM_URL" in said
    assert "Built-in coder" in said
    assert 'value="ensemble"' not in said


def test_without_a_worker_it_says_how_to_start_one(admin: Client, server: None) -> None:
    said = page(admin)
    assert "No worker reports." in said
    assert "manage.py coder_worker" in said


def test_without_redis_it_says_so_and_shows_the_rows_all_the_same(admin: Client, server: None, settings: Any) -> None:
    received()
    # Sessions and rows are in the database; only the reports of the workers are gone.
    cache_away(settings)
    for name in ("model", "model_live"):
        said = page(admin, name)
        assert "Redis does not answer" in said
        assert "Charts waiting" in said


def test_it_shows_what_workers_report(admin: Client, server: None) -> None:
    now = telemetry.read().at
    for ago, tokens in ((20, 0), (10, 1000)):
        said = snapshot(in_flight=(2, 31), tokens=(4 * tokens, tokens, tokens), breaker="open", ok=1234)
        telemetry.publish("one", said, now=now - ago)
    shown = page(admin, "model_live")
    for words in ("2 person, 31 backlog", "open: left alone", "gpu-1:8000", "1,234", "25.0%", ">100<"):
        assert words in shown, words
    assert "No worker reports" not in shown


def test_it_counts_what_waits_what_failed_and_who_stood_in(admin: Client, world: World) -> None:
    received()
    urgent = received()
    Chart.objects.filter(pk=urgent.pk).update(person_waiting=True)
    Chart.objects.filter(pk=world.inpatient.pk).update(status="failed", suggest_error="BadAnswerError")
    assert world.outpatient.run is not None
    InferenceRun.objects.filter(pk=world.outpatient.run.pk).update(fallback=True)
    said = page(admin)
    assert "and 1 that somebody looks at" in said
    assert "of the last 2 charts read" in said
    assert "answer could not be read" in said
    assert "BadAnswerError" not in said
    assert "Example" not in said


def test_the_page_costs_the_same_whatever_waits(admin: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(3):
        received()
    page(admin)
    with django_assert_max_num_queries(22):
        page(admin)


def test_the_live_part_swaps_the_details_out_of_band(admin: Client) -> None:
    assert "hx-swap-oob" in page(admin, "model_live")
    assert "hx-swap-oob" not in page(admin)


def test_a_routing_is_decided_by_the_form(admin: Client, world: World, server: None) -> None:
    cdi = Adapter.objects.create(name="c-1", purpose="coding", base_model="base", path="/a")
    said = form(challenger_engine="vllm", challenger_adapter="c-1", challenger_share=" 12.5% ", why="pilot")
    response = admin.post(reverse("model_route"), said)
    assert response.headers["Location"] == reverse("model")
    choice = in_force.current()
    assert (choice.engine, choice.challenger_engine, choice.challenger_adapter) == ("ensemble", "vllm", cdi)
    assert choice.challenger_share == 0.125
    assert "on 12.5% of charts" in page(admin)


def test_without_a_challenger_its_other_fields_are_ignored(admin: Client, server: None) -> None:
    admin.post(reverse("model_route"), form(challenger_share="30", challenger_adapter="gone"))
    assert in_force.current().challenger_share == 0


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"engine": "gpt"}, 400),
        ({"engine": ""}, 400),
        ({"challenger_engine": "vllm", "challenger_share": "many"}, 400),
        ({"challenger_engine": "vllm", "challenger_share": "nan"}, 400),
        ({"challenger_engine": "vllm", "challenger_share": "101"}, 400),
        ({"challenger_engine": "vllm", "challenger_share": "1", "challenger_adapter": "gone"}, 400),
        ({"challenger_engine": "vllm", "challenger_share": "1", "challenger_adapter": "nul\x00"}, 400),
        ({"why": "x" * 500}, 400),
        ({"seen": "7"}, 409),
    ],
    ids=["engine", "no engine", "words", "nan", "too much", "no such adapter", "nul", "long reason", "stale page"],
)
def test_bad_input_is_refused_in_words(admin: Client, server: None, changes: dict[str, str], status: int) -> None:
    assert admin.post(reverse("model_route"), form(**changes)).status_code == status
    assert not Routing.objects.exists()


def test_a_refusal_stays_on_the_page_for_htmx(admin: Client, server: None) -> None:
    response = admin.post(reverse("model_route"), form(engine="gpt"), headers={"HX-Request": "true"})
    assert response.headers["HX-Retarget"] == "#notices"
    assert b"engine: must be one of" in response.content


def test_rolling_back_is_a_button(admin: Client, server: None) -> None:
    assert admin.post(reverse("model_roll_back")).status_code == 409
    admin.post(reverse("model_route"), form())
    assert admin.post(reverse("model_roll_back")).status_code == 302
    assert in_force.current().engine == "builtin"


def test_an_adapter_is_registered_by_the_form(admin: Client) -> None:
    said = {"name": " coding-1 ", "purpose": "coding", "base_model": "base", "path": "/a/1"}
    assert admin.post(reverse("adapters_register"), said).status_code == 302
    assert "coding-1" in page(admin)
    assert admin.post(reverse("adapters_register"), said).status_code == 409
    assert admin.post(reverse("adapters_register"), {}).status_code == 400


def test_a_server_that_does_not_answer_is_said_in_words(admin: Client, server: None) -> None:
    adapter = Adapter.objects.create(name="c-1", purpose="coding", base_model="base", path="/a")
    response = admin.post(reverse("adapter_use", args=[adapter.pk]))
    assert response.status_code == 409
    assert "No model server answers" in response.content.decode()
    assert admin.post(reverse("adapter_load", args=[999_999])).status_code == 404


def test_one_failed_chart_is_replayed_and_all_are(admin: Client, world: World) -> None:
    Chart.objects.update(status="failed", suggest_attempts=3)
    one = reverse("replay", args=[world.outpatient.public_id])
    assert admin.post(one).headers["Location"] == reverse("model")
    assert admin.post(one).status_code == 409
    assert admin.post(reverse("model_replay_all")).status_code == 302
    assert set(Chart.objects.values_list("status", flat=True)) == {"received"}
    assert AuditEvent.objects.filter(event="chart.retried", actor=world.admin).count() == 2


def test_it_is_in_the_navigation_of_admins_only(admin: Client, coder: Client) -> None:
    assert f'href="{reverse("model")}"' in page(admin, "system")
    assert f'href="{reverse("model")}"' not in page(coder, "worklist")
    assert coder.get(reverse("model")).status_code == 403
