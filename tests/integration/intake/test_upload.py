"""The upload page: files from the person's own computer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from review.models import AuditEvent, Chart, Role
from tests.factories import user

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(user(Role.CODER, "coder"))
    return client


def upload(client: Client, *files: tuple[str, bytes], **values: str) -> Any:
    chosen = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(reverse("upload"), {"chosen": chosen, "specialty": "", "patient_class": "", **values})


def test_the_form_is_there(client: Client) -> None:
    response = client.get(reverse("upload"))
    assert response.status_code == 200
    assert b'type="file"' in response.content
    assert b"multiple" in response.content


def test_several_files_come_in_with_links_to_their_charts(client: Client) -> None:
    response = upload(
        client,
        ("notes.jsonl", (DATA / "notes.jsonl").read_bytes()),
        ("visits.json", (DATA / "visits.fhir.json").read_bytes()),
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert "3 created" in page
    assert "2 created" in page
    for chart in Chart.objects.all():
        assert reverse("chart", args=[chart.public_id]) in page
    assert "Condition: codes are suggested from the documents, not copied" in page
    assert {event.actor.username for event in AuditEvent.objects.filter(event="chart.received") if event.actor} == {
        "coder"
    }


def test_errors_name_line_field_and_reason_beside_what_came_in(client: Client) -> None:
    content = b'{"id": "a", "text": "Gout."}\n{"id": "b", "age": 200, "text": "Gout."}\n'
    page = upload(client, ("in.jsonl", content)).content.decode()
    assert "1 created" in page
    assert "1 refused" in page
    assert "line 2" in page
    assert "must be between 0 and 130 years" in page


def test_a_plain_text_takes_specialty_and_class_from_the_form(client: Client) -> None:
    upload(client, ("visit.txt", b"ASSESSMENT: Gout."), specialty="Rheumatology", patient_class="inpatient")
    chart = Chart.objects.select_related("encounter").get()
    assert (chart.specialty, chart.encounter.patient_class) == ("Rheumatology", "inpatient")


def test_the_same_file_again_changes_nothing(client: Client) -> None:
    upload(client, ("visit.txt", b"ASSESSMENT: Gout."))
    assert "1 unchanged" in upload(client, ("again.txt", b"ASSESSMENT: Gout.")).content.decode()


def test_names_and_contents_are_shown_as_text(client: Client) -> None:
    page = upload(
        client, ("<img src=x onerror=alert(1)>.jsonl", b'{"id": "<b>x</b>", "text": "Gout."}')
    ).content.decode()
    assert "<img src=x" not in page
    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.hl7", b"MSH|^~\\&|ADT", "HL7v2 messages are not read yet"),
        ("a.txt", b"", "is empty"),
        ("a.bin", b"\x00\x01", "the name must end in"),
        ("a.jsonl", b"\xff\xfe", "UTF-16"),
    ],
)
def test_other_files_are_refused_with_a_sentence(name: str, content: bytes, reason: str, client: Client) -> None:
    page = upload(client, (name, content)).content.decode()
    assert reason in page
    assert not Chart.objects.exists()


def test_without_a_file_the_form_says_so(client: Client) -> None:
    response = client.post(reverse("upload"), {"specialty": ""})
    assert response.status_code == 400
    assert b"Choose at least one file." in response.content


def test_too_many_files_are_refused(client: Client) -> None:
    response = upload(client, *[(f"{number}.txt", b"x") for number in range(21)])
    assert response.status_code == 400
    assert b"at most 20 files" in response.content


def test_a_role_that_cannot_open_charts_gets_no_links() -> None:
    client = Client()
    client.force_login(user(Role.ADMIN))
    page = upload(client, ("visit.txt", b"ASSESSMENT: Gout.")).content.decode()
    assert "1 created" in page
    assert reverse("chart", args=[Chart.objects.get().public_id]) not in page


def test_wrong_method_signed_out_and_wrong_role_are_refused(client: Client) -> None:
    assert client.put(reverse("upload")).status_code == 405
    assert Client().get(reverse("upload")).status_code == 302
    other = Client()
    other.force_login(user(Role.AUDITOR))
    assert upload(other, ("visit.txt", b"Gout.")).status_code == 403
    assert not Chart.objects.exists()
