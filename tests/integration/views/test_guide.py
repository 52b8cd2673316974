"""The guided first chart: who sees it, how it ends, how it comes back."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from review.actions import workbench
from review.models import Chart, Role, Workbench
from tests.factories import World, user

PANEL = 'id="guide"'


def chart_page(client: Client, chart: Chart) -> str:
    return client.get(reverse("chart", args=[chart.public_id])).content.decode()


def test_a_coder_meets_the_guide_on_the_first_chart_with_own_keys(coder: Client, world: World) -> None:
    workbench.set_keys(by=world.coder, chosen={"accept": "y"})
    page = chart_page(coder, world.outpatient)
    assert PANEL in page
    assert "<kbd>y</kbd> keeps the code" in page
    assert "POA" in chart_page(coder, world.inpatient).split(PANEL)[1].split("</section>")[0]
    assert "POA" not in page.split(PANEL)[1].split("</section>")[0]


def test_ending_it_takes_the_panel_away_for_good(htmx: Client, coder: Client, world: World) -> None:
    response = htmx.post(reverse("guide"))
    assert (response.status_code, response.content) == (200, b"")
    assert Workbench.objects.get(person=world.coder).guided_at is not None
    assert PANEL not in chart_page(coder, world.outpatient)
    assert htmx.post(reverse("guide")).status_code == 200


def test_it_comes_back_when_asked_for_and_keeps_the_keys(coder: Client, world: World) -> None:
    workbench.set_keys(by=world.coder, chosen={"accept": "y"})
    workbench.end_guide(by=world.coder)
    here = reverse("chart", args=[world.outpatient.public_id])
    response = coder.post(reverse("guide"), {"again": "1", "next": here})
    assert (response.status_code, response.headers["Location"]) == (302, here)
    assert PANEL in chart_page(coder, world.outpatient)
    assert workbench.keys(world.coder)["accept"] == "y"


def test_without_scripts_it_ends_too_and_goes_nowhere_else(coder: Client, world: World) -> None:
    response = coder.post(reverse("guide"), {"next": "https://elsewhere.example/"})
    assert (response.status_code, response.headers["Location"]) == (302, reverse("worklist"))


def test_a_blind_chart_has_no_guide_yet(coder: Client, world: World) -> None:
    Chart.objects.filter(pk=world.outpatient.pk).update(blind=True)
    assert PANEL not in chart_page(coder, world.outpatient)


def test_who_codes_nothing_sees_and_ends_nothing(client: Client, world: World) -> None:
    client.force_login(user(Role.AUDITOR))
    assert PANEL not in chart_page(client, world.outpatient)
    assert client.post(reverse("guide")).status_code == 403


def test_it_is_ended_by_posting_only(coder: Client, world: World) -> None:
    assert coder.get(reverse("guide")).status_code == 405
