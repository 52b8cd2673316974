"""Suggestions: claim, propose, store; and what happens when a worker dies."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from inference.models import InferenceRun
from inference.schema import Band, Evidence, Outcome, Proposal
from review import engines
from review.actions import deciding, proposals, suggesting
from review.actions.errors import ConflictError, NotAllowedError
from review.models import Chart, Role, Suggestion
from tests.factories import World, ready, received, user


@pytest.mark.django_db
def test_a_received_chart_gets_suggestions_whose_evidence_stands_in_the_note() -> None:
    chart = received()
    assert suggesting.run(chart.pk)
    chart.refresh_from_db()
    assert chart.status == Chart.Status.READY
    codes = set(chart.suggestions.values_list("code", flat=True))
    assert {"E1140", "K219"} <= codes
    assert "C50919" not in codes, "the mother's cancer is not the patient's"
    for suggestion in chart.suggestions.all():
        spans = list(suggestion.evidence.all())
        assert spans
        assert all(span.note.text[span.begin : span.end] == span.text for span in spans)


@pytest.mark.django_db
def test_the_run_records_model_time_and_a_fingerprint_but_no_text() -> None:
    chart = ready()
    run = InferenceRun.objects.get()
    assert chart.run == run
    assert run.model_version.engine == "builtin"
    assert run.suggestion_count == chart.suggestions.count()
    assert len(run.input_sha256) == 64
    assert not any("neuropathy" in str(value) for value in InferenceRun.objects.values_list()[0])


@pytest.mark.django_db
def test_the_worklist_columns_repeat_the_suggestions() -> None:
    chart = ready()
    for band, count in (("HIGH", chart.high_count), ("MEDIUM", chart.medium_count), ("LOW", chart.low_count)):
        assert chart.suggestions.filter(band=band).count() == count


@pytest.mark.django_db
def test_running_again_does_nothing() -> None:
    chart = ready()
    before = list(chart.suggestions.values_list("pk", flat=True))
    assert not suggesting.run(chart.pk)
    assert list(chart.suggestions.values_list("pk", flat=True)) == before


@pytest.mark.django_db
def test_a_live_lease_keeps_others_away_and_a_dead_one_does_not() -> None:
    chart = received()
    lease = {"status": Chart.Status.SUGGESTING, "suggest_lease": uuid.uuid4(), "suggest_attempts": 1}
    later = timezone.now() + timedelta(minutes=1)
    Chart.objects.filter(pk=chart.pk).update(**lease, suggest_lease_expires_at=later)
    assert not suggesting.run(chart.pk)
    assert suggesting.sweep() == 0

    Chart.objects.filter(pk=chart.pk).update(suggest_lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert suggesting.sweep() == 1
    assert suggesting.run(chart.pk)
    chart.refresh_from_db()
    assert chart.status == Chart.Status.READY


class BrokenEngine:
    """An engine that fails on every chart."""

    model_version = "broken"

    def propose(self, chart: Any) -> Outcome:
        raise RuntimeError("Mary Example has a secret")


@pytest.fixture
def broken_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "builtin", lambda on: BrokenEngine())


@pytest.mark.django_db
def test_a_poison_chart_is_tried_three_times_then_failed_with_a_reason_without_phi(
    broken_engine: None, caplog: pytest.LogCaptureFixture
) -> None:
    chart = received()
    for _ in range(5):
        suggesting.run(chart.pk)
        Chart.objects.filter(pk=chart.pk).update(suggest_lease_expires_at=None)
    chart.refresh_from_db()
    assert (chart.status, chart.suggest_attempts, chart.suggest_error) == (Chart.Status.FAILED, 3, "RuntimeError")
    assert "Mary" not in caplog.text


@pytest.mark.django_db
def test_a_chart_that_kills_its_workers_is_given_up_too() -> None:
    chart = received()
    past = timezone.now() - timedelta(seconds=1)
    Chart.objects.filter(pk=chart.pk).update(
        status=Chart.Status.SUGGESTING, suggest_lease=uuid.uuid4(), suggest_lease_expires_at=past, suggest_attempts=3
    )
    assert not suggesting.run(chart.pk)
    chart.refresh_from_db()
    assert chart.status == Chart.Status.FAILED


@pytest.mark.django_db
def test_a_failed_chart_is_tried_again_when_asked() -> None:
    chart = received()
    Chart.objects.filter(pk=chart.pk).update(status=Chart.Status.FAILED, suggest_attempts=3)
    with pytest.raises(NotAllowedError):
        suggesting.retry(chart, by=user(Role.AUDITOR))
    suggesting.retry(chart, by=user(Role.ADMIN))
    assert suggesting.run(chart.pk)
    with pytest.raises(ConflictError):
        suggesting.retry(chart, by=user(Role.ADMIN))


def test_new_proposals_withdraw_the_undecided_and_leave_decisions_alone(world: World) -> None:
    chart = world.outpatient
    deciding.accept(world.suggestion, by=world.coder)
    note = chart.notes.get()
    span = Evidence(str(note.pk), 0, 5, note.text[0:5])
    proposed = tuple(
        Proposal("ICD-10-CM", code, "A title", 0.9, Band.HIGH, (span,)) for code in (world.suggestion.code, "Z794")
    )
    assert chart.run is not None
    stored = proposals.store_proposals(chart, chart.run, proposed, {str(note.pk): note})
    assert [each.code for each in stored] == [world.suggestion.code, "Z794"]
    live = chart.suggestions.exclude(state=Suggestion.State.WITHDRAWN)
    assert set(live.values_list("code", "state")) == {(world.suggestion.code, "accepted"), ("Z794", "pending")}
