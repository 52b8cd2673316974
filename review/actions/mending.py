"""Do what a finding proposes, in one transaction: each remedy is made of acts that a coder could do one by one."""

from __future__ import annotations

from django.db import transaction

from medcode.codebook.snapshot import undotted
from review.actions import deciding, sequencing, undoing
from review.actions.base import audit, locked
from review.actions.errors import InvalidInputError
from review.actions.freshness import check_version
from review.models import AssignedCode, Chart, Decision, RejectReason, Suggestion, User
from review.permissions import check_can_code

ACTS = ("add", "remove", "replace", "move_before", "set_poa", "add_modifier")
# Why a suggestion is turned down when a finding speaks against it; any other: not reportable here.
REASONS = {
    "integral": RejectReason.INTEGRAL,
    "duplicate": RejectReason.DUPLICATE,
    "code.laterality": RejectReason.LESS_SPECIFIC,
    "code.specificity": RejectReason.LESS_SPECIFIC,
}


@transaction.atomic
def mend(
    chart: Chart, *, by: User, act: str, code: str, value: str = "", rule: str = "", version: int | None = None
) -> Chart:
    """Apply the remedy `act` (as `rules.Fix` names them) to the stored `code`.

    Raises `InvalidInputError` for an act or code that is not there, and whatever the single acts raise.
    """
    check_can_code(by)
    chart = locked(chart)
    check_version(chart, version)
    if act not in ACTS:
        raise InvalidInputError("This is no remedy.", field="act")
    _Mender(chart, by, rule).do(act, undotted(code), undotted(value))
    audit("finding.mended", by=by, chart=chart, rule=rule[:60], act=act, code=undotted(code)[:10])
    chart.refresh_from_db()
    return chart


class _Mender:
    """One remedy on one locked chart."""

    def __init__(self, chart: Chart, by: User, rule: str) -> None:
        self.chart, self.by = chart, by
        self.reason = REASONS.get(rule, RejectReason.NOT_REPORTABLE)
        self.comment = f"Finding {rule}"[:500] if rule else ""

    def do(self, act: str, code: str, value: str) -> None:
        if act == "add":
            self.add(code)
        elif act == "remove":
            self.remove(code)
        elif act == "replace":
            self.replace(code, value)
        elif act == "move_before":
            sequencing.move(self.assigned(code), by=self.by, to=self.assigned(value).sequence)
        elif act == "set_poa":
            sequencing.set_poa(self.assigned(code), by=self.by, poa=value)
        else:
            self.add_modifier(code, value)

    def add(self, code: str) -> AssignedCode:
        pending = self.pending(code)
        if pending and not self.chart.hides_suggestions:
            deciding.accept(pending, by=self.by)
        else:
            deciding.add(self.chart, by=self.by, code=code, comment=self.comment)
        return self.assigned(code)

    def remove(self, code: str) -> None:
        """Off the chart; and the suggestion that brought the code is rejected, else it would only wait again."""
        row = self.chart.assigned_codes.filter(code=code).select_related("decision").first()
        if row:
            undoing.undo(self.chart, by=self.by, decision=row.decision)
        pending = self.pending(code)
        if pending:
            deciding.reject(pending, by=self.by, reason=self.reason, comment=self.comment)
        elif not row:
            raise InvalidInputError("This code is no longer on the chart.", field="code")

    def replace(self, code: str, value: str) -> None:
        """Another code in the same place. POA goes along, for it is about the condition."""
        old = self.chart.assigned_codes.filter(code=code).select_related("decision__suggestion").first()
        if old:
            undoing.undo(self.chart, by=self.by, decision=old.decision)
        new = self._instead(code, value, old.decision if old else None)
        if not old:
            return
        sequencing.move(new, by=self.by, to=min(old.sequence, self.chart.assigned_codes.filter(kind=new.kind).count()))
        if old.poa and old.is_diagnosis:
            sequencing.set_poa(new, by=self.by, poa=old.poa)

    def _instead(self, code: str, value: str, undone: Decision | None) -> AssignedCode:
        suggestion = self.pending(code) or (undone.suggestion if undone else None)
        if suggestion is None:
            return self.add(value)
        reason = self.reason if self.reason != RejectReason.NOT_REPORTABLE else RejectReason.WRONG_CODE
        better = self.pending(value)
        if better and better.pk != suggestion.pk:
            # Both are suggested: one is accepted and the other rejected, and neither waits on.
            deciding.reject(suggestion, by=self.by, reason=reason, comment=self.comment)
            deciding.accept(better, by=self.by)
        elif suggestion.code == value:
            deciding.accept(suggestion, by=self.by)
        else:
            deciding.modify(suggestion, by=self.by, code=value, reason=reason, comment=self.comment)
        return self.assigned(value)

    def add_modifier(self, code: str, value: str) -> None:
        row = self.assigned(code)
        sequencing.detail(
            row,
            by=self.by,
            modifiers=f"{row.modifiers} {value}",
            units=row.units,
            pointers=[each.diagnosis.sequence for each in row.pointers.select_related("diagnosis")],
            performed_on=row.performed_on,
            performed_by=row.performed_by,
        )

    def assigned(self, code: str) -> AssignedCode:
        row = self.chart.assigned_codes.filter(code=code).first()
        if row is None:
            raise InvalidInputError("This code is no longer on the chart.", field="code")
        return row

    def pending(self, code: str) -> Suggestion | None:
        found = self.chart.suggestions.filter(code=code, state=Suggestion.State.PENDING)
        return found.order_by("code_system").first() if code else None
