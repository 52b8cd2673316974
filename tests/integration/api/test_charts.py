"""`/api/v1/charts/`: send a chart, ask what became of it."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from review.actions import accounts, deciding, finalizing, suggesting
from review.models import AuditEvent, Chart, Role, User
from review.permissions import ROLES
from tests.factories import NOTE, World, received, user
from tests.integration.api.conftest import Send

pytestmark = pytest.mark.django_db

CHARTS = "/api/v1/charts/"
BODY: dict[str, Any] = {"id": "E-1", "text": NOTE, "age": 64, "sex": "F", "date_of_service": "2026-06-01"}

NOWHERE = "00000000-0000-4000-8000-000000000000"  # no chart has this reference


def errors(response: Any) -> list[tuple[str, str]]:
    return [(each["field"], each["reason"]) for each in response.json()["errors"]]


def test_a_new_chart_is_created_and_named(send: Send, sender: User) -> None:
    response = send(CHARTS, BODY)
    chart = Chart.objects.get()
    assert response.status_code == 201
    answer = response.json()
    assert answer["id"] == str(chart.public_id)
    assert answer["url"].endswith(f"{CHARTS}{chart.public_id}/")
    assert (answer["outcome"], answer["status"], answer["coding_date"]) == ("created", "received", "2026-06-01")
    assert answer["release"] == "ICD-10-CM April 2026"
    assert (answer["release_is_stand_in"], answer["release_sentence"]) == (False, "")
    assert AuditEvent.objects.get(event="chart.received").actor == sender


def test_the_same_again_is_unchanged_and_a_difference_amends(send: Send) -> None:
    send(CHARTS, BODY)
    again = send(CHARTS, BODY)
    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")
    amended = send(CHARTS, {**BODY, "text": "ASSESSMENT: Gout."})
    assert (amended.status_code, amended.json()["outcome"]) == (200, "amended")
    assert Chart.objects.count() == 1


def test_a_date_of_service_outside_every_release_is_said(send: Send) -> None:
    answer = send(CHARTS, {**BODY, "date_of_service": "2026-10-15"}).json()
    assert answer["release_is_stand_in"] is True
    assert answer["release_sentence"].startswith("Coded with ICD-10-CM April 2026: no loaded release is valid on")


def test_fields_without_a_meaning_are_named(send: Send) -> None:
    assert send(CHARTS, {**BODY, "dischraged_on": "2026-06-02"}).json()["unread_fields"] == ["'dischraged_on'"]


def test_bad_input_names_field_and_reason_and_stores_nothing(send: Send) -> None:
    response = send(CHARTS, {"id": "E-1", "notes": [{"id": "a", "text": "ok"}, {"id": "b", "text": ""}]})
    assert response.status_code == 400
    assert errors(response) == [("notes[1].text", "is empty")]
    assert not Chart.objects.exists()


def test_a_final_chart_refuses_a_change(send: Send, world: World) -> None:
    chart = Chart.objects.get(public_id=send(CHARTS, BODY).json()["id"])
    suggesting.run(chart.pk)
    deciding.accept(chart.suggestions.order_by("rank")[0], by=world.coder)
    for suggestion in chart.suggestions.filter(state="pending"):
        deciding.reject(suggestion, by=world.coder, reason="not_reportable")
    chart.refresh_from_db()
    finalizing.finalize(chart, by=world.coder, version=chart.version)
    response = send(CHARTS, {**BODY, "text": "Other."})
    assert response.status_code == 409
    assert "is final" in errors(response)[0][1]


def test_suggestions_are_read_with_evidence_that_stands_in_the_note(api: APIClient, world: World) -> None:
    answer = api.get(f"{CHARTS}{world.outpatient.public_id}/").json()
    assert answer["status"] == "ready"
    best = answer["suggestions"][0]
    assert "." in best["code"]
    assert best["band"] in ("HIGH", "MEDIUM", "LOW")
    assert 0 <= best["confidence"] <= 1
    for span in best["evidence"]:
        assert NOTE[span["begin"] : span["end"]] == span["text"]
    assert answer["assigned_codes"] == []


def test_assigned_codes_are_told_once_the_chart_is_final(api: APIClient, world: World) -> None:
    chart, coder = world.outpatient, world.coder
    first, *others = chart.suggestions.order_by("rank")
    deciding.accept(first, by=coder)
    assert api.get(f"{CHARTS}{chart.public_id}/").json()["assigned_codes"] == []
    for suggestion in others:
        deciding.reject(suggestion, by=coder, reason="not_reportable")
    chart.refresh_from_db()
    finalizing.finalize(chart, by=coder, version=chart.version)
    answer = api.get(f"{CHARTS}{chart.public_id}/").json()
    assert [(each["sequence"], each["code"]) for each in answer["assigned_codes"]] == [(1, first.display)]
    assert answer["finalized_at"]


def test_an_unknown_chart_is_not_found(api: APIClient) -> None:
    response = api.get(f"{CHARTS}{NOWHERE}/")
    assert response.status_code == 404
    assert errors(response)[0][0] == ""


def test_the_list_pages_from_the_newest_to_the_oldest(api: APIClient) -> None:
    made = [received(source_id=f"list-{number}") for number in range(53)]
    first = api.get(CHARTS).json()
    second = api.get(first["next"]).json()
    names = [each["id"] for each in first["charts"] + second["charts"]]
    assert names == [str(chart.public_id) for chart in reversed(made)]
    assert second["next"] is None


def test_the_list_keeps_its_filter(api: APIClient) -> None:
    for number in range(51):
        received(source_id=f"list-{number}")
    page = api.get(CHARTS, {"status": "received"}).json()
    assert "status=received" in page["next"]
    assert api.get(CHARTS, {"status": "final"}).json()["charts"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [({"status": "lost"}, "status"), ({"after": "x"}, "after"), ({"after": NOWHERE}, "after")],
)
def test_a_bad_question_is_refused_by_its_field(query: dict[str, str], field: str, api: APIClient) -> None:
    response = api.get(CHARTS, query)
    assert response.status_code == 400
    assert errors(response)[0][0] == field


@pytest.mark.parametrize("path", [CHARTS, f"{CHARTS}{NOWHERE}/", "/api/v1/fhir/", "/api/schema/"])
def test_without_a_token_everything_is_refused(path: str) -> None:
    client = APIClient()
    method = client.post if path.endswith("fhir/") else client.get
    response = method(path)
    assert response.status_code == 401
    client.credentials(HTTP_AUTHORIZATION="Token nonsense")
    assert method(path).status_code == 401


@pytest.mark.parametrize("role", list(Role))
def test_only_roles_that_bring_in_charts_may_use_the_api(role: Role, world: World) -> None:
    client = APIClient()
    client.force_authenticate(world.users[role])
    expected = 200 if role in ROLES["bring_in_charts"] else 403
    for path in (CHARTS, f"{CHARTS}{world.outpatient.public_id}/", "/api/schema/"):
        assert client.get(path).status_code == expected
    sent = client.post(CHARTS, BODY, format="json")
    assert sent.status_code == (201 if expected == 200 else 403)
    if expected == 403:
        assert errors(sent)[0][1].startswith("Charts are brought in by")


def test_a_session_is_no_way_into_the_api() -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(user(Role.CODER))
    assert client.post(CHARTS, BODY, format="json").status_code == 401


def test_a_rotated_token_stops_working(sender: User) -> None:
    old = accounts.api_token(sender, by=None).key
    accounts.api_token(sender, rotate=True, by=None)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {old}")
    assert client.get(CHARTS).status_code == 401


def test_a_withdrawn_role_stops_the_token(api: APIClient, sender: User) -> None:
    User.objects.filter(pk=sender.pk).update(role=Role.AUDITOR)
    assert api.get(CHARTS).status_code == 403


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_not_allowed(method: str, api: APIClient) -> None:
    response = getattr(api, method)(CHARTS)
    assert response.status_code == 405
    assert errors(response)
