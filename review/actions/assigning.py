"""Who a chart is meant for: by a rule the moment it is ready, by a supervisor at any time.

To be assigned a chart is not to hold it: the lease is taken on opening it (`review.actions.claiming`). "Next
chart" gives people what is assigned to them first, and never what is assigned to somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from review.actions.base import audit, locked
from review.actions.errors import ConflictError, InvalidInputError, NotAllowedError
from review.models import AssignmentRule, Chart, Role, Team, User
from review.permissions import can_code, check, may

BATCH = 200
MOST_AT_ONCE = 2000
NEW_CODER = timedelta(days=90)  # as the second look has it: `SampleRule.NEW_CODER`


@dataclass(frozen=True, slots=True)
class Applied:
    """How many waiting charts the rules handed out. `more`: the limit was reached before the end."""

    assigned: int
    more: bool


def active_rules() -> QuerySet[AssignmentRule]:
    """The rules in their order, with the people that they name."""
    return AssignmentRule.objects.filter(active=True).select_related("person", "team").order_by("priority", "id")


def apply_rules(chart: Chart, rules: Iterable[AssignmentRule] | None = None) -> bool:
    """Give a locked chart that is ready and unassigned to whom the first matching rule names; whether it was given.

    Called where a chart becomes ready. Once assigned it stays so, however often this is called; a rule whose
    people are all gone is passed over.
    """
    if chart.status != Chart.Status.READY or chart.assigned_to_id is not None:
        return False
    for rule in active_rules() if rules is None else rules:
        person = _person_of(rule) if rule.matches(chart) else None
        if person:
            to_audit = rule.audit_new_coders and timezone.now() - person.date_joined < NEW_CODER
            _give(chart, person, for_audit=chart.for_audit or to_audit)
            audit("chart.assigned", by=None, chart=chart, to=person.pk, rule=rule.pk, for_audit=to_audit)
            return True
    return False


def _person_of(rule: AssignmentRule) -> User | None:
    """The rule's person, or the coder of its team with the fewest charts that are ready; None when nobody is there."""
    if rule.person:
        return rule.person if can_code(rule.person) else None
    ready = Count("assigned_charts", filter=Q(assigned_charts__status=Chart.Status.READY))
    coders = User.objects.filter(teams=rule.team, role=Role.CODER, is_active=True)
    return coders.annotate(ready=ready).order_by("ready", "pk").first()


def _give(chart: Chart, person: User | None, **values: bool) -> None:
    """Write the assignment of a locked chart. Not a change of the chart: its version stays."""
    chart.assigned_to, chart.assigned_at = person, timezone.now() if person else None
    for name, value in values.items():
        setattr(chart, name, value)
    chart.save(update_fields=["assigned_to", "assigned_at", *values])


def apply_to_waiting(*, by: User) -> Applied:
    """Apply the rules to the charts that are ready, unassigned and in nobody's hands: at most `MOST_AT_ONCE`.

    In short transactions of `BATCH` charts each, past charts that somebody works on this moment.
    """
    check(by, "assign_charts")
    rules = list(active_rules())
    assigned, last, seen = 0, 0, BATCH
    while rules and seen == BATCH and assigned < MOST_AT_ONCE:
        given, last, seen = _apply_to_batch(rules, after=last)
        assigned += given
    audit("assignment.applied", by=by, charts=assigned)
    return Applied(assigned, more=seen == BATCH and bool(rules))


@transaction.atomic
def _apply_to_batch(rules: list[AssignmentRule], *, after: int) -> tuple[int, int, int]:
    """How many were given, the last chart looked at, how many were looked at."""
    wanted = Q(pk__in=[])
    for rule in rules:
        wanted |= Q(**{each: getattr(rule, each) for each in rule.CRITERIA if getattr(rule, each)}) or Q(pk__gt=0)
    free = Q(claimed_by=None) | Q(claim_expires_at__lte=timezone.now())
    waiting = Chart.objects.filter(wanted, free, status=Chart.Status.READY, assigned_to=None, pk__gt=after)
    charts = list(waiting.order_by("pk").select_for_update(of=("self",), skip_locked=True)[:BATCH])
    given = sum(apply_rules(chart, rules) for chart in charts)
    return given, charts[-1].pk if charts else after, len(charts)


@transaction.atomic
def assign(chart: Chart, *, by: User, to: User) -> Chart:
    """Give a chart to a coder; giving it to the one who has it changes nothing.

    Supervisors give any chart to any coder, coders take what is unassigned. Raises `ConflictError` for FINAL
    charts and for those that somebody else codes this moment.
    """
    if not may(by, "assign_charts") and to != by:
        raise NotAllowedError("Only supervisors assign charts to other people.")
    if not can_code(to):
        raise InvalidInputError(f"{to.display_name} does not code charts.")
    chart = locked(chart)
    if chart.assigned_to_id == to.pk:
        return chart
    _check_open(chart)
    if chart.is_held and chart.claimed_by_id != to.pk:
        raise ConflictError(f"{chart.claimed_by.display_name} is coding this chart.")  # type: ignore[union-attr]
    _check_may_take(chart, by=by)
    _give(chart, to)
    audit("chart.assigned", by=by, chart=chart, to=to.pk)
    return chart


@transaction.atomic
def unassign(chart: Chart, *, by: User) -> Chart:
    """Let a chart be anybody's again. Coders do so with their own."""
    chart = locked(chart)
    _check_open(chart)
    if chart.assigned_to_id is None:
        return chart
    _check_may_take(chart, by=by)
    before = chart.assigned_to_id
    _give(chart, None)
    audit("chart.unassigned", by=by, chart=chart, before=before)
    return chart


def _check_open(chart: Chart) -> None:
    if chart.status == Chart.Status.FINAL:
        raise ConflictError("The chart is final.")


def _check_may_take(chart: Chart, *, by: User) -> None:
    """Whether the chart may be taken from whom it is assigned to now."""
    check(by, "move_charts")
    if chart.assigned_to_id not in (None, by.pk) and not may(by, "assign_charts"):
        raise ConflictError(f"The chart is assigned to {chart.assigned_to.display_name}.")  # type: ignore[union-attr]


@transaction.atomic
def add_rule(rule: AssignmentRule, *, by: User) -> AssignmentRule:
    """Store a new rule. It holds for the charts that become ready from now on."""
    check(by, "assign_charts")
    if (rule.person is None) == (rule.team is None):
        raise InvalidInputError("Choose a person or a team.", field="to")
    if AssignmentRule.objects.filter(name=rule.name).exists():
        raise ConflictError("There is a rule of this name already.")
    rule.save()
    audit("assignment_rule.added", by=by, rule=rule.pk, priority=rule.priority)
    return rule


@transaction.atomic
def change_rule(rule: AssignmentRule, *, by: User, active: bool, priority: int) -> AssignmentRule:
    """Switch a rule on or off, or move it. What it has assigned stays assigned."""
    check(by, "assign_charts")
    if not 0 <= priority <= 32767:
        raise InvalidInputError("Give a whole number from 0 to 32767.", field="priority")
    rule = AssignmentRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    rule.active, rule.priority = active, priority
    rule.save(update_fields=["active", "priority"])
    audit("assignment_rule.changed", by=by, rule=rule.pk, active=active, priority=priority)
    return rule


@transaction.atomic
def set_team(name: str, *, members: Iterable[User], by: User) -> Team:
    """Make a team, or change who is in it."""
    check(by, "assign_charts")
    name = name.strip()
    if not 0 < len(name) <= 80:
        raise InvalidInputError("Give the team a name of at most 80 characters.", field="name")
    team, _ = Team.objects.get_or_create(name=name)
    people = list(members)
    team.members.set(people)
    audit("team.set", by=by, team=team.pk, members=sorted(each.pk for each in people))
    return team
