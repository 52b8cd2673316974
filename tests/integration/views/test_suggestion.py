"""Accept, modify, reject."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from review.actions import claiming, deciding, finalizing
from review.models import Chart, Decision, Role, Suggestion
from tests.factories import World, user

ACTS = ["suggestion_accept", "suggestion_modify", "suggestion_reject"]


def url(act: str, world: World) -> str:
    return reverse(f"suggestion_{act}", args=[world.suggestion.pk])


def test_accepting_assigns_the_code_and_answers_with_the_fresh_work(htmx: Client, world: World) -> None:
    suggestion = world.suggestion
    response = htmx.post(url("accept", world), {"seconds_spent": "12"})
    page = response.content.decode()
    assert response.status_code == 200
    assert page.lstrip().startswith('<div id="work"')
    assert f'id="s{suggestion.pk}" data-id="{suggestion.pk}" data-state="accepted"' in page
    assert world.outpatient.assigned_codes.get().code == suggestion.code
    assert Decision.objects.get().seconds_spent == 12


def test_the_answer_refreshes_banner_and_history_too(htmx: Client, world: World) -> None:
    page = htmx.post(url("accept", world)).content.decode()
    assert '<div id="banner" hx-swap-oob="true">' in page
    assert "Give back" in page
    assert "<strong>Accepted</strong>" in page


def test_the_answer_reads_no_note_text(htmx: Client, world: World) -> None:
    assert "She denies chest pain." not in htmx.post(url("accept", world)).content.decode()


def test_without_scripts_it_goes_back_to_the_chart(coder: Client, world: World) -> None:
    response = coder.post(url("accept", world))
    assert response.headers["Location"] == reverse("chart", args=[world.outpatient.public_id])
    assert world.suggestion.state == Suggestion.State.ACCEPTED


def test_modifying_keeps_suggestion_reason_and_the_chosen_code(htmx: Client, world: World) -> None:
    sent = {"code": "E11.65", "reason": "less_specific", "comment": "A1c 10.2"}
    assert htmx.post(url("modify", world), sent).status_code == 200
    decision = Decision.objects.get()
    assert (decision.act, decision.final_code, decision.reason) == ("modify", "E1165", "less_specific")
    assert (decision.suggested_code, decision.comment) == (world.suggestion.code, "A1c 10.2")


def test_rejecting_flags_the_chart(htmx: Client, world: World) -> None:
    page = htmx.post(url("reject", world), {"reason": "negated"}).content.decode()
    assert "Manual review" in page
    world.outpatient.refresh_from_db()
    assert world.outpatient.needs_manual_review


@pytest.mark.parametrize(
    ("act", "sent", "sentence"),
    [
        ("modify", {"code": "", "reason": "wrong_code"}, "Choose a code."),
        ("modify", {"code": "ZZZ", "reason": "wrong_code"}, "is not a code of"),
        ("modify", {"code": "E11.65", "reason": "because"}, "Choose a reason."),
        ("modify", {"code": "E11", "reason": "wrong_code"}, "not a billable code"),
        ("reject", {"reason": "other"}, "Say why in a few words"),
        ("reject", {}, "Choose a reason."),
        ("reject", {"reason": "other", "comment": "x" * 501}, "under 500 characters"),
    ],
)
def test_bad_input_is_answered_with_a_sentence(
    htmx: Client, world: World, act: str, sent: dict[str, str], sentence: str
) -> None:
    response = htmx.post(url(act, world), sent)
    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert response.headers["HX-Retarget"] == "#notices"
    assert not Decision.objects.exists()


@pytest.mark.parametrize("seconds", ["", "-4", "soon", "1e9", "99999999999", "٣"])
def test_a_useless_time_is_left_out(htmx: Client, world: World, seconds: str) -> None:
    assert htmx.post(url("accept", world), {"seconds_spent": seconds}).status_code == 200
    assert Decision.objects.get().seconds_spent is None


def test_an_idle_page_counts_five_minutes_at_most(htmx: Client, world: World) -> None:
    htmx.post(url("accept", world), {"seconds_spent": "4000"})
    assert Decision.objects.get().seconds_spent == 300


def test_a_second_decision_is_refused(htmx: Client, world: World) -> None:
    htmx.post(url("accept", world))
    response = htmx.post(url("reject", world), {"reason": "duplicate"})
    assert response.status_code == 409
    assert "was accepted already" in response.content.decode()


def test_a_chart_in_other_hands_is_refused(htmx: Client, world: World) -> None:
    claiming.claim(world.outpatient, by=user(username="holder"))
    response = htmx.post(url("accept", world))
    assert response.status_code == 409
    assert "is coding this chart until" in response.content.decode()


@pytest.mark.parametrize("status", [Chart.Status.ON_HOLD, Chart.Status.RECEIVED, Chart.Status.FAILED])
def test_a_chart_that_is_not_ready_is_refused(coder: Client, world: World, status: Chart.Status) -> None:
    Chart.objects.filter(pk=world.outpatient.pk).update(status=status)
    assert coder.post(url("accept", world)).status_code == 409


def test_a_final_chart_is_refused(htmx: Client, world: World) -> None:
    for suggestion in world.outpatient.suggestions.all():
        deciding.accept(suggestion, by=world.coder)
    world.outpatient.refresh_from_db()
    finalizing.finalize(world.outpatient, by=world.coder, version=world.outpatient.version)
    assert htmx.post(url("reject", world), {"reason": "duplicate"}).status_code == 409


@pytest.mark.parametrize("name", ACTS)
def test_only_coders_and_only_by_post(client: Client, world: World, name: str) -> None:
    target = reverse(name, args=[world.suggestion.pk])
    assert client.post(target).headers["Location"].startswith(reverse("sign_in"))
    client.force_login(world.users[Role.CDI_SPECIALIST])
    assert client.post(target).status_code == 403
    client.force_login(world.coder)
    assert client.get(target).status_code == 405
    assert not Decision.objects.exists()


@pytest.mark.parametrize("name", ACTS)
def test_an_unknown_suggestion_is_not_found(coder: Client, world: World, name: str) -> None:
    assert coder.post(reverse(name, args=[10**9])).status_code == 404
