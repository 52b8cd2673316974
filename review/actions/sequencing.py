"""Order and POA of the assigned codes. Sequence 1 is the principal or first-listed diagnosis."""

from __future__ import annotations

from django.db import transaction

from review.actions.base import audit, locked, touch
from review.actions.claiming import hold_lease
from review.actions.errors import InvalidInputError
from review.models import AssignedCode, User
from review.permissions import check_can_code


@transaction.atomic
def move(assigned: AssignedCode, *, by: User, to: int) -> AssignedCode:
    """Put an assigned code at position `to` (1 is first); the others keep their order."""
    check_can_code(by)
    chart = locked(assigned.chart)
    hold_lease(chart, by=by)
    codes = list(chart.assigned_codes.order_by("sequence"))
    if not 1 <= to <= len(codes):
        raise InvalidInputError(f"Choose a position between 1 and {len(codes)}.", field="to")
    moved = next((code for code in codes if code.pk == assigned.pk), None)
    if moved is None:
        raise InvalidInputError("This code is no longer on the chart.", field="assigned")
    codes.remove(moved)
    codes.insert(to - 1, moved)
    for position, code in enumerate(codes, start=1):
        if code.sequence != position:
            AssignedCode.objects.filter(pk=code.pk).update(sequence=position)
    touch(chart)
    audit("code.moved", by=by, chart=chart, code=assigned.code, to=to)
    moved.refresh_from_db()
    return moved


@transaction.atomic
def set_poa(assigned: AssignedCode, *, by: User, poa: str) -> AssignedCode:
    """Say whether an inpatient's diagnosis was present on admission (Guidelines, Appendix I)."""
    check_can_code(by)
    chart = locked(assigned.chart)
    hold_lease(chart, by=by)
    if poa and poa not in AssignedCode.Poa.values:
        raise InvalidInputError("POA is Y, N, U, W or 1.", field="poa")
    if not chart.encounter.is_inpatient:
        raise InvalidInputError("POA is reported for inpatients only.", field="poa")
    changed = AssignedCode.objects.filter(pk=assigned.pk, chart=chart).update(poa=poa)
    if not changed:
        raise InvalidInputError("This code is no longer on the chart.", field="assigned")
    touch(chart)
    audit("code.poa_set", by=by, chart=chart, code=assigned.code, poa=poa)
    assigned.refresh_from_db()
    return assigned
