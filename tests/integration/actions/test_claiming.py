"""One chart, one coder."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from review.actions import claiming
from review.actions.errors import ConflictError, NotAllowedError
from review.models import AuditEvent, Chart, Role
from review.worklist import WorklistFilter
from tests.factories import World, received, user


def test_next_gives_the_most_certain_free_chart(world: World) -> None:
    first = Chart.objects.filter(status="ready").order_by("-confidence", "id")[0]
    chart = claiming.claim_next(by=world.coder)
    assert chart == first
    assert chart is not None
    assert chart.claimed_by == world.coder
    assert AuditEvent.objects.filter(event="chart.claimed", actor=world.coder, chart=chart).exists()


def test_next_gives_back_ones_own_chart_first(world: World) -> None:
    claiming.claim(world.inpatient, by=world.coder)
    assert claiming.claim_next(by=world.coder) == world.inpatient


def test_next_skips_what_others_hold_and_ends_with_none(world: World) -> None:
    others = [user(Role.CODER) for _ in range(3)]
    given = [claiming.claim_next(by=coder) for coder in others]
    assert {chart and chart.pk for chart in given} == {world.outpatient.pk, world.inpatient.pk, None}


def test_next_keeps_to_the_filters(world: World) -> None:
    chart = claiming.claim_next(by=world.coder, filters=WorklistFilter(patient_class="inpatient"))
    assert chart == world.inpatient


def test_an_expired_lease_is_free(world: World) -> None:
    claiming.claim(world.inpatient, by=world.coder)
    Chart.objects.filter(pk=world.inpatient.pk).update(claim_expires_at=timezone.now() - timedelta(seconds=1))
    other = user(Role.CODER)
    assert claiming.claim(world.inpatient, by=other).claimed_by == other


def test_a_held_chart_names_its_holder(world: World) -> None:
    claiming.claim(world.inpatient, by=world.coder)
    with pytest.raises(ConflictError, match="Test Coder is coding this chart"):
        claiming.claim(world.inpatient, by=user(Role.CODER))


def test_giving_back_is_for_the_holder(world: World) -> None:
    claiming.claim(world.inpatient, by=world.coder)
    with pytest.raises(ConflictError, match="not yours"):
        claiming.release(world.inpatient, by=user(Role.CODER))
    assert claiming.release(world.inpatient, by=world.coder).claimed_by is None


def test_only_coders_claim(world: World) -> None:
    with pytest.raises(NotAllowedError):
        claiming.claim_next(by=world.users[Role.SUPERVISOR])


def test_a_chart_without_suggestions_cannot_be_claimed(world: World) -> None:
    with pytest.raises(ConflictError, match="waiting for suggestions"):
        claiming.claim(received(), by=world.coder)


def test_eight_coders_at_once_never_get_the_same_chart(committed: None) -> None:
    for _ in range(8):
        Chart.objects.filter(pk=received().pk).update(status="ready")
    coders = [user(Role.CODER) for _ in range(8)]
    given: list[int] = []
    failures: list[Exception] = []
    barrier = threading.Barrier(len(coders))

    def ask(index: int) -> None:
        try:
            barrier.wait(timeout=30)
            chart = claiming.claim_next(by=coders[index])
            assert chart is not None
            given.append(chart.pk)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=[index]) for index in range(len(coders))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not failures
    assert len(set(given)) == 8
