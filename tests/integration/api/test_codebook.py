"""The code book over the API: the same answers as the command's."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from review.actions import accounts
from review.models import Role
from review.permissions import ROLES
from tests.factories import user

BASE = "/api/v1/codebook"
DAY = "2026-05-01"


def get(api: APIClient, path: str, **asked: str) -> Any:
    return api.get(f"{BASE}/{path}/", {"date": DAY, **asked})


def test_a_code_is_read(api: APIClient) -> None:
    found = get(api, "codes/E11.22").json()
    assert found["title"] == "Type 2 diabetes mellitus with diabetic chronic kidney disease"
    assert found["release"] == "April 2026"


def test_a_code_that_is_none_is_told_so_and_is_no_fault(api: APIClient) -> None:
    answer = get(api, "codes/E11.650")
    assert answer.status_code == 200
    assert answer.json()["standing"] == "unknown"


def test_codes_are_searched(api: APIClient) -> None:
    found = get(api, "search", q="ckd 3b", system="ICD-10-CM").json()
    assert found[0]["code"] == "N18.32"


def test_codes_are_checked_against_each_other(send: Any) -> None:
    answer = send(f"{BASE}/check/", {"codes": ["E11.22"], "date": DAY})
    assert answer.status_code == 200
    assert any("N18" in each["sentence"] for each in answer.json())


def test_codes_are_grouped(send: Any) -> None:
    asked = {"principal": "J18.9", "codes": ["J96.01"], "sex": "F", "age": 71, "date": DAY}
    assert send(f"{BASE}/group/", asked).json()["drg"] == "193"


def test_releases_are_compared(api: APIClient) -> None:
    found = get(api, "compare", old="April 2026", new="April 2026").json()
    assert found["retired"] == found["new_codes"] == []


@pytest.mark.parametrize(
    ("path", "asked", "field"),
    [
        ("codes/E11", {"date": "yesterday"}, "date"),
        ("codes/E11", {"system": "SNOMED"}, "system"),
        ("search", {"q": "x", "system": "SNOMED"}, "system"),
        ("compare", {"old": "1999", "new": "2000"}, ""),
    ],
)
def test_a_bad_question_is_refused_by_field(api: APIClient, path: str, asked: dict[str, str], field: str) -> None:
    answer = get(api, path, **asked)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("check", {"codes": []}, "codes"),
        ("check", {"codes": ["E11.22"] * 201}, "codes"),
        ("check", {"codes": ["?"]}, ""),
        ("check", {"codes": ["E11.22"], "age": -1}, "age"),
        ("check", {"codes": ["E11.22"], "setting": "spa"}, "setting"),
        ("check", [], ""),
        ("group", {"principal": "J18.9"}, "sex"),
        ("group", {"principal": "J18.9", "sex": "F", "age": 10**9}, "age"),
        ("group", {"principal": "J18.9", "sex": "F", "age": 71, "disposition": "home"}, "disposition"),
        ("group", {"principal": {"a": 1}, "sex": "F", "age": 71}, "principal"),
    ],
)
def test_a_bad_case_is_refused_by_field(send: Any, path: str, body: Any, field: str) -> None:
    answer = send(f"{BASE}/{path}/", body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    "text",
    ["\x00", "🫀" * 50, "' OR 1=1 --", "& | ! :*", "x" * 10_000, "‮"],
    ids=["nul", "hearts", "sql", "query", "long", "rtl"],
)
def test_no_search_text_is_a_fault(api: APIClient, text: str) -> None:
    assert get(api, "search", q=text).status_code == 200


def test_signed_out_is_refused() -> None:
    assert APIClient().get(f"{BASE}/codes/E11.22/").status_code == 401


@pytest.mark.parametrize("role", [role for role in Role if role in ROLES["bring_in_charts"]])
@pytest.mark.django_db
def test_every_role_that_can_have_a_token_may_ask(role: Role) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {accounts.api_token(user(role), by=None).key}")
    assert client.get(f"{BASE}/codes/I10/", {"date": DAY}).status_code == 200


@pytest.mark.django_db
def test_a_deactivated_account_may_not() -> None:
    person = user(Role.CODER)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {accounts.api_token(person, by=None).key}")
    person.is_active = False
    person.save(update_fields=["is_active"])
    assert client.get(f"{BASE}/codes/I10/").status_code == 401
