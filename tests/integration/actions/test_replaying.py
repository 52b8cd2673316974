"""Charts that were given up on are tried again, all of them in whole batches, each on record."""

from __future__ import annotations

import pytest

from review.actions import replaying
from review.actions.errors import NotAllowedError
from review.models import AuditEvent, Chart
from tests.factories import World, received


@pytest.fixture
def failed(world: World) -> list[Chart]:
    charts = [received() for _ in range(5)]
    Chart.objects.filter(pk__in=[each.pk for each in charts]).update(
        status="failed", suggest_attempts=3, suggest_error="BadAnswerError"
    )
    return charts


def test_every_failed_chart_begins_anew_and_no_other(world: World, failed: list[Chart]) -> None:
    assert replaying.replay_all(by=world.admin) == 5
    again = Chart.objects.filter(pk__in=[each.pk for each in failed])
    assert set(again.values_list("status", "suggest_attempts", "suggest_error")) == {("received", 0, "")}
    world.outpatient.refresh_from_db()
    assert world.outpatient.status == "ready"
    events = AuditEvent.objects.filter(event="chart.retried")
    assert {event.chart_id for event in events} == {each.pk for each in failed}
    assert {event.actor for event in events} == {world.admin}


def test_batches_are_bounded_and_so_is_a_press(
    world: World, failed: list[Chart], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "BATCH", 2)
    assert replaying.replay_all(by=world.admin, most=3) == 3
    assert replaying.replay_all(by=world.admin, most=3) == 2
    assert replaying.replay_all(by=world.admin) == 0


def test_a_stale_page_is_refused_after_a_replay(world: World, failed: list[Chart]) -> None:
    version = Chart.objects.get(pk=failed[0].pk).version
    replaying.replay_all(by=world.admin)
    assert Chart.objects.get(pk=failed[0].pk).version == version + 1


def test_only_admins_replay_all(world: World, failed: list[Chart]) -> None:
    with pytest.raises(NotAllowedError):
        replaying.replay_all(by=world.coder)
    assert Chart.objects.filter(status="failed").count() == 5
