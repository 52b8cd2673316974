"""Order and POA of the assigned codes."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from review.actions import claiming, deciding
from review.models import AssignedCode, Chart, Role
from tests.factories import World, user


@pytest.fixture
def stay(world: World) -> Chart:
    """An inpatient chart with three assigned codes: Z87.891, Z79.4, I25.2."""
    for code in ("Z87.891", "Z79.4", "I25.2"):
        deciding.add(world.inpatient, by=world.coder, code=code)
    return world.inpatient


def order(chart: Chart) -> list[str]:
    return [each.display for each in chart.assigned_codes.order_by("sequence")]


def move(client: Client, chart: Chart, code: str, to: str) -> int:
    assigned = chart.assigned_codes.get(code=code)
    return client.post(reverse("assigned_move", args=[assigned.pk]), {"to": to}).status_code


def test_a_code_becomes_the_principal_diagnosis(htmx: Client, stay: Chart) -> None:
    assert move(htmx, stay, "I252", "1") == 200
    assert order(stay) == ["I25.2", "Z87.891", "Z79.4"]


def test_without_scripts_it_goes_back_to_the_chart(coder: Client, stay: Chart) -> None:
    assert move(coder, stay, "Z87891", "2") == 302
    assert order(stay) == ["Z79.4", "Z87.891", "I25.2"]


@pytest.mark.parametrize("to", ["0", "4", "-1", "first", "", "1.5"])
def test_a_place_that_is_none_is_refused(htmx: Client, stay: Chart, to: str) -> None:
    assert move(htmx, stay, "I252", to) == 400
    assert order(stay) == ["Z87.891", "Z79.4", "I25.2"]


def test_poa_is_set_and_cleared(htmx: Client, stay: Chart) -> None:
    assigned = stay.assigned_codes.get(code="I252")
    for poa in ("Y", ""):
        page = htmx.post(reverse("assigned_poa", args=[assigned.pk]), {"poa": poa}).content.decode()
        assigned.refresh_from_db()
        assert assigned.poa == poa
        assert f'<select name="poa" id="poa-{assigned.pk}"' in page


def test_a_poa_that_is_none_is_refused(htmx: Client, stay: Chart) -> None:
    assigned = stay.assigned_codes.get(code="I252")
    response = htmx.post(reverse("assigned_poa", args=[assigned.pk]), {"poa": "X"})
    assert response.status_code == 400
    assert "POA is Y, N, U, W or 1." in response.content.decode()


def test_outpatient_codes_have_no_poa(htmx: Client, world: World) -> None:
    deciding.add(world.outpatient, by=world.coder, code="Z87.891")
    assigned = world.outpatient.assigned_codes.get()
    assert htmx.post(reverse("assigned_poa", args=[assigned.pk]), {"poa": "Y"}).status_code == 400
    page = htmx.post(reverse("assigned_move", args=[assigned.pk]), {"to": "1"}).content.decode()
    assert "First-listed" in page
    assert 'name="poa"' not in page


def test_a_chart_in_other_hands_is_refused(htmx: Client, world: World, stay: Chart) -> None:
    stay.refresh_from_db()
    claiming.release(stay, by=world.coder)
    claiming.claim(stay, by=user(username="holder"))
    assert move(htmx, stay, "I252", "1") == 409


@pytest.mark.parametrize("name", ["assigned_move", "assigned_poa"])
def test_only_coders_only_by_post_only_what_exists(client: Client, world: World, stay: Chart, name: str) -> None:
    first = AssignedCode.objects.first()
    assert first
    target = reverse(name, args=[first.pk])
    assert client.post(target).headers["Location"].startswith(reverse("sign_in"))
    client.force_login(world.users[Role.SUPERVISOR])
    assert client.post(target).status_code == 403
    client.force_login(world.coder)
    assert client.get(target).status_code == 405
    assert client.post(reverse(name, args=[10**9])).status_code == 404
