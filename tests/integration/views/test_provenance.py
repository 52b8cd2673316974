"""Timeline, evidence packet and amendments of a chart."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from review.actions import deciding, receiving, second_look, suggesting, undoing
from review.models import AuditEvent, Chart, Role
from review.reports import note_changes, timeline
from review.reports.packet import packet, quote
from tests import factories
from tests.factories import NOTE, World
from tests.integration.second_look import begun, final


def page(client: Client, name: str, chart: Chart, **query: str) -> str:
    response = client.get(reverse(name, args=[chart.public_id]), query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def amended(world: World) -> Chart:
    """The reflux is gone from the note, an asthma has come; the coder had accepted another code before."""
    sent = factories.incoming(source_id="amended-1")
    chart = receiving.receive(sent, by=None).chart
    suggesting.run(chart.pk)
    deciding.accept(chart.suggestions.exclude(code="K219").order_by("rank")[0], by=world.coder)
    text = NOTE.replace("Gastroesophageal reflux disease. Continue omeprazole", "Asthma. Continue albuterol")
    receiving.receive(replace(sent, notes=(replace(sent.notes[0], text=text),)), by=None)
    suggesting.run(chart.pk)
    return Chart.objects.get(pk=chart.pk)


def test_the_timeline_of_a_blind_chart_does_not_count_its_suggestions(world: World, coder: Client) -> None:
    assert "Suggested " in page(coder, "chart_timeline", world.outpatient)
    Chart.objects.filter(pk=world.outpatient.pk).update(blind=True)
    shown = page(coder, "chart_timeline", world.outpatient)
    assert "Suggested " not in shown
    assert "not shown before the coder’s own list" in shown


def test_the_timeline_tells_nobody_of_a_second_look_before_its_time(world: World, coder: Client) -> None:
    audit = begun(world)
    other = Client()
    other.force_login(factories.user())
    for client in (coder, other):
        assert "second look" not in page(client, "chart_timeline", world.outpatient).lower()
    second_look.return_to_coder(audit, by=world.users[Role.AUDITOR], version=audit.version)
    assert "Began a second look" in page(coder, "chart_timeline", world.outpatient)
    assert "Began a second look" not in page(other, "chart_timeline", world.outpatient)


def test_the_timeline_names_people_models_and_codes(world: World) -> None:
    deciding.accept(world.suggestion, by=world.coder, seconds_spent=3)
    undoing.undo(world.outpatient, by=world.coder)
    begun(world)
    auditor = Client()
    auditor.force_login(world.users[Role.AUDITOR])
    text = page(auditor, "chart_timeline", world.outpatient)
    run = world.suggestion.run
    for words in ("Came in", "Accepted", "Undone", "Made final", "Began a second look", "Drawn for a second look"):
        assert words in text
    assert str(run.model_version) in text
    assert world.suggestion.display in text
    assert world.coder.display_name in text


def test_the_timeline_is_in_order_and_narrows_by_group(world: World) -> None:
    begun(world)
    entries = timeline.timeline(world.outpatient)
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert {entry.group for entry in timeline.timeline(world.outpatient, "audit")} == {"audit"}
    assert {entry.group for entry in entries} >= {"model", "chart", "decision", "audit"}


def test_an_unknown_group_is_not_found(world: World, coder: Client) -> None:
    assert coder.get(reverse("chart_timeline", args=[world.outpatient.public_id]), {"group": "x"}).status_code == 404


def test_the_packet_holds_codes_with_their_quotes_and_its_digest(world: World, coder: Client) -> None:
    deciding.accept(world.suggestion, by=world.coder)
    text = page(coder, "chart_packet", world.outpatient)
    found = packet(world.outpatient)
    assert found.digest in text
    assert world.suggestion.display in text
    assert f"<strong>{found.codes[0].quotes[0].text}</strong>" in text
    assert world.outpatient.encounter.patient.mrn in text
    event = AuditEvent.objects.get(event="packet.opened")
    assert (event.actor, event.chart, event.detail) == (world.coder, world.outpatient, {"hash": found.digest})


def test_the_digest_follows_the_content_and_nothing_else(world: World, coder: Client) -> None:
    first = packet(world.outpatient).digest
    page(coder, "chart_packet", world.outpatient)
    assert packet(world.outpatient).digest == first
    deciding.accept(world.suggestion, by=world.coder)
    assert packet(Chart.objects.get(pk=world.outpatient.pk)).digest != first


def test_the_packet_of_a_final_chart_says_who_made_it_final(world: World, coder: Client) -> None:
    final(world.outpatient, world.coder, "E11.40", "I10")
    text = page(coder, "chart_packet", world.outpatient)
    assert "Final codes" in text
    assert "Added by the coder" in text


def test_a_quote_stands_between_its_neighbours(world: World) -> None:
    note = world.outpatient.notes.get()
    begin = note.text.index("hypertension")
    found = quote(note, begin, begin + len("hypertension"))
    assert found.text == "hypertension"
    assert found.before.endswith("diabetes mellitus and ")
    assert found.after.startswith(". She denies")
    whole = quote(note, 0, len(note.text))
    assert (whole.before, whole.after) == ("", "")


def test_an_amendment_shows_both_versions_and_what_became_of_the_suggestions(amended: Chart, coder: Client) -> None:
    change = note_changes.amendments(amended)[0]
    assert (change.old.version, change.new.version if change.new else 0) == (1, 2)
    assert "J45.909" in {code.display for code in change.effect.fresh}
    assert "K21.9" in {code.display for code in change.effect.withdrawn}
    decided = amended.decisions.get().final_display
    assert decided in {code.display for code in change.effect.kept}
    text = page(coder, "chart_changes", amended)
    assert "<del>" in text
    assert "version 1 → 2" in text
    assert "<ins>" in page(coder, "chart_changes", amended, view="inline")


def test_without_an_amendment_the_page_says_so(world: World, coder: Client) -> None:
    assert "No document of this chart was amended" in page(coder, "chart_changes", world.outpatient)


def test_a_withdrawn_document_is_all_gone(world: World) -> None:
    sent = factories.incoming(source_id="retract-1")
    chart = receiving.receive(sent, by=None).chart
    other = replace(sent.notes[0], source_id="note-2", text="ASSESSMENT\nGout.")
    receiving.receive(replace(sent, notes=(other,), retracted=("note-1",)), by=None)
    change = note_changes.amendments(chart)[0]
    assert change.new is None
    assert [piece.kind for piece in change.pieces] == ["gone"]
    assert not change.effect.answered


@pytest.mark.parametrize("name", ["chart_timeline", "chart_packet", "chart_changes"])
def test_roles_that_read_no_charts_are_refused(world: World, name: str) -> None:
    client = Client()
    client.force_login(world.users[Role.ADMIN])
    assert client.get(reverse(name, args=[world.outpatient.public_id])).status_code == 403
