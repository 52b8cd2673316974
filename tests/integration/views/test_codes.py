"""Type-ahead over the code book."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from review.models import Role
from tests.factories import World


def found(client: Client, **sent: str) -> str:
    response = client.get(reverse("code_search"), sent)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("text", ["E11.65", "e1165", "E11.6"])
def test_it_finds_by_code(coder: Client, text: str) -> None:
    assert 'data-code="E11.65"' in found(coder, q=text)


def test_it_finds_by_the_beginnings_of_words_and_marks_them(coder: Client) -> None:
    page = found(coder, q="diab hyperglyc typ")
    assert 'data-code="E11.65"' in page
    assert "<b>hyperglyc</b>emia" in page


def test_it_reads_the_field_of_an_act_too(coder: Client) -> None:
    assert 'data-code="I10"' in found(coder, code="I10", on="2026-06-01")


def test_a_category_is_shown_as_one(coder: Client) -> None:
    page = found(coder, q="E11.6")
    assert 'data-code="E11.6" data-system="ICD-10-CM" data-narrows' in page
    assert "needs more characters: 12 codes below" in page
    assert 'data-code="E11.65" data-system="ICD-10-CM">' in page


@pytest.mark.parametrize("text", ["zzzqqq", "<script>", "'; --", "%%%", "a" * 5000])
def test_what_finds_nothing_is_said_safely(coder: Client, text: str) -> None:
    page = found(coder, q=text)
    assert "No code matches" in page
    assert "<script>" not in page


@pytest.mark.parametrize("on", ["", "yesterday", "2026-13-01"])
def test_a_day_that_is_none_means_today(coder: Client, on: str) -> None:
    assert 'data-code="I10"' in found(coder, q="I10", on=on)


def test_an_empty_field_shows_nothing(coder: Client) -> None:
    assert found(coder, q="").strip() == ""


def test_it_is_for_those_who_read_charts(client: Client, world: World) -> None:
    assert client.get(reverse("code_search")).headers["Location"].startswith(reverse("sign_in"))
    client.force_login(world.users[Role.INTEGRATION])
    assert client.get(reverse("code_search")).status_code == 403
    client.force_login(world.coder)
    assert client.post(reverse("code_search")).status_code == 405
