"""Moving charts, saved filters, search and assignment: what the worklist's forms do."""

from __future__ import annotations

import logging

import pytest
from django.test import Client
from django.urls import reverse

from review.actions import assigning, claiming, keeping_filters
from review.models import AssignmentRule, AuditEvent, Chart, Encounter, Patient, Role, SavedFilter, Team, User
from review.worklist_forms import query_of
from tests.factories import World, ready, user


@pytest.fixture
def supervisor(world: World) -> Client:
    client = Client()
    client.force_login(world.users[Role.SUPERVISOR])
    return client


def selected(world: World) -> list[str]:
    return [str(world.outpatient.public_id), str(world.inpatient.public_id)]


def test_selected_charts_are_moved_and_the_filters_stay(supervisor: Client, world: World) -> None:
    said = {"chart": selected(world), "act": "assign", "to": world.coder.pk, "query": "sort=age"}
    response = supervisor.post(reverse("worklist_move"), said, follow=True)
    assert response.redirect_chain == [(f"{reverse('worklist')}?sort=age", 302)]
    assert "2 of 2 charts: assigned." in response.content.decode()
    assert Chart.objects.filter(assigned_to=world.coder).count() == 2


def test_charts_that_refuse_are_told_one_by_one_and_not_by_cookie(supervisor: Client, world: World) -> None:
    claiming.claim(world.outpatient, by=world.coder)
    said = {"chart": selected(world), "act": "hold", "reason": "Pathology pending"}
    response = supervisor.post(reverse("worklist_move"), said)
    page = response.content.decode()
    assert "1 of 2 charts: put on hold. These were not:" in page
    assert "Test Coder is coding this chart." in page
    assert "messages" not in response.cookies


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"act": "assign"}, "Choose whom"),
        ({"act": "hold"}, "Say what the charts wait for"),
        ({"act": "rm -rf"}, "Choose what to do"),
        ({"act": "unassign", "chart": ["x", "'; DROP TABLE"]}, "Select at least one chart"),
    ],
)
def test_bad_moves_are_refused_in_words(
    supervisor: Client, world: World, said: dict[str, object], sentence: str
) -> None:
    response = supervisor.post(reverse("worklist_move"), {"chart": selected(world)} | said)
    assert response.status_code == 400
    assert sentence in response.content.decode()


def test_coders_cannot_assign_to_others(coder: Client, world: World) -> None:
    said = {"chart": selected(world), "act": "assign", "to": user().pk}
    assert coder.post(reverse("worklist_move"), said).status_code == 400
    assert not Chart.objects.filter(assigned_to__isnull=False).exists()


def test_a_filter_is_kept_used_and_removed(coder: Client, world: World) -> None:
    said = {"filter_name": "  My  stays ", "patient_class": "inpatient", "sort": "age", "payer": "unknown"}
    response = coder.post(reverse("worklist_filter_save"), said)
    kept = SavedFilter.objects.get()
    assert (kept.name, kept.values) == ("My stays", {"patient_class": "inpatient", "sort": "age"})
    assert response.headers["Location"] == f"{reverse('worklist')}?{query_of(kept)}"
    assert coder.get(response.headers["Location"]).context["page"].charts == [world.inpatient]
    coder.post(reverse("worklist_filter_remove"), {"filter": kept.pk})
    assert not SavedFilter.objects.exists()


def test_supervisors_share_filters_with_a_team(supervisor: Client, coder: Client, world: World) -> None:
    team = assigning.set_team("Surgery", members=[world.coder], by=world.users[Role.SUPERVISOR])
    supervisor.post(reverse("worklist_filter_save"), {"filter_name": "For all", "share_with": team.pk})
    assert "For all" in coder.get(reverse("worklist")).content.decode()
    kept = SavedFilter.objects.get()
    assert coder.post(reverse("worklist_filter_remove"), {"filter": kept.pk}).status_code == 409
    outsider = Client()
    outsider.force_login(user())
    assert "For all" not in outsider.get(reverse("worklist")).content.decode()
    assert coder.post(reverse("worklist_filter_save"), {"filter_name": "x", "share_with": team.pk}).status_code == 403


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_a_filter_needs_a_name(coder: Client, name: str) -> None:
    assert coder.post(reverse("worklist_filter_save"), {"filter_name": name}).status_code == 400


def test_filters_are_kept_in_bounds(coder: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping_filters, "MOST", 1)
    assert coder.post(reverse("worklist_filter_save"), {"filter_name": "a"}).status_code == 302
    assert coder.post(reverse("worklist_filter_save"), {"filter_name": "a"}).status_code == 302
    assert coder.post(reverse("worklist_filter_save"), {"filter_name": "b"}).status_code == 409


def test_a_kept_filter_of_yesterdays_values_still_opens(coder: Client, world: World) -> None:
    kept = keeping_filters.save("old", {"specialty": "Gone", "sort": "x", "evil": "y"}, by=world.coder)
    assert "evil" not in query_of(kept)
    assert len(coder.get(f"{reverse('worklist')}?{query_of(kept)}").context["page"].charts) == 2


@pytest.fixture
def known(world: World) -> Chart:
    Patient.objects.filter(pk=world.inpatient.encounter.patient_id).update(mrn="QX-55120", name="O'Hara%, Zoë")
    Encounter.objects.filter(pk=world.inpatient.encounter_id).update(account="ACC_900")
    return world.inpatient


@pytest.mark.parametrize("words", ["QX-55120", "qx-55", "acc_9", "o'hara", "O'Hara%, z", "  O'HARA%,   Zoë "])
def test_a_patient_is_found_by_how_it_begins(
    coder: Client, known: Chart, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="review")
    response = coder.post(reverse("worklist_search"), {"q": words})
    assert [row.chart for row in response.context["rows"]] == [known]
    assert words.strip() not in caplog.text
    assert not AuditEvent.objects.filter(detail__icontains="hara").exists()


@pytest.mark.parametrize("words", ["55120", "%%", "acc?9", "hara", "nobody at all"])
def test_nothing_else_is_found(coder: Client, known: Chart, words: str) -> None:
    response = coder.post(reverse("worklist_search"), {"q": words})
    assert response.context["rows"] == []
    assert "Nobody is found." in response.content.decode()


@pytest.mark.parametrize("words", ["", "x", " x ", "x" * 81, "\x00\x00"])
def test_too_few_or_too_many_characters_are_refused(coder: Client, known: Chart, words: str) -> None:
    assert "Type 2 to 80 characters." in coder.post(reverse("worklist_search"), {"q": words}).content.decode()


def test_a_search_is_never_in_a_url(coder: Client, htmx: Client, known: Chart) -> None:
    assert coder.get(reverse("worklist_search"), {"q": "QX"}).status_code == 405
    assert 'method="post" action="/worklist/search/"' in coder.get(reverse("worklist")).content.decode()
    assert "<html" not in htmx.post(reverse("worklist_search"), {"q": "QX-"}).content.decode()


def test_a_rule_is_made_switched_off_and_applied_by_the_page(supervisor: Client, world: World) -> None:
    said = {"name": "Stays", "priority": 5, "patient_class": "inpatient", "person": world.coder.pk}
    assert supervisor.post(reverse("assignment_rule_add"), said).status_code == 302
    page = supervisor.post(reverse("assignment_apply"), follow=True).content.decode()
    assert "1 chart is assigned." in page
    rule = AssignmentRule.objects.get()
    supervisor.post(reverse("assignment_rule_change"), {"rule": rule.pk, "priority": 7})
    rule.refresh_from_db()
    assert (rule.active, rule.priority) == (False, 7)


@pytest.mark.parametrize("changes", [{"name": ""}, {"specialty": "Unknown"}, {"person": ""}, {"person": 10**30}])
def test_a_bad_rule_is_shown_with_what_is_wrong(supervisor: Client, world: World, changes: dict[str, object]) -> None:
    said = {"name": "Stays", "priority": 5, "person": world.coder.pk} | changes
    assert supervisor.post(reverse("assignment_rule_add"), said).status_code == 400
    assert not AssignmentRule.objects.exists()


def test_a_team_is_made_and_changed_by_the_page(supervisor: Client, world: World) -> None:
    supervisor.post(reverse("assignment_team"), {"name": "Surgery", "members": [world.coder.pk]})
    assert list(Team.objects.get().members.all()) == [world.coder]
    supervisor.post(reverse("assignment_team"), {"name": "Surgery"})
    assert not Team.objects.get().members.exists()
    assert supervisor.post(reverse("assignment_team"), {"name": "x", "members": [0]}).status_code == 400


def test_the_assignment_page_says_what_to_do_when_it_is_empty(supervisor: Client, world: World) -> None:
    page = supervisor.get(reverse("assignment")).content.decode()
    assert "No rule yet" in page
    assert "No team yet" in page


def test_supervisors_see_one_coders_charts(supervisor: Client, world: World) -> None:
    person: User = world.coder
    assigning.assign(ready(), by=world.users[Role.SUPERVISOR], to=person)
    assert len(supervisor.get(reverse("worklist"), {"assigned": person.pk}).context["page"].charts) == 1
