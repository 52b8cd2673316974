"""A chart coded twice: the second coder's blind list, then the word of a third where the two differ."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from medcode.codebook.models import CodeSystem
from review.actions.base import audit as record
from review.actions.errors import ConflictError, InvalidInputError
from review.actions.worksheet import LONGEST, assignable
from review.models import AssignedCode, AuditEvent, DoubleCode, DoubleCoding, User
from review.permissions import check_can_adjudicate, check_can_code_again

Status = DoubleCoding.Status


@transaction.atomic
def take(double: DoubleCoding, *, by: User) -> DoubleCoding:
    """Begin to code a chart again."""
    check_can_code_again(by)
    double = _locked(double)
    if double.status == Status.CODING and double.second_coder_id == by.pk:
        return double
    if double.status != Status.WAITING:
        raise ConflictError("Somebody is coding this chart again already.")
    if double.first_coder_id == by.pk:
        raise ConflictError("You made this chart final: somebody else codes it again.")
    double.second_coder, double.status = by, Status.CODING
    double.save(update_fields=["second_coder", "status"])
    record("double_coding.taken", by=by, chart=double.chart, double=double.pk)
    return double


@transaction.atomic
def add(double: DoubleCoding, *, by: User, code: str, code_system: str = CodeSystem.ICD10CM) -> DoubleCode:
    """Put a code at the end of one's own list."""
    double = _own(double, by=by)
    chosen = assignable(code, double.chart, code_system)
    if double.codes.filter(code_system=code_system, code=chosen.code).exists():
        raise ConflictError(f"{chosen.display} is on your list already.")
    row = DoubleCode.objects.create(
        double=double,
        code_system=code_system,
        code=chosen.code,
        description=chosen.title,
        second_sequence=double.codes.count() + 1,
    )
    record("double_coding.code_added", by=by, chart=double.chart, double=double.pk, code=row.code)
    return row


@transaction.atomic
def drop(row: DoubleCode, *, by: User) -> None:
    """Take a code off one's own list."""
    double = _own(row.double, by=by)
    double.codes.filter(pk=row.pk).delete()
    _number(double)
    record("double_coding.code_dropped", by=by, chart=double.chart, double=double.pk, code=row.code)


@transaction.atomic
def set_first(row: DoubleCode, *, by: User) -> None:
    """Make a code the principal or first-listed one of one's own list."""
    double = _own(row.double, by=by)
    double.codes.filter(pk=row.pk).update(second_sequence=1)
    rest = double.codes.exclude(pk=row.pk).order_by("second_sequence", "pk")
    for position, each in enumerate(rest, start=2):
        DoubleCode.objects.filter(pk=each.pk).update(second_sequence=position)
    record("double_coding.code_moved", by=by, chart=double.chart, double=double.pk, code=row.code, to=1)


@transaction.atomic
def set_poa(row: DoubleCode, *, by: User, poa: str) -> None:
    """Say whether an inpatient's diagnosis was present on admission."""
    double = _own(row.double, by=by)
    if poa and poa not in AssignedCode.Poa.values:
        raise InvalidInputError("POA is Y, N, U, W or 1.", field="poa")
    if not double.chart.encounter.is_inpatient:
        raise InvalidInputError("POA is reported for inpatients only.", field="poa")
    double.codes.filter(pk=row.pk).update(second_poa=poa)
    record("double_coding.poa_set", by=by, chart=double.chart, double=double.pk, code=row.code, poa=poa)


@transaction.atomic
def submit(double: DoubleCoding, *, by: User) -> DoubleCoding:
    """Close the blind list and lay the first coder's beside it. From here on neither list changes."""
    double = _own(double, by=by)
    if not double.codes.exists():
        raise InvalidInputError("Your list is empty: a chart has at least one code.")
    own = {(row.code_system, row.code): row for row in double.codes.all()}
    for assigned in double.chart.assigned_codes.order_by("sequence"):
        row = own.get((assigned.code_system, assigned.code))
        if row is None:
            row = DoubleCode(
                double=double, code_system=assigned.code_system, code=assigned.code, description=assigned.description
            )
        row.first_sequence, row.first_poa = assigned.sequence, assigned.poa
        row.save()
    # What both assigned needs no third: it is kept.
    double.codes.filter(first_sequence__isnull=False, second_sequence__isnull=False).update(kept=True)
    double.status, double.submitted_at = Status.SUBMITTED, timezone.now()
    double.save(update_fields=["status", "submitted_at"])
    record("double_coding.submitted", by=by, chart=double.chart, double=double.pk, blind=not saw_codes(double))
    return double


@transaction.atomic
def adjudicate(
    double: DoubleCoding, *, by: User, kept: Mapping[int, bool], comments: Mapping[int, str] | None = None
) -> DoubleCoding:
    """Say of each code on which the two differ whether it belongs on the chart, by its key."""
    check_can_adjudicate(by)
    double = _locked(double)
    if double.status != Status.SUBMITTED:
        raise ConflictError(f"This is not possible now: {double.get_status_display().lower()}.")
    if by.pk in (double.first_coder_id, double.second_coder_id):
        raise ConflictError("You coded this chart: a third person adjudicates.")
    for row in double.codes.filter(kept__isnull=True):
        if row.pk not in kept:
            raise InvalidInputError(f"Say of {row.display} whether it belongs on the chart.", field="kept")
        row.kept, row.comment = kept[row.pk], _words((comments or {}).get(row.pk, ""))
        row.save(update_fields=["kept", "comment"])
    double.status, double.adjudicator, double.adjudicated_at = Status.ADJUDICATED, by, timezone.now()
    double.save(update_fields=["status", "adjudicator", "adjudicated_at"])
    record("double_coding.adjudicated", by=by, chart=double.chart, double=double.pk)
    return double


def saw_codes(double: DoubleCoding) -> bool:
    """Whether the second coder had opened the chart's own page before, where the first coder's codes stand."""
    seen = AuditEvent.objects.filter(
        chart=double.chart_id, actor=double.second_coder_id, event__in=["chart.opened", "packet.opened"]
    )
    return (seen.filter(at__lte=double.submitted_at) if double.submitted_at else seen).exists()


def _locked(double: DoubleCoding) -> DoubleCoding:
    rows = DoubleCoding.objects.select_for_update(of=("self",)).select_related("chart__encounter__patient")
    return rows.get(pk=double.pk)


def _own(double: DoubleCoding, *, by: User) -> DoubleCoding:
    check_can_code_again(by)
    double = _locked(double)
    if double.status != Status.CODING or double.second_coder_id != by.pk:
        raise ConflictError("This chart is not in your hands to code again.")
    return double


def _number(double: DoubleCoding) -> None:
    for position, row in enumerate(double.codes.order_by("second_sequence", "pk"), start=1):
        if row.second_sequence != position:
            DoubleCode.objects.filter(pk=row.pk).update(second_sequence=position)


def _words(text: str) -> str:
    if len(text) > LONGEST or "\x00" in text:
        raise InvalidInputError(f"Keep the comment under {LONGEST} characters.", field="comment")
    return text.strip()
