"""Who a chart is meant for: rules, people, and what neither may do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from review.actions import assigning, claiming, deciding, finalizing
from review.actions.errors import ConflictError, InvalidInputError, NotAllowedError
from review.models import AssignmentRule, AuditEvent, Chart, Role, Team, User
from tests.factories import World, ready, user


@pytest.fixture
def supervisor(world: World) -> User:
    return world.users[Role.SUPERVISOR]


def rule(supervisor: User, name: str = "Rule", **values: object) -> AssignmentRule:
    return assigning.add_rule(AssignmentRule(name=name, **values), by=supervisor)


def final(chart: Chart, by: User) -> Chart:
    for suggestion in chart.suggestions.all():
        deciding.accept(suggestion, by=by)
    chart.refresh_from_db()
    return finalizing.finalize(chart, by=by, version=chart.version)


def test_a_chart_that_becomes_ready_goes_to_whom_the_rule_names(world: World, supervisor: User) -> None:
    made = rule(supervisor, specialty="Cardiology", person=world.coder)
    chart, other = ready(specialty="Cardiology"), ready(specialty="Urology")
    assert chart.assigned_to == world.coder
    assert other.assigned_to is None
    event = AuditEvent.objects.get(event="chart.assigned", chart=chart)
    assert event.actor is None
    assert event.detail == {"to": world.coder.pk, "rule": made.pk, "for_audit": False}


@pytest.mark.parametrize(
    ("criteria", "matches"),
    [
        ({}, True),
        ({"patient_class": "inpatient"}, True),
        ({"payer": "Medicare"}, True),
        ({"facility": "North"}, True),
        ({"payer": "Medicare", "facility": "South"}, False),
        ({"specialty": "Other"}, False),
    ],
)
def test_all_criteria_of_a_rule_must_match(
    world: World, supervisor: User, criteria: dict[str, str], matches: bool
) -> None:
    rule(supervisor, person=world.coder, **criteria)
    chart = ready(patient_class="inpatient", payer="Medicare", facility="North")
    assert (chart.assigned_to == world.coder) is matches


def test_the_rule_with_the_lowest_number_wins_and_one_that_is_off_never_does(world: World, supervisor: User) -> None:
    first, second, third = (user() for _ in range(3))
    rule(supervisor, "late", priority=50, person=first)
    rule(supervisor, "early", priority=10, person=second)
    off = rule(supervisor, "earliest", priority=1, person=third)
    assigning.change_rule(off, by=supervisor, active=False, priority=1)
    assert ready().assigned_to == second


def test_a_team_shares_its_charts_evenly_and_those_who_left_get_none(world: World, supervisor: User) -> None:
    coders = [user(), user()]
    gone = user()
    User.objects.filter(pk=gone.pk).update(is_active=False)
    auditor = world.users[Role.AUDITOR]
    team = assigning.set_team("Surgery", members=[*coders, gone, auditor], by=supervisor)
    rule(supervisor, team=team)
    assert [ready().assigned_to for _ in range(4)] == [*coders, *coders]


def test_a_rule_without_people_is_passed_over(world: World, supervisor: User) -> None:
    rule(supervisor, "empty", priority=1, team=assigning.set_team("Nobody", members=[], by=supervisor))
    rule(supervisor, "next", priority=2, person=world.coder)
    assert ready().assigned_to == world.coder


def test_charts_of_new_coders_are_marked_for_audit(world: World, supervisor: User) -> None:
    old = user()
    User.objects.filter(pk=old.pk).update(date_joined=timezone.now() - timedelta(days=91))
    rule(supervisor, "new", specialty="A", person=world.coder, audit_new_coders=True)
    rule(supervisor, "old", specialty="B", person=old, audit_new_coders=True)
    assert ready(specialty="A").for_audit
    assert not ready(specialty="B").for_audit


def test_rules_are_applied_to_waiting_charts_once(world: World, supervisor: User) -> None:
    claiming.claim(world.outpatient, by=user())
    rule(supervisor, person=world.coder)
    assert assigning.apply_to_waiting(by=supervisor) == assigning.Applied(1, more=False)
    assert assigning.apply_to_waiting(by=supervisor) == assigning.Applied(0, more=False)
    world.inpatient.refresh_from_db()
    world.outpatient.refresh_from_db()
    assert world.inpatient.assigned_to == world.coder
    assert world.outpatient.assigned_to is None


def test_waiting_charts_are_handed_out_in_bounded_batches(
    world: World, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assigning, "BATCH", 1)
    monkeypatch.setattr(assigning, "MOST_AT_ONCE", 2)
    ready()
    rule(supervisor, person=world.coder)
    assert assigning.apply_to_waiting(by=supervisor) == assigning.Applied(2, more=True)
    assert assigning.apply_to_waiting(by=supervisor) == assigning.Applied(1, more=False)


def test_what_is_assigned_stays_so_when_rules_change_or_suggestions_are_renewed(
    world: World, supervisor: User
) -> None:
    assigning.assign(world.outpatient, by=supervisor, to=world.coder)
    rule(supervisor, person=user())
    world.outpatient.refresh_from_db()
    assert assigning.apply_rules(world.outpatient) is False
    assert world.outpatient.assigned_to == world.coder


def test_next_gives_what_is_assigned_first_and_never_what_is_anothers(world: World, supervisor: User) -> None:
    Chart.objects.filter(pk=world.outpatient.pk).update(confidence=0.1)
    Chart.objects.filter(pk=world.inpatient.pk).update(confidence=0.9)
    assigning.assign(world.outpatient, by=supervisor, to=world.coder)
    other = user()
    assert claiming.claim_next(by=world.coder) == world.outpatient
    assigning.assign(world.inpatient, by=supervisor, to=world.coder)
    assert claiming.claim_next(by=other) is None


def test_assigning_twice_is_audited_once(world: World, supervisor: User) -> None:
    for _ in range(2):
        assigning.assign(world.outpatient, by=supervisor, to=world.coder)
    assert AuditEvent.objects.filter(event="chart.assigned", chart=world.outpatient).count() == 1


def test_assigning_leaves_the_charts_version_alone(world: World, supervisor: User) -> None:
    before = world.outpatient.version
    assert assigning.assign(world.outpatient, by=supervisor, to=world.coder).version == before


def test_coders_take_what_is_free_and_give_back_their_own(world: World, supervisor: User) -> None:
    other = user()
    assigning.assign(world.outpatient, by=world.coder, to=world.coder)
    with pytest.raises(NotAllowedError):
        assigning.assign(world.inpatient, by=world.coder, to=other)
    with pytest.raises(ConflictError, match="assigned to Test Coder"):
        assigning.assign(world.outpatient, by=other, to=other)
    with pytest.raises(ConflictError, match="assigned to Test Coder"):
        assigning.unassign(world.outpatient, by=other)
    assert assigning.unassign(world.outpatient, by=world.coder).assigned_to is None
    with pytest.raises(NotAllowedError):
        assigning.unassign(assigning.assign(world.outpatient, by=other, to=other), by=world.users[Role.AUDITOR])


def test_a_chart_in_somebodys_hands_or_final_is_not_given_away(world: World, supervisor: User) -> None:
    claiming.claim(world.inpatient, by=world.coder)
    with pytest.raises(ConflictError, match="is coding this chart"):
        assigning.assign(world.inpatient, by=supervisor, to=user())
    done = final(world.outpatient, world.coder)
    with pytest.raises(ConflictError, match="final"):
        assigning.assign(done, by=supervisor, to=world.coder)
    with pytest.raises(InvalidInputError, match="does not code charts"):
        assigning.assign(world.inpatient, by=supervisor, to=supervisor)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SUPERVISOR])
def test_only_supervisors_make_rules_and_teams(world: World, role: Role) -> None:
    person = world.users[role]
    with pytest.raises(NotAllowedError):
        assigning.add_rule(AssignmentRule(name="x", person=world.coder), by=person)
    with pytest.raises(NotAllowedError):
        assigning.set_team("x", members=[], by=person)
    with pytest.raises(NotAllowedError):
        assigning.apply_to_waiting(by=person)


def test_a_rule_names_a_person_or_a_team_and_has_a_name_of_its_own(world: World, supervisor: User) -> None:
    with pytest.raises(InvalidInputError, match="person or a team"):
        rule(supervisor)
    rule(supervisor, person=world.coder)
    with pytest.raises(ConflictError, match="already"):
        rule(supervisor, person=world.coder)
    with pytest.raises(IntegrityError), transaction.atomic():
        AssignmentRule.objects.create(name="neither")
    with pytest.raises(InvalidInputError, match="whole number"):
        assigning.change_rule(AssignmentRule.objects.get(), by=supervisor, active=True, priority=-1)
    with pytest.raises(InvalidInputError, match="name"):
        assigning.set_team(" ", members=[], by=supervisor)
    assert not Team.objects.exists()
