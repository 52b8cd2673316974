"""The worklist page and "next chart"."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from review import worklist
from review.actions import assigning, claiming, deciding, finalizing
from review.models import Chart, Patient, Role
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
        ({"mine": "on", "sort": "age"}, ["outpatient", "inpatient"]),
        ({"flag": "needs_manual_review"}, ["outpatient"]),
        ({"flag": "any"}, ["outpatient"]),
        ({"flag": "query_open"}, []),
        ({"payer": "Medicare"}, ["inpatient"]),
        ({"facility": "North"}, ["inpatient"]),
        ({"assigned": "me"}, ["outpatient"]),
        ({"assigned": "nobody"}, ["inpatient"]),
        ({"status": "on_hold"}, []),
    ],
)
def test_it_filters(coder: Client, world: World, filters: dict[str, str], expected: list[str]) -> None:
    claiming.claim(world.inpatient, by=world.coder)
    assigning.assign(world.outpatient, by=world.coder, to=world.coder)
    Chart.objects.filter(pk=world.outpatient.pk).update(needs_manual_review=True)
    Chart.objects.filter(pk=world.inpatient.pk).update(payer="Medicare", facility="North")
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
    for sort in worklist.SORTS:
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


@pytest.mark.parametrize("sort", worklist.SORTS)
def test_equal_charts_are_paged_by_their_ids(world: World, monkeypatch: pytest.MonkeyPatch, sort: str) -> None:
    monkeypatch.setattr(worklist, "PAGE_SIZE", 2)
    charts = [world.outpatient, world.inpatient, ready(), ready(), ready()]
    same = {"specialty": "A", "payer": "B", "patient_class": "inpatient", "expected_weight": 1}
    Chart.objects.update(confidence=0.5, coding_date="2026-06-01", **same)
    assigning.assign(charts[3], by=world.coder, to=world.coder)
    Chart.objects.filter(pk=charts[4].pk).update(by_fallback=True)
    seen: list[int] = []
    after = ""
    for _ in range(3):
        page = worklist.page(WorklistFilter(sort=sort), user=world.coder, after=after)
        seen += [chart.pk for chart in page.charts]
        after = page.after
    assert after == ""
    first = {"assigned": [charts[3].pk], "flags": [charts[4].pk]}.get(sort, [])
    assert seen == [*first, *(pk for pk in sorted(chart.pk for chart in charts) if pk not in first)]


def test_a_page_takes_as_many_queries_with_many_charts_as_with_few(
    coder: Client, world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with CaptureQueriesContext(connection) as few:
        coder.get(reverse("worklist"))
    for number in range(4):
        ready(specialty=f"Specialty {number}", payer=f"Payer {number}", facility=f"Facility {number}")
    with django_assert_num_queries(len(few)) as many:
        coder.get(reverse("worklist"))
    said = " ".join(query["sql"] for query in many.captured_queries)
    assert "review_note" not in said
    assert "OFFSET" not in said


def test_supervisors_see_the_end_of_record_numbers_only(client: Client, world: World) -> None:
    mrn = world.inpatient.encounter.patient.mrn
    Patient.objects.filter(mrn=mrn).update(mrn="MRN-7788991")
    client.force_login(world.users[Role.SUPERVISOR])
    page = client.get(reverse("worklist")).content.decode()
    assert "MRN-7788991" not in page
    assert "••8991" in page


def test_a_hold_flags_what_the_chart_waits_for(coder: Client, world: World) -> None:
    finalizing.hold(world.outpatient, by=world.coder, reason="Operative report missing")
    finalizing.hold(world.inpatient, by=world.coder, reason="Query to the provider open")
    assert rows(coder, status="on_hold", flag="missing_document") == [world.outpatient]
    assert rows(coder, status="on_hold", flag="query_open") == [world.inpatient]


def test_a_refused_submit_flags_the_chart_until_it_is_final(coder: Client, world: World) -> None:
    submit = reverse("chart_submit", args=[world.outpatient.public_id])
    assert coder.post(submit, {"version": world.outpatient.version}).status_code == 400
    assert rows(coder, flag="edit_failed") == [world.outpatient]
    for suggestion in world.outpatient.suggestions.all():
        deciding.accept(suggestion, by=world.coder)
    world.outpatient.refresh_from_db()
    finalizing.finalize(world.outpatient, by=world.coder, version=world.outpatient.version, acknowledged=True)
    assert "Edit failed</span>" not in coder.get(reverse("worklist"), {"status": "final"}).content.decode()


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
