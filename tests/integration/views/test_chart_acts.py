"""Claim, give back, add, undo, submit, hold, resume, retry."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from review.actions import claiming, deciding, finalizing
from review.models import Chart, Decision, Role, Suggestion
from tests.factories import World, user

CODERS_ACTS = ["claim", "release", "add", "undo", "submit", "hold", "resume"]


def url(act: str, chart: Chart) -> str:
    return reverse(f"chart_{act}", args=[chart.public_id])


@pytest.fixture
def decided(world: World) -> Chart:
    """The outpatient chart with every suggestion accepted."""
    for suggestion in world.outpatient.suggestions.all():
        deciding.accept(suggestion, by=world.coder)
    world.outpatient.refresh_from_db()
    return world.outpatient


def test_claim_and_give_back(coder: Client, world: World) -> None:
    coder.post(url("claim", world.outpatient))
    world.outpatient.refresh_from_db()
    assert world.outpatient.claimed_by == world.coder
    assert coder.post(url("release", world.outpatient)).headers["Location"] == reverse("worklist")
    world.outpatient.refresh_from_db()
    assert world.outpatient.claimed_by is None


def test_a_chart_in_other_hands_is_neither_claimed_nor_given_back(coder: Client, world: World) -> None:
    claiming.claim(world.outpatient, by=user(username="holder"))
    assert coder.post(url("claim", world.outpatient)).status_code == 409
    assert coder.post(url("release", world.outpatient)).status_code == 409


def test_add_assigns_a_code_that_the_model_missed(htmx: Client, world: World) -> None:
    page = htmx.post(url("add", world.outpatient), {"code": "z87891", "seconds_spent": "7"}).content.decode()
    assert "Z87.891" in page
    decision = Decision.objects.get()
    assert (decision.act, decision.final_code, decision.seconds_spent) == ("add", "Z87891", 7)


@pytest.mark.parametrize("code", ["", "E11", "not a code", "Z87.891' OR 1=1"])
def test_add_refuses_what_cannot_be_assigned(htmx: Client, world: World, code: str) -> None:
    assert htmx.post(url("add", world.outpatient), {"code": code}).status_code == 400
    assert not Decision.objects.exists()


def test_add_refuses_a_code_twice(htmx: Client, world: World) -> None:
    htmx.post(url("add", world.outpatient), {"code": "Z87.891"})
    assert htmx.post(url("add", world.outpatient), {"code": "Z87.891"}).status_code == 409


def test_undo_takes_back_the_last_decision(htmx: Client, world: World) -> None:
    deciding.accept(world.suggestion, by=world.coder)
    page = htmx.post(url("undo", world.outpatient)).content.decode()
    assert f'id="s{world.suggestion.pk}" data-id="{world.suggestion.pk}" data-state="pending"' in page
    assert not world.outpatient.assigned_codes.exists()


def test_undo_takes_back_the_named_decision(htmx: Client, world: World) -> None:
    first = deciding.add(world.outpatient, by=world.coder, code="Z87.891")
    deciding.add(world.outpatient, by=world.coder, code="Z79.4")
    htmx.post(url("undo", world.outpatient), {"decision": first.pk})
    assert [each.display for each in world.outpatient.assigned_codes.all()] == ["Z79.4"]


@pytest.mark.parametrize("decision", ["0", "x", "999999999999"])
def test_undo_refuses_a_decision_of_another_chart(htmx: Client, world: World, decision: str) -> None:
    assert htmx.post(url("undo", world.outpatient), {"decision": decision}).status_code == 400


def test_undo_of_nothing_says_so(htmx: Client, world: World) -> None:
    response = htmx.post(url("undo", world.outpatient))
    assert response.status_code == 409
    assert "nothing to undo" in response.content.decode()


def test_submit_makes_the_chart_final_and_opens_the_next(htmx: Client, world: World, decided: Chart) -> None:
    response = htmx.post(url("submit", decided), {"version": decided.version, "then": "next"})
    assert response.headers["HX-Redirect"] == reverse("chart", args=[world.inpatient.public_id])
    decided.refresh_from_db()
    world.inpatient.refresh_from_db()
    assert (decided.status, decided.finalized_by) == (Chart.Status.FINAL, world.coder)
    assert world.inpatient.claimed_by == world.coder


def test_submit_can_stay(coder: Client, decided: Chart) -> None:
    response = coder.post(url("submit", decided), {"version": decided.version, "then": "stay"})
    assert response.headers["Location"] == reverse("chart", args=[decided.public_id])


def test_submitting_the_last_chart_leads_to_the_worklist(coder: Client, world: World, decided: Chart) -> None:
    claiming.claim(world.inpatient, by=user(username="holder"))
    response = coder.post(url("submit", decided), {"version": decided.version, "then": "next"}, follow=True)
    assert "That was the last free chart" in response.content.decode()


@pytest.mark.parametrize("version", ["", "x", "0"])
def test_a_stale_submit_is_refused(htmx: Client, decided: Chart, version: str) -> None:
    assert htmx.post(url("submit", decided), {"version": version}).status_code == 409
    decided.refresh_from_db()
    assert decided.status == Chart.Status.READY


def test_errors_block_the_submit_and_are_on_the_page(htmx: Client, coder: Client, world: World) -> None:
    page = coder.get(reverse("chart", args=[world.outpatient.public_id])).content.decode()
    assert "No code is assigned" in page
    response = htmx.post(url("submit", world.outpatient), {"version": world.outpatient.version})
    assert response.status_code == 400
    assert "No code is assigned" in response.content.decode()


def test_warnings_must_be_acknowledged(htmx: Client, world: World) -> None:
    chart = world.inpatient
    for suggestion in chart.suggestions.filter(state=Suggestion.State.PENDING):
        deciding.accept(suggestion, by=world.coder)
    chart.refresh_from_db()
    sent = {"version": str(chart.version)}
    refused = htmx.post(url("submit", chart), sent)
    assert refused.status_code == 400
    assert "Acknowledge the warnings" in refused.content.decode()
    assert htmx.post(url("submit", chart), sent | {"acknowledged": "1"}).status_code == 200
    chart.refresh_from_db()
    assert chart.status == Chart.Status.FINAL


def test_hold_and_resume(coder: Client, world: World) -> None:
    coder.post(url("hold", world.outpatient), {"reason": "Pathology pending"})
    world.outpatient.refresh_from_db()
    assert (world.outpatient.status, world.outpatient.hold_reason) == (Chart.Status.ON_HOLD, "Pathology pending")
    coder.post(url("resume", world.outpatient))
    world.outpatient.refresh_from_db()
    assert (world.outpatient.status, world.outpatient.claimed_by) == (Chart.Status.READY, world.coder)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_a_hold_needs_a_short_reason(htmx: Client, world: World, reason: str) -> None:
    assert htmx.post(url("hold", world.outpatient), {"reason": reason}).status_code == 400


def test_only_a_chart_on_hold_is_resumed(coder: Client, world: World) -> None:
    assert coder.post(url("resume", world.outpatient)).status_code == 409


def test_a_failed_chart_is_tried_again(client: Client, world: World) -> None:
    Chart.objects.filter(pk=world.outpatient.pk).update(status=Chart.Status.FAILED)
    client.force_login(world.admin)
    assert client.post(url("retry", world.outpatient), {"from": "system"}).headers["Location"] == reverse("system")
    world.outpatient.refresh_from_db()
    assert world.outpatient.status == Chart.Status.RECEIVED


def test_a_final_chart_takes_no_act(coder: Client, world: World, decided: Chart) -> None:
    finalizing.finalize(decided, by=world.coder, version=decided.version)
    for act in ("claim", "add", "undo", "submit", "hold", "resume"):
        assert coder.post(url(act, decided), {"code": "Z87.891", "version": "1", "reason": "x"}).status_code == 409


@pytest.mark.parametrize("act", CODERS_ACTS)
def test_only_coders_and_only_by_post(client: Client, world: World, act: str) -> None:
    target = url(act, world.outpatient)
    assert client.post(target).headers["Location"].startswith(reverse("sign_in"))
    client.force_login(world.users[Role.SUPERVISOR])
    assert client.post(target).status_code == 403
    client.force_login(world.coder)
    assert client.get(target).status_code == 405
