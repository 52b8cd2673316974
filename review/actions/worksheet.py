"""The auditor's own list of codes, line by line beside the coder's."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from medcode.codebook import lookup
from medcode.codebook.models import Code, CodeSystem
from medcode.codebook.snapshot import dotted, undotted
from review.actions.base import audit as record
from review.actions.errors import ConflictError, InvalidInputError
from review.models import AssignedCode, AuditedCode, Chart, ChartAudit, ErrorKind, User
from review.permissions import check_can_audit
from review.reports.audit_lines import first_of

LONGEST = 500


def locked_audit(audit: ChartAudit) -> ChartAudit:
    """The second look as it stands now, locked until the transaction ends."""
    rows = ChartAudit.objects.select_for_update(of=("self",)).select_related("chart__encounter__patient")
    return rows.get(pk=audit.pk)


def prefill(audit: ChartAudit) -> None:
    """Begin with the coder's codes on both sides."""
    AuditedCode.objects.bulk_create(
        AuditedCode(
            audit=audit,
            code_system=each.code_system,
            coder_code=each.code,
            coder_description=each.description,
            coder_sequence=each.sequence,
            coder_poa=each.poa,
            code=each.code,
            description=each.description,
            sequence=each.sequence,
            poa=each.poa,
        )
        for each in audit.chart.assigned_codes.order_by("sequence")
    )


@transaction.atomic
def change(
    row: AuditedCode, *, by: User, code: str, kind: str, comment: str = "", code_system: str = ""
) -> AuditedCode:
    """Put another code in the place of the coder's, or of one's own added one."""
    audit, row = _open(row, by=by)
    _check(kind, comment)
    chosen = assignable(code, audit.chart, code_system or row.code_system)
    if (chosen.code, chosen.release.code_system) == (row.coder_code, row.code_system):
        raise InvalidInputError("This is the coder’s own code: choose “As coded” instead.", field="code")
    _refuse_double(audit, chosen, besides=row)
    row.sequence = row.sequence or _last(audit) + 1
    row.code, row.description, row.kind, row.comment = chosen.code, chosen.title, kind, comment.strip()
    if chosen.release.code_system != row.code_system:
        raise InvalidInputError("Take the code off and add the one of the other code system.", field="code")
    row.save()
    return _noted(row, "changed", by=by)


@transaction.atomic
def remove(row: AuditedCode, *, by: User, kind: str, comment: str = "") -> AuditedCode | None:
    """Take the code off one's own list. A code that one added oneself is gone; a coder's stays as a finding."""
    audit, row = _open(row, by=by)
    if not row.coder_code:
        row.delete()
        _settle(audit)
        record("second_look.code_dropped", by=by, chart=audit.chart, second_look=audit.pk, code=row.code)
        return None
    _check(kind, comment)
    row.code = row.description = row.poa = ""
    row.sequence, row.kind, row.comment = None, kind, comment.strip()
    row.save()
    return _noted(row, "removed", by=by)


@transaction.atomic
def restore(row: AuditedCode, *, by: User) -> AuditedCode:
    """Back to what the coder has; the code goes to the end of the list when it was off it."""
    audit, row = _open(row, by=by)
    if not row.coder_code:
        raise InvalidInputError("The coder has no such code: take it off instead.", field="code")
    taken = audit.codes.filter(code_system=row.code_system, code=row.coder_code).exclude(pk=row.pk)
    if taken.exists():
        raise ConflictError(f"{row.coder_display} is on your list already.")
    row.sequence = row.sequence or _last(audit) + 1
    row.code, row.description, row.poa = row.coder_code, row.coder_description, row.coder_poa
    row.kind = row.comment = ""
    row.save()
    return _noted(row, "restored", by=by)


@transaction.atomic
def add(
    audit: ChartAudit, *, by: User, code: str, kind: str, comment: str = "", code_system: str = CodeSystem.ICD10CM
) -> AuditedCode:
    """A code that the coder missed. One that was taken off comes back as it was coded."""
    audit = open_audit(audit, by=by)
    chosen = assignable(code, audit.chart, code_system)
    _refuse_double(audit, chosen)
    off = audit.codes.filter(code_system=code_system, coder_code=chosen.code, code="").first()
    if off:
        return restore(off, by=by)
    _check(kind, comment)
    row = AuditedCode.objects.create(
        audit=audit,
        code_system=code_system,
        code=chosen.code,
        description=chosen.title,
        sequence=_last(audit) + 1,
        kind=kind,
        comment=comment.strip(),
    )
    return _noted(row, "added", by=by)


@transaction.atomic
def set_poa(row: AuditedCode, *, by: User, poa: str) -> AuditedCode:
    """Say whether the condition was present on admission (Guidelines, Appendix I)."""
    audit, row = _open(row, by=by)
    if poa and poa not in AssignedCode.Poa.values:
        raise InvalidInputError("POA is Y, N, U, W or 1.", field="poa")
    if not audit.chart.encounter.is_inpatient or not row.code:
        raise InvalidInputError("POA is reported for an inpatient’s diagnoses only.", field="poa")
    row.poa = poa
    row.save(update_fields=["poa"])
    return _noted(row, "poa_set", by=by, poa=poa)


@transaction.atomic
def move(row: AuditedCode, *, by: User, to: int) -> AuditedCode:
    """Put a code at position `to` (1 is first) of one's own list; the others keep their order."""
    audit, row = _open(row, by=by)
    codes = list(audit.codes.exclude(code="").order_by("sequence"))
    if not row.code or not 1 <= to <= len(codes):
        raise InvalidInputError(f"Choose a position between 1 and {len(codes)}.", field="to")
    moved = next(each for each in codes if each.pk == row.pk)
    codes.remove(moved)
    codes.insert(to - 1, moved)
    _number(codes)
    if row.code == row.coder_code:
        AuditedCode.objects.filter(pk=row.pk).update(kind=ErrorKind.SEQUENCE)
    return _noted(row, "moved", by=by, to=to)


@transaction.atomic
def explain(row: AuditedCode, *, by: User, comment: str) -> AuditedCode:
    """Say more about a finding."""
    _, row = _open(row, by=by)
    _check_comment(comment)
    row.comment = comment.strip()
    row.save(update_fields=["comment"])
    return _noted(row, "explained", by=by)


def open_audit(audit: ChartAudit, *, by: User) -> ChartAudit:
    """Lock it for its auditor, or say why it cannot be worked at."""
    check_can_audit(by)
    audit = locked_audit(audit)
    if audit.status != ChartAudit.Status.IN_REVIEW:
        raise ConflictError(f"This second look is not in review: {audit.get_status_display().lower()}.")
    if audit.auditor_id != by.pk:
        raise ConflictError("Another auditor is looking at this chart.")
    return audit


def assignable(text: str, chart: Chart, code_system: str) -> Code:
    """The billable code on the chart's date, or a refusal that says what is wrong with it."""
    if not undotted(text):
        raise InvalidInputError("Choose a code.", field="code")
    if code_system not in lookup.loaded_systems():
        raise InvalidInputError("No codes of this code system are loaded.", field="code_system")
    code = lookup.get(text, on=chart.coding_date, code_system=code_system)
    shown = dotted(undotted(text), code_system)[:12]
    if code is None:
        raise InvalidInputError(
            f"{shown} is not a {code_system} code on {chart.coding_date:%B %-d, %Y}.", field="code"
        )
    if not code.billable:
        raise InvalidInputError(f"{shown} is a category, not a billable code: choose one below it.", field="code")
    return code


def _open(row: AuditedCode, *, by: User) -> tuple[ChartAudit, AuditedCode]:
    audit = open_audit(row.audit, by=by)
    row = AuditedCode.objects.get(pk=row.pk)
    row.audit = audit
    return audit, row


def _check(kind: str, comment: str) -> None:
    if kind not in ErrorKind.values:
        raise InvalidInputError("Choose what kind of error it is.", field="kind")
    if kind == ErrorKind.OTHER and not comment.strip():
        raise InvalidInputError('Say in a few words what it is when the kind is "Other".', field="comment")
    _check_comment(comment)


def _check_comment(comment: str) -> None:
    if len(comment) > LONGEST or "\x00" in comment:
        raise InvalidInputError(f"Keep the comment under {LONGEST} characters.", field="comment")


def _refuse_double(audit: ChartAudit, code: Code, besides: AuditedCode | None = None) -> None:
    same = audit.codes.filter(code_system=code.release.code_system, code=code.code)
    if same.exclude(pk=besides.pk if besides else 0).exists():
        raise ConflictError(f"{code.display} is on your list already.")


def _last(audit: ChartAudit) -> int:
    return max((each for each in audit.codes.values_list("sequence", flat=True) if each), default=0)


def _number(codes: list[AuditedCode]) -> None:
    for position, each in enumerate(codes, start=1):
        if each.sequence != position:
            AuditedCode.objects.filter(pk=each.pk).update(sequence=position)


def _settle(audit: ChartAudit) -> None:
    """Number the auditor's list 1, 2, 3 …, and let principal and POA findings follow from the lines."""
    _number(list(audit.codes.exclude(code="").order_by("sequence", "pk")))
    rows = list(audit.codes.all())
    coder_first, own_first = first_of(rows, coder=True), first_of(rows, coder=False)
    for row in rows:
        kind = _kind(row, is_new_first=row.pk == own_first != coder_first)
        if kind != row.kind:
            AuditedCode.objects.filter(pk=row.pk).update(kind=kind)
    ChartAudit.objects.filter(pk=audit.pk).update(version=F("version") + 1)


def _kind(row: AuditedCode, *, is_new_first: bool) -> str:
    """What kind a line is: chosen where the codes differ, else it follows from place and POA."""
    if row.code != row.coder_code:
        return row.kind
    if is_new_first:
        return ErrorKind.PRINCIPAL
    if row.poa != row.coder_poa:
        return ErrorKind.POA
    moved = row.kind == ErrorKind.SEQUENCE and row.sequence != row.coder_sequence
    return ErrorKind.SEQUENCE if moved else ""


def _noted(row: AuditedCode, act: str, *, by: User, **more: object) -> AuditedCode:
    audit = row.audit
    _settle(audit)
    row.refresh_from_db()
    detail: dict[str, object] = {"line": row.pk, "coder_code": row.coder_code, "code": row.code, "kind": row.kind}
    record(f"second_look.code_{act}", by=by, chart=audit.chart, second_look=audit.pk, **(detail | more))
    return row
