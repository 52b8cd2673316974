"""Accept, modify, reject, add: one append-only `Decision` per act, the audit row beside it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from medcode.codebook import lookup
from medcode.codebook.models import Code, CodeSystem
from medcode.codebook.snapshot import dotted, undotted
from review.actions import expecting
from review.actions.base import audit, locked, touch
from review.actions.claiming import hold_lease
from review.actions.errors import ConflictError, InvalidInputError
from review.models import AssignedCode, Chart, Decision, RejectReason, Suggestion, User
from review.permissions import check_can_code

Act = Decision.Act
State = Suggestion.State
MAX_SECONDS = 24 * 3600


@transaction.atomic
def accept(suggestion: Suggestion, *, by: User, seconds_spent: int | None = None) -> Decision:
    """Assign the suggested code as it is.

    Raises `ConflictError` when the suggestion is decided already, the chart is not open or is
    held by somebody else, or the code is on the chart already.
    """
    chart, suggestion = _open_suggestion(suggestion, by=by)
    code = assignable(suggestion.code, chart, suggestion.code_system)
    decision = decide(Act.ACCEPT, chart, by, suggestion, final=code.code, seconds_spent=seconds_spent)
    assign(chart, code, decision)
    return decision


@transaction.atomic
def modify(
    suggestion: Suggestion,
    *,
    by: User,
    code: str,
    reason: str,
    code_system: str = CodeSystem.ICD10CM,
    comment: str = "",
    seconds_spent: int | None = None,
) -> Decision:
    """Assign another code instead, and say why. The suggestion stays on record as it was."""
    chart, suggestion = _open_suggestion(suggestion, by=by)
    _check_reason(reason, comment)
    chosen = assignable(code, chart, code_system)
    if chosen.code == suggestion.code and code_system == suggestion.code_system:
        raise InvalidInputError("This is the suggested code itself: accept it instead.", field="code")
    decision = decide(
        Act.MODIFY,
        chart,
        by,
        suggestion,
        final=chosen.code,
        reason=reason,
        comment=comment,
        seconds_spent=seconds_spent,
    )
    assign(chart, chosen, decision)
    return decision


@transaction.atomic
def reject(
    suggestion: Suggestion, *, by: User, reason: str, comment: str = "", seconds_spent: int | None = None
) -> Decision:
    """Do not code the suggestion, and say why. Flags the chart for manual review."""
    chart, suggestion = _open_suggestion(suggestion, by=by)
    _check_reason(reason, comment)
    decision = decide(Act.REJECT, chart, by, suggestion, reason=reason, comment=comment, seconds_spent=seconds_spent)
    touch(chart, needs_manual_review=True)
    expecting.expect(chart)
    return decision


@transaction.atomic
def add(
    chart: Chart,
    *,
    by: User,
    code: str,
    code_system: str = CodeSystem.ICD10CM,
    comment: str = "",
    seconds_spent: int | None = None,
) -> Decision:
    """Assign a code that the model missed."""
    chart = open_chart(chart, by=by)
    chosen = assignable(code, chart, code_system)
    open_suggestion = chart.suggestions.filter(code_system=code_system, code=chosen.code, state=State.PENDING).first()
    if open_suggestion and not chart.hides_suggestions:
        raise ConflictError(f"{open_suggestion.display} is among the suggestions: accept it there.")
    decision = record(
        Act.ADD,
        chart,
        by,
        code_system=code_system,
        final_code=chosen.code,
        comment=comment,
        seconds_spent=seconds_spent,
    )
    assign(chart, chosen, decision)
    return decision


def open_chart(chart: Chart, *, by: User) -> Chart:
    """The chart, locked, its lease held by this coder."""
    check_can_code(by)
    chart = locked(chart)
    hold_lease(chart, by=by)
    return chart


def _open_suggestion(suggestion: Suggestion, *, by: User) -> tuple[Chart, Suggestion]:
    chart = open_chart(suggestion.chart, by=by)
    suggestion = Suggestion.objects.select_related("run__model_version").get(pk=suggestion.pk)
    if chart.hides_suggestions:
        raise ConflictError("This is a blind chart: save your own list, then decide on the suggestions.")
    if suggestion.state != State.PENDING:
        raise ConflictError(f"{suggestion.display} was {suggestion.get_state_display().lower()} already.")
    return chart, suggestion


def assignable(text: str, chart: Chart, code_system: str) -> Code:
    """The billable code of the chart's release, or a refusal that says what is wrong with it."""
    if not undotted(text):
        raise InvalidInputError("Choose a code.", field="code")
    shown = dotted(undotted(text), code_system)[:12]
    try:
        code = lookup.get(text, on=chart.coding_date, code_system=code_system)
    except lookup.CodebookEmptyError as error:
        raise InvalidInputError(f"{shown} looks like {code_system}, which is not loaded.", field="code") from error
    if code is None:
        book = chart.release if code_system == CodeSystem.ICD10CM else None
        raise InvalidInputError(f"{shown} is not a code of {book or code_system}.", field="code")
    if not code.billable:
        raise InvalidInputError(f"{shown} is a category, not a billable code: choose one below it.", field="code")
    if chart.assigned_codes.filter(code_system=code_system, code=code.code).exists():
        raise ConflictError(f"{code.display} is on the chart already.")
    return code


def _check_reason(reason: str, comment: str) -> None:
    if reason not in RejectReason.values:
        raise InvalidInputError("Choose a reason.", field="reason")
    if reason == RejectReason.OTHER and not comment.strip():
        raise InvalidInputError('Say why in a few words when the reason is "Other".', field="comment")
    if len(comment) > 500:
        raise InvalidInputError("Keep the comment under 500 characters.", field="comment")


STATE_AFTER = {Act.ACCEPT: State.ACCEPTED, Act.MODIFY: State.MODIFIED, Act.REJECT: State.REJECTED}


def decide(
    act: Decision.Act,
    chart: Chart,
    by: User,
    suggestion: Suggestion,
    *,
    final: str = "",
    reason: str = "",
    comment: str = "",
    seconds_spent: int | None = None,
    undoes: Decision | None = None,
) -> Decision:
    """Record the decision on a suggestion with what was known of it, and its new state."""
    Suggestion.objects.filter(pk=suggestion.pk).update(state=STATE_AFTER[act])
    return record(
        act,
        chart,
        by,
        suggestion=suggestion,
        code_system=suggestion.code_system,
        suggested_code=suggestion.code,
        final_code=final,
        reason=reason,
        comment=comment.strip(),
        seconds_spent=seconds_spent,
        undoes=undoes,
        confidence=suggestion.confidence,
        band=suggestion.band,
        model_version=str(suggestion.run.model_version),
        prompt_version=suggestion.run.prompt_version,
    )


def record(act: Decision.Act, chart: Chart, by: User, **values: object) -> Decision:
    """Append to the log, count the chart's version up, and audit."""
    seconds = values.pop("seconds_spent", None)
    if isinstance(seconds, int):
        values["seconds_spent"] = min(max(seconds, 0), MAX_SECONDS)
    decision = Decision.objects.create(
        act=act, chart=chart, coder=by, specialty=chart.specialty, simulated=chart.simulated, **values
    )
    touch(chart)
    audit(f"decision.{act}", by=by, chart=chart, decision=decision.pk)
    return decision


def assign(chart: Chart, code: Code, decision: Decision) -> AssignedCode:
    """Put the code at the end of its kind."""
    assigned = AssignedCode(
        chart=chart,
        decision=decision,
        code_system=code.release.code_system,
        code=code.code,
        description=code.title,
    )
    assigned.sequence = _of_kind(chart, kind_of(assigned.code_system)).count() + 1
    assigned.save()
    expecting.expect(chart)
    return assigned


def kind_of(code_system: str) -> str:
    """The kind whose order a code joins, as the database derives it (`AssignedCode.kind`)."""
    kinds = {CodeSystem.ICD10CM: AssignedCode.Kind.DIAGNOSIS, CodeSystem.ICD10PCS: AssignedCode.Kind.PROCEDURE}
    return kinds.get(CodeSystem(code_system), AssignedCode.Kind.SERVICE)


def _of_kind(chart: Chart, kind: str) -> QuerySet[AssignedCode]:
    return chart.assigned_codes.filter(kind=kind).order_by("sequence")


def close_gaps(chart: Chart) -> None:
    """Number the codes of each kind 1, 2, 3 … again; the unique constraint is checked at commit."""
    for kind in AssignedCode.Kind.values:
        for position, assigned in enumerate(_of_kind(chart, kind), start=1):
            if assigned.sequence != position:
                AssignedCode.objects.filter(pk=assigned.pk).update(sequence=position)


def adopt(assigned: AssignedCode, suggestion: Suggestion, *, by: User) -> Decision:
    """A code that a coder added before seeing that it is suggested: it rests on the suggestion from now on.

    On a locked chart whose lease is held. The log has the addition, its undoing and the acceptance.
    """
    chart, added = assigned.chart, assigned.decision
    record(Act.UNDO, chart, by, undoes=added, code_system=added.code_system)
    decision = decide(Act.ACCEPT, chart, by, suggestion, final=assigned.code)
    AssignedCode.objects.filter(pk=assigned.pk).update(decision=decision)
    return decision
