"""A drawn chart also runs on the challenger, once, by lease; what it proposes never reaches the chart."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inference.models import InferenceRun, Routing
from inference.schema import Band, Evidence, Outcome, Proposal
from review.actions import deciding, shadowing
from review.models import AuditEvent, Chart, ShadowRun, ShadowSuggestion
from tests.factories import World, ready

LEASE = timedelta(minutes=1)
OUTCOME = Outcome(
    proposals=tuple(
        Proposal("ICD-10-CM", code, "A title", confidence, band, (Evidence("1", 0, 1, "x"),))
        for code, confidence, band in (("I10", 0.97, Band.HIGH), ("R52", 0.7, Band.MEDIUM), ("I10", 0.2, Band.LOW))
    ),
    engine="vllm",
    model_version="v-1",
    base_model="base",
    adapter="coding-2",
)


@pytest.fixture(autouse=True)
def _own_engine(world: World) -> None:
    """A challenger for every chart that is read from here on; the champion is the built-in coder."""
    Routing.objects.create(engine="builtin", challenger_engine="vllm", challenger_share=1.0)


def claim_one() -> shadowing.Due:
    (due,) = shadowing.claim_due(5, LEASE)
    return due


def test_a_chart_of_the_share_is_drawn_when_its_suggestions_are_stored() -> None:
    chart = ready()
    shadow = ShadowRun.objects.get()
    assert (shadow.chart, shadow.champion, shadow.engine) == (chart, chart.run, "vllm")


def test_drawing_twice_draws_once() -> None:
    chart = ready()
    assert chart.run is not None
    shadowing.draw(chart, chart.run)
    assert ShadowRun.objects.count() == 1


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_the_draw_follows_the_chart_and_nothing_else(share: float) -> None:
    names = [uuid.UUID(int=number) for number in range(2000)]
    drawn = sum(shadowing.place(name) < share for name in names)
    assert abs(drawn / len(names) - share) < 0.04
    assert [shadowing.place(name) for name in names] == [shadowing.place(name) for name in names]


def test_without_a_challenger_nothing_is_drawn() -> None:
    Routing.objects.create(engine="builtin")
    ready()
    assert not ShadowRun.objects.exists()


def test_neither_the_fallback_nor_a_decided_chart_is_drawn(world: World) -> None:
    run = world.outpatient.run
    assert run is not None
    run.fallback = True
    shadowing.draw(world.outpatient, run)
    run.fallback = False
    deciding.accept(world.suggestion, by=world.coder)
    shadowing.draw(world.outpatient, run)
    assert not ShadowRun.objects.exists()


def test_a_claimed_chart_is_nobody_elses_until_the_lease_runs_out() -> None:
    ready()
    first = claim_one()
    assert first.text.notes and first.engine == "vllm" and first.adapter == ""
    assert shadowing.claim_due(5, LEASE) == []
    assert shadowing.renew({first.lease}, LEASE) == 1
    ShadowRun.objects.update(lease_expires_at=timezone.now())
    second = claim_one()
    assert second.shadow_id == first.shadow_id
    assert not shadowing.store(first, OUTCOME, timezone.now())
    assert shadowing.store(second, OUTCOME, timezone.now())


def test_what_it_proposed_is_kept_beside_the_chart_and_counted_once() -> None:
    chart = ready()
    before = list(chart.suggestions.values_list("code", flat=True))
    due = claim_one()
    assert shadowing.store(due, OUTCOME, timezone.now())
    assert not shadowing.store(due, OUTCOME, timezone.now())
    codes = set(ShadowSuggestion.objects.values_list("code", "band"))
    assert codes == {("I10", "HIGH"), ("R52", "MEDIUM")}
    run = InferenceRun.objects.get(shadow=True)
    assert run.model_version.adapter == "coding-2"
    chart.refresh_from_db()
    assert chart.run_id != run.pk
    assert list(chart.suggestions.values_list("code", flat=True)) == before


def test_nothing_of_it_is_on_the_chart_page(world: World, client: Client) -> None:
    chart = ready()
    shadowing.store(claim_one(), OUTCOME, timezone.now())
    client.force_login(world.coder)
    page = client.get(reverse("chart", args=[chart.public_id])).content.decode()
    assert "R52" not in page
    assert "hallenger" not in page


def test_a_failing_challenger_gets_three_attempts_and_costs_the_chart_nothing(settings: Any) -> None:
    chart = ready()
    for attempt in range(1, settings.SUGGEST_MAX_ATTEMPTS + 1):
        ShadowRun.objects.update(lease_expires_at=None)
        shadowing.fail(claim_one(), RuntimeError("Mrs. Example"))
        assert ShadowRun.objects.get().attempts == attempt
    shadow = ShadowRun.objects.get()
    assert shadow.error == "RuntimeError"
    assert shadowing.claim_due(5, LEASE) == []
    chart.refresh_from_db()
    assert chart.status == "ready"
    assert not AuditEvent.objects.filter(event="chart.suggesting_gave_up").exists()


def test_one_that_kills_its_workers_is_given_up(settings: Any) -> None:
    ready()
    for _ in range(settings.SUGGEST_MAX_ATTEMPTS):
        claim_one()
        ShadowRun.objects.update(lease_expires_at=timezone.now())
    assert shadowing.claim_due(5, LEASE) == []
    assert ShadowRun.objects.get().error == shadowing.KILLED


def test_given_back_it_is_due_again_with_no_attempt_counted() -> None:
    ready()
    shadowing.give_back(claim_one(), wait=timedelta(0))
    assert ShadowRun.objects.get().attempts == 0
    assert claim_one()


def test_a_fallbacks_answer_is_not_the_challengers() -> None:
    ready()
    assert not shadowing.store(claim_one(), replace(OUTCOME, fallback=True), timezone.now())
    assert not ShadowSuggestion.objects.exists()
    assert ShadowRun.objects.get().attempts == 1


def test_a_chart_that_was_read_again_is_not_compared() -> None:
    chart = ready()
    due = claim_one()
    Chart.objects.filter(pk=chart.pk).update(run=None)
    assert not shadowing.store(due, OUTCOME, timezone.now())
    assert ShadowRun.objects.get().error == shadowing.OUTDATED


def test_one_that_was_read_again_before_its_turn_is_dropped() -> None:
    chart = ready()
    Chart.objects.filter(pk=chart.pk).update(run=None)
    assert shadowing.claim_due(5, LEASE) == []
    assert ShadowRun.objects.get().error == shadowing.OUTDATED
