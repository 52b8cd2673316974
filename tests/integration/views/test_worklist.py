"""The worklist page and "next chart"."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from review import worklist
from review.actions import claiming, deciding, finalizing
from review.models import Chart, Role
from review.worklist import WorklistFilter
from tests.factories import World, ready, received, user


def rows(client: Client, **filters: str) -> list[Chart]:
    response = client.get(reverse("worklist"), filters)
    assert response.status_code == 200
    return list(response.context["page"].charts)


def test_it_lists_ready_charts_the_most_certain_first(coder: Client, world: World) -> None:
    Chart.objects.filter(pk=world.outpatient.pk).update(confidence=0.5)
    Chart.objects.filter(pk=world.inpatient.pk).update(confidence=0.9)
    assert rows(coder) == [world.inpatient, world.outpatient]


def test_a_row_says_who_and_how_certain(coder: Client, world: World) -> None:
    page = coder.get(reverse("worklist")).content.decode()
    assert "Example, Mary" in page
    assert world.outpatient.encounter.patient.mrn in page
    assert f"{world.outpatient.high_count} H" in page


def test_it_sorts_by_age(coder: Client, world: World) -> None:
    assert rows(coder, sort="age") == [world.outpatient, world.inpatient]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"patient_class": "inpatient"}, ["inpatient"]),
        ({"specialty": "Family Medicine"}, ["outpatient"]),
        ({"mine": "on"}, ["inpatient"]),
        ({"flagged": "on"}, ["outpatient"]),
        ({"status": "on_hold"}, []),
    ],
)
def test_it_filters(coder: Client, world: World, filters: dict[str, str], expected: list[str]) -> None:
    claiming.claim(world.inpatient, by=world.coder)
    Chart.objects.filter(pk=world.outpatient.pk).update(needs_manual_review=True)
    assert rows(coder, **filters) == [getattr(world, name) for name in expected]


@pytest.mark.parametrize("status", ["waiting", "on_hold", "final", "failed"])
def test_each_status_has_its_list(coder: Client, world: World, status: str) -> None:
    finalized = ready()
    for suggestion in finalized.suggestions.all():
        deciding.accept(suggestion, by=world.coder)
    finalized.refresh_from_db()
    finalizing.finalize(finalized, by=world.coder, version=finalized.version)
    failed = received()
    Chart.objects.filter(pk=failed.pk).update(status=Chart.Status.FAILED)
    charts = {
        "waiting": received(),
        "final": finalized,
        "failed": failed,
        "on_hold": finalizing.hold(ready(), by=world.coder, reason="Operative report missing"),
    }
    assert rows(coder, status=status) == [charts[status]]


def test_unknown_values_are_left_out(coder: Client, world: World) -> None:
    assert len(rows(coder, specialty="'; DROP TABLE", band="HUGE", sort="name", status="?", after="forged")) == 2


def test_pages_follow_each_other_without_gap_or_overlap(
    coder: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklist, "PAGE_SIZE", 1)
    for sort in ("confidence", "age"):
        first = coder.get(reverse("worklist"), {"sort": sort}).context["page"]
        second = coder.get(reverse("worklist"), {"sort": sort, "after": first.after}).context["page"]
        assert {*first.charts, *second.charts} == {world.outpatient, world.inpatient}
        assert second.after == ""


def test_a_cursor_of_another_order_starts_at_the_top(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worklist, "PAGE_SIZE", 1)
    cursor = worklist.page(WorklistFilter(), user=world.coder).after
    assert worklist.page(WorklistFilter(sort="age"), user=world.coder, after=cursor).charts == [world.outpatient]


def test_the_list_takes_one_query_that_reads_no_note(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1) as captured:
        worklist.page(WorklistFilter(), user=world.coder)
    sql = captured.captured_queries[0]["sql"]
    assert "review_note" not in sql
    assert "COUNT" not in sql
    assert "OFFSET" not in sql


def test_htmx_gets_the_list_alone(htmx: Client, world: World) -> None:
    page = htmx.get(reverse("worklist")).content.decode()
    assert 'id="list"' in page
    assert "<html" not in page


def test_an_empty_list_says_what_to_do(coder: Client, world: World) -> None:
    assert "No chart matches" in coder.get(reverse("worklist"), {"status": "on_hold"}).content.decode()


def test_next_claims_the_first_chart_as_filtered_and_opens_it(coder: Client, world: World) -> None:
    response = coder.post(reverse("next_chart"), {"patient_class": "inpatient"})
    assert response.headers["Location"] == reverse("chart", args=[world.inpatient.public_id])
    world.inpatient.refresh_from_db()
    assert world.inpatient.claimed_by == world.coder


def test_next_says_when_no_chart_is_free(coder: Client, world: World) -> None:
    other = user()
    claiming.claim(world.inpatient, by=other)
    claiming.claim(world.outpatient, by=other)
    response = coder.post(reverse("next_chart"), follow=True)
    assert "No free chart matches" in response.content.decode()


def test_next_is_for_coders_and_by_post(client: Client, coder: Client, world: World) -> None:
    assert coder.get(reverse("next_chart")).status_code == 405
    client.force_login(world.users[Role.AUDITOR])
    assert client.post(reverse("next_chart")).status_code == 403
    client.logout()
    assert client.get(reverse("worklist")).headers["Location"].startswith(reverse("sign_in"))
