"""Order and POA of the assigned codes, and what a claim says of a service: modifiers, units, pointers, date, person.

Each kind has an order of its own: sequence 1 is the principal or first-listed diagnosis, the principal
procedure (UHDDS), the first service.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from review.actions import expecting
from review.actions.base import audit, locked, touch
from review.actions.claiming import hold_lease
from review.actions.errors import InvalidInputError
from review.actions.freshness import check_version
from review.models import AssignedCode, Chart, DiagnosisPointer, User
from review.permissions import check_can_code

MOST_MODIFIERS = 4  # CMS-1500, item 24D
MOST_POINTERS = 4  # CMS-1500, item 24E
MOST_UNITS = 999
MODIFIER = re.compile(r"[A-Z0-9]{2}")
# Services of the three days before an admission belong to the stay (42 CFR 412.2(c)(5)).
PAYMENT_WINDOW = timedelta(days=3)


@transaction.atomic
def move(assigned: AssignedCode, *, by: User, to: int, version: int | None = None) -> AssignedCode:
    """Put an assigned code at position `to` among the codes of its kind (1 is first); the others keep their order."""
    chart, assigned = _open(assigned, by=by, version=version)
    codes = list(chart.assigned_codes.filter(kind=assigned.kind))
    if not 1 <= to <= len(codes):
        raise InvalidInputError(f"Choose a position between 1 and {len(codes)}.", field="to")
    codes.remove(assigned)
    codes.insert(to - 1, assigned)
    for position, code in enumerate(codes, start=1):
        if code.sequence != position:
            AssignedCode.objects.filter(pk=code.pk).update(sequence=position)
    touch(chart)
    expecting.expect(chart)
    audit("code.moved", by=by, chart=chart, code=assigned.code, to=to)
    assigned.refresh_from_db()
    return assigned


@transaction.atomic
def set_poa(assigned: AssignedCode, *, by: User, poa: str) -> AssignedCode:
    """Say whether an inpatient's diagnosis was present on admission (Guidelines, Appendix I)."""
    chart, assigned = _open(assigned, by=by)
    if poa and poa not in AssignedCode.Poa.values:
        raise InvalidInputError("POA is Y, N, U, W or 1.", field="poa")
    if not (chart.encounter.is_inpatient and assigned.is_diagnosis):
        raise InvalidInputError("POA is reported for the diagnoses of inpatients only.", field="poa")
    AssignedCode.objects.filter(pk=assigned.pk).update(poa=poa)
    touch(chart)
    expecting.expect(chart)  # a condition acquired in hospital may count no more
    audit("code.poa_set", by=by, chart=chart, code=assigned.code, poa=poa)
    assigned.refresh_from_db()
    return assigned


@transaction.atomic
def detail(
    assigned: AssignedCode,
    *,
    by: User,
    modifiers: str = "",
    units: int = 1,
    pointers: Sequence[int] = (),
    performed_on: date | None = None,
    performed_by: str = "",
    version: int | None = None,
) -> AssignedCode:
    """Say of a procedure when and by whom, and of a service its modifiers, units and diagnoses as well.

    `modifiers` as typed ("59,LT" or "59 lt"); `pointers` are the sequence numbers of the chart's diagnoses.
    """
    chart, assigned = _open(assigned, by=by, version=version)
    if assigned.is_diagnosis:
        raise InvalidInputError("A diagnosis has neither date nor provider nor modifiers.", field="assigned")
    given = _modifiers(modifiers)
    if not assigned.is_service and (given or units != 1 or pointers):
        raise InvalidInputError("Modifiers, units and pointers belong to CPT and HCPCS codes.", field="modifiers")
    if not 1 <= units <= MOST_UNITS:
        raise InvalidInputError(f"Units are a whole number from 1 to {MOST_UNITS}.", field="units")
    performed_by = performed_by.strip()
    if len(performed_by) > 120:
        raise InvalidInputError("Keep the provider under 120 characters.", field="performed_by")
    _check_day(chart, performed_on)
    AssignedCode.objects.filter(pk=assigned.pk).update(
        modifiers=" ".join(given), units=units, performed_on=performed_on, performed_by=performed_by
    )
    _point(chart, assigned, pointers)
    touch(chart)
    audit("code.detailed", by=by, chart=chart, code=assigned.code, modifiers=given, units=units)
    assigned.refresh_from_db()
    return assigned


def _open(assigned: AssignedCode, *, by: User, version: int | None = None) -> tuple[Chart, AssignedCode]:
    check_can_code(by)
    chart = locked(assigned.chart)
    hold_lease(chart, by=by)
    check_version(chart, version)
    current = chart.assigned_codes.filter(pk=assigned.pk).first()
    if current is None:
        raise InvalidInputError("This code is no longer on the chart.", field="assigned")
    return chart, current


def _modifiers(text: str) -> list[str]:
    given = re.split(r"[\s,;]+", text.strip().upper()) if text.strip() else []
    for each in given:
        if not MODIFIER.fullmatch(each):
            raise InvalidInputError(f"“{each[:8]}” is not a modifier: two letters or digits.", field="modifiers")
    if len(given) > MOST_MODIFIERS:
        raise InvalidInputError("A service takes four modifiers at most.", field="modifiers")
    return given


def _check_day(chart: Chart, day: date | None) -> None:
    if day is None:
        return
    encounter = chart.encounter
    last = encounter.discharged_on or timezone.localdate()
    first = encounter.admitted_on and encounter.admitted_on - PAYMENT_WINDOW
    if day > last or (first and day < first):
        raise InvalidInputError("The day of the procedure is not within the encounter.", field="performed_on")


def _point(chart: Chart, service: AssignedCode, pointers: Sequence[int]) -> None:
    wanted = list(dict.fromkeys(pointers))
    if len(wanted) > MOST_POINTERS:
        raise InvalidInputError("A service points to four diagnoses at most.", field="pointers")
    diagnoses = {each.sequence: each for each in chart.assigned_codes.filter(kind=AssignedCode.Kind.DIAGNOSIS)}
    for sequence in wanted:
        if sequence not in diagnoses:
            raise InvalidInputError(f"There is no diagnosis {sequence} on this chart.", field="pointers")
    service.pointers.all().delete()
    DiagnosisPointer.objects.bulk_create(
        DiagnosisPointer(service=service, diagnosis=diagnoses[sequence], position=position)
        for position, sequence in enumerate(wanted, start=1)
    )
