"""Many charts at once: each on its own, and told apart."""

from __future__ import annotations

import uuid

import pytest

from review.actions import assigning, claiming, moving
from review.actions.errors import InvalidInputError, NotAllowedError
from review.actions.moving import Order
from review.models import AuditEvent, Chart, Role, User
from tests.factories import World, received, user


@pytest.fixture
def supervisor(world: World) -> User:
    return world.users[Role.SUPERVISOR]


def both(world: World) -> list[uuid.UUID]:
    return [world.outpatient.public_id, world.inpatient.public_id]


def test_charts_are_assigned_each_with_its_audit_row(world: World, supervisor: User) -> None:
    moved = moving.move(both(world), Order("assign", to=world.coder), by=supervisor)
    assert [each.refusal for each in moved] == ["", ""]
    assert set(Chart.objects.values_list("assigned_to", flat=True)) == {world.coder.pk}
    assert AuditEvent.objects.filter(event="chart.assigned", actor=supervisor).count() == 2


def test_one_that_refuses_keeps_no_other_from_it(world: World, supervisor: User) -> None:
    claiming.claim(world.outpatient, by=world.coder)
    moved = moving.move(both(world), Order("hold", reason="Pathology pending"), by=supervisor)
    assert {each.chart.pk: each.refusal for each in moved} == {
        world.outpatient.pk: "Test Coder is coding this chart.",
        world.inpatient.pk: "",
    }
    world.inpatient.refresh_from_db()
    assert (world.inpatient.status, world.inpatient.hold_reason) == ("on_hold", "Pathology pending")
    assert world.inpatient.missing_document


def test_release_takes_charts_off_hold_and_out_of_a_coders_hands(world: World, supervisor: User) -> None:
    moving.move([world.inpatient.public_id], Order("hold", reason="Query open"), by=supervisor)
    claiming.claim(world.outpatient, by=world.coder)
    assert {each.refusal for each in moving.move(both(world), Order("release"), by=supervisor)} == {""}
    for chart in (world.inpatient, world.outpatient):
        chart.refresh_from_db()
        assert (chart.status, chart.claimed_by, chart.query_open) == ("ready", None, False)
    assert AuditEvent.objects.get(event="chart.released").detail == {"holder": world.coder.pk}


def test_coders_move_their_own(world: World) -> None:
    other = user()
    claiming.claim(world.outpatient, by=world.coder)
    claiming.claim(world.inpatient, by=other)
    refusals = [each.refusal for each in moving.move(both(world), Order("release"), by=world.coder)]
    assert refusals == ["", "This chart is not yours to give back."]
    assert [each.refusal for each in moving.move(both(world), Order("assign", to=world.coder), by=world.coder)] == [
        "",
        "Test Coder is coding this chart.",
    ]
    moved = moving.move([world.outpatient.public_id], Order("hold", reason="Query open"), by=world.coder)
    assert moved[0].refusal == ""


def test_unassigning_frees_charts(world: World, supervisor: User) -> None:
    assigning.assign(world.outpatient, by=supervisor, to=world.coder)
    moving.move(both(world), Order("unassign"), by=supervisor)
    assert not Chart.objects.filter(assigned_to__isnull=False).exists()


def test_a_chart_without_suggestions_cannot_be_held(world: World, supervisor: User) -> None:
    chart = received()
    moved = moving.move([chart.public_id], Order("hold", reason="Query open"), by=supervisor)
    assert "waiting for suggestions" in moved[0].refusal
    assert "neither on hold" in moving.move([chart.public_id], Order("release"), by=supervisor)[0].refusal


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        (Order("delete"), "Choose what to do"),
        (Order("assign"), "Choose whom"),
        (Order("hold", reason=" "), "wait for"),
    ],
)
def test_an_order_must_be_whole(world: World, supervisor: User, order: Order, sentence: str) -> None:
    with pytest.raises(InvalidInputError, match=sentence):
        moving.move(both(world), order, by=supervisor)


def test_none_or_too_many_charts_are_refused(world: World, supervisor: User) -> None:
    with pytest.raises(InvalidInputError, match="at least one"):
        moving.move([], Order("unassign"), by=supervisor)
    with pytest.raises(InvalidInputError, match="at most 200"):
        moving.move([uuid.uuid4() for _ in range(201)], Order("unassign"), by=supervisor)


def test_charts_that_are_unknown_are_left_out(world: World, supervisor: User) -> None:
    assert moving.move([uuid.uuid4()], Order("unassign"), by=supervisor) == []


def test_only_coders_and_supervisors_move_charts(world: World) -> None:
    with pytest.raises(NotAllowedError):
        moving.move(both(world), Order("unassign"), by=world.users[Role.AUDITOR])
