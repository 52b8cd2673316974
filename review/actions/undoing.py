"""Take back what was done last, or a decision by name; a code that was taken off by name comes back as it was.

The log keeps every row. Undo goes back act by act: decisions, and codes that were taken off in between.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from review.actions import deciding, expecting, sequencing
from review.actions.base import touch
from review.actions.errors import ConflictError
from review.models import AssignedCode, Chart, Decision, DiagnosisPointer, Suggestion, User

Act = Decision.Act
State = Suggestion.State


@transaction.atomic
def undo(chart: Chart, *, by: User, decision: Decision | None = None) -> Decision:
    """Take back the given decision, else the chart's last act.

    Where that was taking off a code by name, the code is put back with order, POA, modifiers and pointers.
    Raises `ConflictError` when there is nothing to undo, and as `deciding.accept` does.
    """
    chart = deciding.open_chart(chart, by=by)
    if decision is None:
        last = last_act(chart)
    else:
        last = chart.decisions.filter(pk=decision.pk, undone_by=None).exclude(act=Act.UNDO).first()
    if last is None:
        raise ConflictError("There is nothing to undo on this chart.")
    if last.act == Act.UNDO:
        return _put_back(chart, last, by=by)
    return _take_back(chart, last, by=by, named=decision is not None)


def last_act(chart: Chart) -> Decision | None:
    """What Undo takes back: a decision that stands, or the undo that took a code off which can come back."""
    can_come_back = Q(took__isnull=False) & (Q(suggestion=None) | Q(suggestion__state=State.PENDING))
    acts = chart.decisions.filter(~Q(act=Act.UNDO) | can_come_back, undone_by=None)
    return acts.select_related("undoes").order_by("-pk").first()  # whose code the page names


def _take_back(chart: Chart, undone: Decision, *, by: User, named: bool) -> Decision:
    assigned = chart.assigned_codes.filter(decision=undone).first()
    took = (_said(assigned) if assigned else {}) if named else None
    if assigned:
        assigned.delete()
        deciding.close_gaps(chart)
    if undone.suggestion_id:
        Suggestion.objects.filter(pk=undone.suggestion_id).update(state=State.PENDING)
    row = deciding.record(
        Act.UNDO,
        chart,
        by,
        suggestion=undone.suggestion,
        undoes=undone,
        took=took,
        code_system=undone.code_system,
        suggested_code=undone.suggested_code,
    )
    rejected = chart.decisions.filter(act=Act.REJECT, undone_by=None).exists()
    touch(chart, needs_manual_review=rejected)
    expecting.expect(chart)
    return row


def _put_back(chart: Chart, taken: Decision, *, by: User) -> Decision:
    """Decide again as was decided then. `taken` is the undo, whose row names the decision."""
    undone = Decision.objects.select_related("suggestion__run__model_version").get(undone_by=taken)
    took = taken.took or {}
    code = deciding.assignable(undone.final_code, chart, took["code_system"]) if took else None
    decision = _again(chart, taken, undone, by=by)
    if code is None:
        touch(chart, needs_manual_review=chart.needs_manual_review or undone.act == Act.REJECT)
        expecting.expect(chart)
    else:
        _say_again(deciding.assign(chart, code, decision), took, by=by)
    return decision


def _again(chart: Chart, taken: Decision, undone: Decision, *, by: User) -> Decision:
    words: dict[str, Any] = {"comment": undone.comment, "seconds_spent": undone.seconds_spent, "undoes": taken}
    if undone.suggestion is None:
        return deciding.record(
            Act.ADD, chart, by, code_system=undone.code_system, final_code=undone.final_code, **words
        )
    words |= {"final": undone.final_code, "reason": undone.reason}
    return deciding.decide(Act(undone.act), chart, by, undone.suggestion, **words)


def _said(assigned: AssignedCode) -> dict[str, Any]:
    """What the chart said of a code, to be stored."""
    pointed = assigned.pointers.select_related("diagnosis")
    pointing = assigned.pointed_at_by.select_related("service")
    return {
        "code_system": assigned.code_system,
        "sequence": assigned.sequence,
        "poa": assigned.poa,
        "modifiers": assigned.modifiers,
        "units": assigned.units,
        "performed_on": assigned.performed_on.isoformat() if assigned.performed_on else None,
        "performed_by": assigned.performed_by,
        "pointers": [[each.diagnosis.code_system, each.diagnosis.code, each.position] for each in pointed],
        "pointed_at_by": [[each.service.code_system, each.service.code, each.position] for each in pointing],
    }


def _say_again(assigned: AssignedCode, took: dict[str, Any], *, by: User) -> None:
    """As it was said, as far as the chart still has a place for it."""
    for name in ("poa", "modifiers", "units", "performed_by"):
        setattr(assigned, name, took[name])
    assigned.performed_on = date.fromisoformat(took["performed_on"]) if took["performed_on"] else None
    assigned.save(update_fields=["poa", "modifiers", "units", "performed_by", "performed_on"])
    others = {(each.code_system, each.code): each for each in assigned.chart.assigned_codes.all()}
    for system, code, position in took["pointers"]:
        _point(assigned, others.get((system, code)), position)
    for system, code, position in took["pointed_at_by"]:
        _point(others.get((system, code)), assigned, position)
    sequencing.move(assigned, by=by, to=min(took["sequence"], assigned.sequence))


def _point(service: AssignedCode | None, diagnosis: AssignedCode | None, position: int) -> None:
    if service and diagnosis and not service.pointers.filter(position=position).exists():
        DiagnosisPointer.objects.create(service=service, diagnosis=diagnosis, position=position)
