"""The simulated past obeys the rules of the product, says what it is, and is made once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse

from review.actions import accounts, finalizing, reporting, simulating
from review.demo import history
from review.models import (
    AssignedCode,
    AuditEvent,
    Chart,
    Decision,
    Encounter,
    Evidence,
    Note,
    Patient,
    Role,
    Suggestion,
    User,
    WeeklyReport,
)
from review.reports.figures import Figures
from review.reports.weeks import hospital_zone, week_of

TODAY = date(2026, 11, 21)
WEEKS = history.past_weeks(date(2026, 11, 16))
FEW = (9, 12)


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """Made once for all tests here, each of which works in a savepoint; taken back at the end."""
    with django_db_blocker.unblock():
        with transaction.atomic():
            count = simulating.simulate_history(by=None, today=TODAY, charts_a_week=FEW)
            with django_db_blocker.block():
                yield count
            transaction.set_rollback(True)
        connection.close()


@pytest.fixture
def past(made: int, db: None) -> int:
    return made


def test_eight_weeks_are_filled_and_reported_and_this_week_is_left_alone(past: int) -> None:
    assert 8 * FEW[0] <= past == Chart.objects.count() <= 8 * FEW[1]
    finals = [each for each in Chart.objects.values_list("finalized_at", flat=True) if each]
    assert len(finals) == past
    assert set(map(week_of, finals)) == set(WEEKS) == set(WeeklyReport.objects.values_list("week", flat=True))
    for report in WeeklyReport.objects.all():
        figures = Figures.from_json(report.figures)
        assert figures.chart_count == figures.simulated_count >= FEW[0]
        assert figures.total.suggested > figures.total.accepted > 0
        assert Figures.from_json(reporting.make_weekly_report(report.week).figures) == figures


def test_everything_is_marked_as_simulated(past: int) -> None:
    assert not Chart.objects.filter(simulated=False).exists()
    assert not Encounter.objects.filter(simulated=False).exists()
    assert not Decision.objects.filter(simulated=False).exists()
    event = AuditEvent.objects.get(event="demo.history_simulated")
    assert event.detail == {"charts": past, "weeks": 8}


def test_the_simulated_coders_cannot_sign_in(past: int) -> None:
    coders = User.objects.filter(decisions__isnull=False).distinct()
    assert coders.count() == 4
    for coder in coders:
        assert coder.role == Role.CODER
        assert not coder.has_usable_password()
        assert "Simulated" in coder.display_name


def test_evidence_is_verbatim_also_after_the_names_were_changed(past: int) -> None:
    spans = Evidence.objects.select_related("note")
    assert spans.count() > 500
    assert all(span.note.text[span.begin : span.end] == span.text for span in spans)


def test_no_name_of_a_sample_patient_is_left(past: int) -> None:
    for chart in Chart.objects.select_related("encounter__patient").order_by("pk")[:30]:
        family, given = chart.encounter.patient.name.split(", ")
        assert family
        assert given
    assert not Patient.objects.filter(name="Okafor, Ruth").exists()
    assert not any(re.search(r"\bOkafor\b", text) for text in Note.objects.values_list("text", flat=True))


def test_decisions_happen_in_working_hours_in_the_order_of_their_numbers(past: int) -> None:
    decisions = Decision.objects.select_related("chart").order_by("pk")
    moments = [decision.decided_at for decision in decisions]
    assert moments == sorted(moments)
    for decision in decisions:
        local = decision.decided_at.astimezone(hospital_zone())
        assert local.weekday() < 5
        assert 8 <= local.hour < 19
        assert decision.chart.finalized_at is not None
        assert decision.chart.received_at < decision.decided_at < decision.chart.finalized_at


def test_states_and_assigned_codes_follow_from_the_decisions(past: int) -> None:
    standing = Decision.objects.filter(undone_by__isnull=True).exclude(act="undo")
    coded = standing.filter(act__in=["accept", "modify", "add"])
    assert Counter(coded.values_list("chart", "final_code")) == Counter(
        AssignedCode.objects.values_list("chart", "code")
    )
    states = {"accept": "accepted", "modify": "modified", "reject": "rejected"}
    for act, state in states.items():
        decided = set(standing.filter(act=act).values_list("suggestion", flat=True))
        assert decided == set(Suggestion.objects.filter(state=state).values_list("pk", flat=True))
    assert not Suggestion.objects.filter(state="pending").exclude(band="LOW").exists()
    assert (
        Decision.objects.filter(act="undo", undoes__chart=F("chart")).count()
        == Decision.objects.filter(act="undo").count()
    )


def test_the_closed_charts_would_pass_the_checks_of_finalizing(past: int) -> None:
    for chart in Chart.objects.select_related("encounter", "release").order_by("pk")[:40]:
        assert [each.sentence for each in finalizing.findings(chart) if each.severity == "error"] == []
        assert list(chart.assigned_codes.values_list("sequence", flat=True)) == list(
            range(1, chart.assigned_codes.count() + 1)
        )


def test_charts_use_the_release_of_their_own_date(past: int) -> None:
    in_september = Chart.objects.filter(coding_date__lte=date(2026, 9, 30))
    assert in_september.exists()
    assert not in_september.filter(release_is_stand_in=True).exists()
    assert not Chart.objects.filter(coding_date__gt=date(2026, 9, 30), release_is_stand_in=False).exists()


def test_a_simulated_chart_opens(past: int) -> None:
    supervisor = accounts.create_user("supervisor", role=Role.SUPERVISOR, password=None, by=None)
    client = Client()
    client.force_login(supervisor)
    chart = Chart.objects.earliest("pk")
    assert client.get(reverse("chart", args=[chart.public_id])).status_code == 200


def test_a_second_call_changes_nothing(past: int) -> None:
    decisions = Decision.objects.count()
    assert simulating.simulate_history(by=None, today=TODAY + timedelta(days=30), charts_a_week=FEW) == 0
    assert (Chart.objects.count(), Decision.objects.count()) == (past, decisions)


def test_simulated_stays_have_their_drg(past: int) -> None:
    stays = Chart.objects.filter(patient_class="inpatient")
    assert stays.exclude(expected_drg="").count() > stays.count() * 0.9
    assert not Chart.objects.exclude(patient_class="inpatient").exclude(expected_drg="").exists()
