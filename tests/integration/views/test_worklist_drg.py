"""The worklist's column of expected DRG and weight, and what blind charts keep to themselves."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from review import worklist
from review.actions import claiming, workbench
from review.models import Chart
from review.worklist import WorklistFilter
from tests.factories import World, ready

HEADING = "Exp. DRG"


def weigh(chart: Chart, drg: str, weight: str | None) -> None:
    Chart.objects.filter(pk=chart.pk).update(expected_drg=drg, expected_weight=weight and Decimal(weight))


def page(client: Client, **filters: str) -> str:
    return client.get(reverse("worklist"), filters).content.decode()


def test_a_row_tells_drg_and_weight(coder: Client, world: World) -> None:
    weigh(world.inpatient, "193", "1.2973")
    shown = page(coder)
    assert HEADING in shown
    assert ">193<small" in shown
    assert "1.2973" in shown


def test_those_who_hide_money_see_it_of_final_charts_only(coder: Client, world: World) -> None:
    weigh(world.inpatient, "193", "1.2973")
    workbench.hide_money(by=world.coder, hide=True)
    shown = page(coder)
    assert HEADING not in shown
    assert "1.2973" not in shown
    Chart.objects.filter(pk=world.inpatient.pk).update(
        status="final", finalized_by=world.coder, finalized_at=timezone.now()
    )
    assert "1.2973" in page(coder, status="final")


def test_those_who_hide_money_cannot_sort_by_it(coder: Client, world: World) -> None:
    workbench.hide_money(by=world.coder, hide=True)
    response = coder.get(reverse("worklist"), {"sort": "weight"})
    assert response.context["chosen"].sort == "confidence"
    assert "Heaviest" not in response.content.decode()


def test_a_search_hides_it_too(coder: Client, world: World) -> None:
    weigh(world.inpatient, "193", "1.2973")
    mrn = world.inpatient.encounter.patient.mrn
    assert "1.2973" in coder.post(reverse("worklist_search"), {"q": mrn}).content.decode()
    workbench.hide_money(by=world.coder, hide=True)
    assert "1.2973" not in coder.post(reverse("worklist_search"), {"q": mrn}).content.decode()


@pytest.mark.parametrize("size", [1, 2, 40])
def test_the_heaviest_come_first_and_those_without_weight_last(
    world: World, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(worklist, "PAGE_SIZE", size)
    charts = [world.outpatient, world.inpatient, ready(), ready(), ready()]
    for chart, weight in zip(charts, (None, "0.7001", "10.5000", "0.7001", None), strict=True):
        weigh(chart, "", weight)
    seen, after = [], ""
    for _ in range(5):
        found = worklist.page(WorklistFilter(sort="weight"), user=world.coder, after=after)
        seen += [each.pk for each in found.charts]
        if not (after := found.after):
            break
    assert seen == [charts[place].pk for place in (2, 1, 3, 0, 4)]


def test_next_takes_the_heaviest_when_they_come_first(world: World) -> None:
    weigh(world.inpatient, "193", "1.2973")
    weigh(world.outpatient, "", None)
    chart = claiming.claim_next(by=world.coder, filters=WorklistFilter(sort="weight"))
    assert chart == world.inpatient


def test_a_blind_row_says_blind_and_nothing_of_its_suggestions(coder: Client, world: World) -> None:
    Chart.objects.exclude(pk=world.inpatient.pk).update(status="failed")
    Chart.objects.filter(pk=world.inpatient.pk).update(blind=True, high_count=7, band="HIGH", confidence=0.97)
    shown = page(coder)
    assert ">Blind</span>" in shown
    assert "7 H" not in shown
    assert "97%" not in shown
    assert page(coder, band="HIGH").count("data-row") == 0
    Chart.objects.filter(pk=world.inpatient.pk).update(blind_shown_at=timezone.now())
    assert "7 H" in page(coder, band="HIGH")
