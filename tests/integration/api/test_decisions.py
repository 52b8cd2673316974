"""`/api/v1/charts/…/decisions/`: the acts of the chart page, by a coder's token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from review.actions import accounts, blinding, claiming, deciding, finalizing
from review.models import Chart, Decision
from tests.factories import World, user

Decide = Callable[..., Any]


def path(chart: Chart) -> str:
    return f"/api/v1/charts/{chart.public_id}/decisions/"


@pytest.fixture
def coder(world: World) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {accounts.api_token(world.coder, by=None).key}")
    return client


@pytest.fixture
def decide(coder: APIClient) -> Decide:
    return lambda chart, **body: coder.post(path(chart), body, format="json")


def refusal(response: Any, status: int) -> tuple[str, str]:
    assert response.status_code == status, response.content
    (error,) = response.json()["errors"]
    return error["field"], error["reason"]


def test_a_suggestion_is_accepted(decide: Decide, world: World) -> None:
    response = decide(world.outpatient, act="accept", code=world.suggestion.display, seconds_spent=7)
    assert response.status_code == 201
    decision = Decision.objects.get()
    assert (decision.act, decision.coder, decision.seconds_spent) == ("accept", world.coder, 7)
    answer = response.json()
    world.outpatient.refresh_from_db()
    assert (answer["decision"], answer["version"]) == (decision.pk, world.outpatient.version)
    assert (answer["assigned"]["code"], answer["assigned"]["sequence"]) == (world.suggestion.display, 1)


def test_an_inpatients_diagnosis_takes_its_poa_along(decide: Decide, world: World) -> None:
    response = decide(world.inpatient, act="add", code="N17.9", poa="N")
    assert response.json()["assigned"]["poa"] == "N"
    assert decide(world.inpatient, act="detail", code="N17.9", poa="Y").json()["assigned"]["poa"] == "Y"


def test_a_service_takes_modifiers_units_and_pointers_along(decide: Decide, world: World) -> None:
    decide(world.outpatient, act="add", code="M17.11")
    sent = {"modifiers": ["RT", "59"], "units": 2, "pointers": [1], "performed_by": "Dr. Test"}
    response = decide(world.outpatient, act="add", code="20610", **sent, performed_on="2026-06-01")
    assigned = response.json()["assigned"]
    assert {name: assigned[name] for name in sent} == sent
    assert assigned["performed_on"] == "2026-06-01"
    changed = decide(world.outpatient, act="detail", code="20610", units=1).json()["assigned"]
    assert (changed["units"], changed["modifiers"], changed["pointers"]) == (1, ["RT", "59"], [1])


def test_what_the_page_refuses_is_refused_and_nothing_of_it_is_stored(decide: Decide, world: World) -> None:
    assert refusal(decide(world.outpatient, act="add", code="I25.2", poa="Y"), 400)[0] == "poa"
    assert refusal(decide(world.outpatient, act="add", code="I25.2", units=2), 400)[0] == "assigned"
    assert refusal(decide(world.outpatient, act="add", code="20610", modifiers=["!!"]), 400)[0] == "modifiers"
    assert refusal(decide(world.outpatient, act="add", code="20610", pointers=[9]), 400)[0] == "pointers"
    assert refusal(decide(world.outpatient, act="reject", code=world.suggestion.code), 400)[0] == "reason"
    assert not Decision.objects.exists()


def test_modify_reject_and_undo(decide: Decide, world: World) -> None:
    code = world.suggestion.display
    assert decide(world.outpatient, act="reject", code=code, reason="negated").json()["assigned"] is None
    assert decide(world.outpatient, act="undo").status_code == 201
    decide(world.outpatient, act="modify", code=code, instead="Z79.4", reason="wrong_code")
    assert list(Decision.objects.values_list("act", flat=True)) == ["reject", "undo", "modify"]
    assert world.outpatient.assigned_codes.get().code == "Z794"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"act": "burn"},
        {"act": "accept"},
        {"act": "accept", "code": "Z99.99"},
        {"act": "add", "code": "nonsense"},
        {"act": "undo", "poa": "Y"},
        {"act": "detail", "code": "I10", "units": 1},
        {"act": "modify", "code": "I10", "reason": "other"},
        {"act": "add", "code": "I10" * 9},
        {"act": "add", "code": ["I10"]},
        {"act": "add", "code": "Z79.4", "pointers": "1"},
    ],
    ids=str,
)
def test_bad_input_is_refused_by_field(decide: Decide, world: World, body: dict[str, Any]) -> None:
    response = decide(world.outpatient, **body)
    assert response.status_code in (400, 409), response.content
    assert response.json()["errors"]
    assert not Decision.objects.exists()


def test_a_stale_version_a_held_chart_and_a_final_one_are_conflicts(decide: Decide, world: World) -> None:
    code = world.suggestion.display
    assert "changed" in refusal(decide(world.outpatient, act="accept", code=code, version=99), 409)[1]
    claiming.claim(world.inpatient, by=user())
    assert "is coding this chart" in refusal(decide(world.inpatient, act="add", code="I25.2"), 409)[1]
    for suggestion in world.outpatient.suggestions.all():
        deciding.accept(suggestion, by=world.coder)
    world.outpatient.refresh_from_db()
    finalizing.finalize(world.outpatient, by=world.coder, version=world.outpatient.version)
    assert "final" in refusal(decide(world.outpatient, act="add", code="I25.2"), 409)[1]


def test_only_coders_decide(api: APIClient, world: World) -> None:
    response = api.post(path(world.outpatient), {"act": "accept", "code": world.suggestion.code}, format="json")
    assert refusal(response, 403) == ("", "Only coders decide codes.")
    assert APIClient().post(path(world.outpatient), {}, format="json").status_code == 401


def test_a_blind_charts_suggestions_are_not_told_before_they_are_shown(
    coder: APIClient, api: APIClient, decide: Decide, world: World
) -> None:
    chart = world.outpatient
    Chart.objects.filter(pk=chart.pk).update(blind=True)
    for client in (coder, api):
        answer = client.get(f"/api/v1/charts/{chart.public_id}/").json()
        assert (answer["suggestions"], answer["suggestions_hidden"]) == ([], True)
    for code in (world.suggestion.code, "Z99.89"):  # one that is suggested and one that is not: the same words
        assert "blind chart" in refusal(decide(chart, act="accept", code=code), 409)[1]
    decide(chart, act="add", code=world.suggestion.code)
    chart.refresh_from_db()
    blinding.show(chart, by=world.coder)
    answer = api.get(f"/api/v1/charts/{chart.public_id}/").json()
    assert len(answer["suggestions"]) == chart.suggestions.count()
    assert not answer["suggestions_hidden"]


def test_final_codes_are_told_with_all_that_a_claim_says(decide: Decide, api: APIClient, world: World) -> None:
    chart = world.outpatient
    decide(chart, act="add", code="M17.11")
    decide(chart, act="add", code="20610", modifiers=["RT"], pointers=[1])
    Chart.objects.filter(pk=chart.pk).update(
        status="final", finalized_by=world.coder, finalized_at=timezone.now(), claimed_by=None, claim_expires_at=None
    )
    codes = {each["code"]: each for each in api.get(f"/api/v1/charts/{chart.public_id}/").json()["assigned_codes"]}
    assert (codes["20610"]["kind"], codes["20610"]["modifiers"]) == ("service", ["RT"])
    assert codes["20610"]["pointers"] == [1]
