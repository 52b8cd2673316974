"""The chart page: what it shows to whom."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from review import chart_page
from review.actions import claiming, deciding, finalizing
from review.models import AuditEvent, Chart, Evidence, Role, Suggestion
from tests.factories import NOTE, World, ready, received, user


def url(chart: Chart) -> str:
    return reverse("chart", args=[chart.public_id])


def test_it_shows_the_patient_the_note_and_the_suggestions(coder: Client, world: World) -> None:
    page = coder.get(url(world.outpatient)).content.decode()
    assert "Example, Mary" in page
    assert "She denies chest pain." in page
    assert escape(world.suggestion.description) in page
    assert f"{world.suggestion.band} {world.suggestion.percent}%" in page
    assert reverse("suggestion_accept", args=[world.suggestion.pk]) in page


def test_opening_is_logged_and_claims_nothing(coder: Client, world: World) -> None:
    coder.get(url(world.outpatient))
    event = AuditEvent.objects.get(event="chart.opened")
    assert (event.actor, event.chart) == (world.coder, world.outpatient)
    world.outpatient.refresh_from_db()
    assert world.outpatient.claimed_by is None


def test_the_note_is_whole_and_every_evidence_is_marked(world: World) -> None:
    (view,) = chart_page.load(world.outpatient, user=world.coder).notes
    assert "".join(segment.text for segment in view.segments) == NOTE
    for evidence in Evidence.objects.filter(suggestion__chart=world.outpatient):
        marked = "".join(each.text for each in view.segments if evidence.suggestion in each.suggestions)
        assert evidence.text in marked


def test_overlapping_evidence_is_cut_at_every_border() -> None:
    one, two = Suggestion(pk=1, rank=1, state="accepted"), Suggestion(pk=2, rank=2, state="pending")
    spans = [chart_page.Span(0, 6, one, 10), chart_page.Span(4, 9, two, 11)]
    cut = [(each.text, each.ids, each.anchors) for each in chart_page.segments("acute on chronic", spans)]
    assert cut == [("acut", "1", (10,)), ("e ", "2 1", (11,)), ("on ", "2", ()), ("chronic", "", ())]


def test_a_note_cannot_bring_its_own_markup(coder: Client, world: World) -> None:
    chart = ready("ASSESSMENT\n1. Hypertension <script>alert(1)</script>\n")
    page = coder.get(url(chart)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_those_who_only_read_get_no_buttons(client: Client, world: World) -> None:
    client.force_login(world.users[Role.AUDITOR])
    page = client.get(url(world.outpatient)).content.decode()
    assert reverse("suggestion_accept", args=[world.suggestion.pk]) not in page
    assert reverse("chart_submit", args=[world.outpatient.public_id]) not in page


def test_a_chart_in_other_hands_names_the_holder_and_cannot_be_changed(coder: Client, world: World) -> None:
    claiming.claim(world.outpatient, by=user(username="holder"))
    page = coder.get(url(world.outpatient)).content.decode()
    assert "Test Coder is coding this chart until" in page
    assert reverse("suggestion_accept", args=[world.suggestion.pk]) not in page


def test_a_final_chart_is_read_only_and_says_by_whom(coder: Client, world: World) -> None:
    for suggestion in world.outpatient.suggestions.all():
        deciding.accept(suggestion, by=world.coder)
    world.outpatient.refresh_from_db()
    finalizing.finalize(world.outpatient, by=world.coder, version=world.outpatient.version)
    page = coder.get(url(world.outpatient)).content.decode()
    assert "Test Coder" in page
    assert 'id="submit-form"' not in page
    assert page.count("<strong>Accepted</strong>") == world.outpatient.suggestions.count()


def test_it_says_when_a_stand_in_release_is_used(coder: Client, world: World) -> None:
    Chart.objects.filter(pk=world.outpatient.pk).update(release_is_stand_in=True)
    page = coder.get(url(world.outpatient)).content.decode()
    assert "no loaded release is valid on June 1, 2026" in page


def test_a_waiting_page_asks_until_the_suggestions_are_there(htmx: Client, world: World) -> None:
    assert htmx.get(url(received())).status_code == 204
    response = htmx.get(url(world.outpatient))
    assert response.headers["HX-Refresh"] == "true"
    assert not AuditEvent.objects.filter(event="chart.opened").exists()


@pytest.mark.parametrize("status", [Chart.Status.RECEIVED, Chart.Status.FAILED, Chart.Status.ON_HOLD])
def test_a_chart_that_is_not_ready_can_be_read(coder: Client, world: World, status: Chart.Status) -> None:
    Chart.objects.filter(pk=world.outpatient.pk).update(status=status, hold_reason="Pathology pending")
    page = coder.get(url(world.outpatient)).content.decode()
    assert "She denies chest pain." in page
    assert 'id="submit-form"' not in page


def test_nobody_else_gets_in(client: Client, world: World) -> None:
    assert client.get(url(world.outpatient)).headers["Location"].startswith(reverse("sign_in"))
    client.force_login(world.admin)
    assert client.get(url(world.outpatient)).status_code == 403


def test_an_unknown_chart_is_not_found(coder: Client, world: World) -> None:
    assert coder.get("/charts/00000000-0000-0000-0000-000000000000/").status_code == 404


def test_the_page_is_never_kept_by_a_cache(coder: Client, world: World) -> None:
    response = coder.get(url(world.outpatient))
    assert "no-store" in response.headers["Cache-Control"]
    assert "HX-Request" in response.headers["Vary"]
