"""Check the codes, then close the chart. Only a person can; there is no setting that lets a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.db import transaction
from django.utils import timezone

from medcode.codebook import lookup
from medcode.codebook.models import CodeSystem
from review.actions.base import audit, change_status, locked, touch
from review.actions.claiming import hold_lease
from review.actions.errors import ConflictError, InvalidInputError
from review.models import AssignedCode, Chart, Suggestion, User
from review.permissions import check_can_code

# External causes can never be the principal or first-listed diagnosis (Guidelines, Section I.C.20.a.6).
EXTERNAL_CAUSE_LETTERS = frozenset("VWXY")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the validation noticed: an "error" blocks, a "warning" is acknowledged, "info" is told."""

    severity: Literal["error", "warning", "info"]
    rule: str
    sentence: str
    codes: tuple[str, ...] = ()


def findings(chart: Chart) -> list[Finding]:
    """All findings on the chart as it stands, errors first."""
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(_all_findings(chart), key=lambda finding: order[finding.severity])


def _all_findings(chart: Chart) -> Iterator[Finding]:
    assigned = list(chart.assigned_codes.order_by("sequence"))
    if not assigned:
        yield Finding("error", "chart.no_codes", "No code is assigned: accept, modify or add at least one.")
    undecided = chart.suggestions.filter(state=Suggestion.State.PENDING)
    for band, severity in (("HIGH", "error"), ("MEDIUM", "error"), ("LOW", "info")):
        codes = tuple(each.display for each in undecided if each.band == band)
        if codes:
            noun = "suggestion is" if len(codes) == 1 else "suggestions are"
            sentence = f"{len(codes)} {band} {noun} undecided: accept, modify or reject."
            if band == "LOW":
                sentence = f"{len(codes)} LOW {noun} undecided and will be left uncoded."
            yield Finding(severity, "chart.undecided", sentence, codes)  # type: ignore[arg-type]
    yield from _code_findings(chart, assigned)
    if chart.release_sentence:
        yield Finding("info", "chart.release", chart.release_sentence)


def _code_findings(chart: Chart, assigned: list[AssignedCode]) -> Iterator[Finding]:
    diagnoses = [code for code in assigned if code.code_system == CodeSystem.ICD10CM]
    billable = lookup.billable((code.code for code in diagnoses), on=chart.coding_date)
    for code in diagnoses:
        if code.code not in billable:
            yield Finding(
                "error", "code.valid", f"{code.display} is not billable on the coding date.", (code.display,)
            )
    if assigned and assigned[0].code[0] in EXTERNAL_CAUSE_LETTERS:
        first = assigned[0].display
        yield Finding("error", "I.C.20.a.6", f"{first} is an external cause and cannot be listed first.", (first,))
    if chart.encounter.is_inpatient:
        missing = tuple(each.display for each in assigned if not each.poa and each.code_system == CodeSystem.ICD10CM)
        if missing:
            yield Finding("warning", "poa.missing", f"POA is not set on {len(missing)} of the codes.", missing)


@transaction.atomic
def finalize(chart: Chart, *, by: User, version: int) -> Chart:
    """Close the chart with its assigned codes.

    `version` is the one on the person's screen: when the chart has changed since, `ConflictError`
    asks them to look again. Errors among the findings raise `InvalidInputError`.
    """
    check_can_code(by)
    chart = locked(chart)
    hold_lease(chart, by=by)
    if chart.version != version:
        raise ConflictError("The chart has changed since you opened this page: look again, then submit.")
    errors = [finding.sentence for finding in findings(chart) if finding.severity == "error"]
    if errors:
        raise InvalidInputError(" ".join(errors))
    now = timezone.now()
    change_status(
        chart, "finalize", finalized_at=now, finalized_by=by, claimed_by=None, claim_expires_at=None, hold_reason=""
    )
    audit("chart.finalized", by=by, chart=chart, codes=chart.assigned_codes.count())
    return chart


@transaction.atomic
def hold(chart: Chart, *, by: User, reason: str) -> Chart:
    """Put a chart aside until something is answered or arrives; the reason is shown in the worklist."""
    check_can_code(by)
    chart = locked(chart)
    hold_lease(chart, by=by)
    reason = reason.strip()
    if not reason:
        raise InvalidInputError("Say what the chart waits for.", field="reason")
    if len(reason) > 200:
        raise InvalidInputError("Keep the reason under 200 characters.", field="reason")
    change_status(chart, "hold", hold_reason=reason, claimed_by=None, claim_expires_at=None)
    audit("chart.held", by=by, chart=chart)
    return chart


@transaction.atomic
def resume(chart: Chart, *, by: User) -> Chart:
    """Take a chart off hold, into one's own hands."""
    check_can_code(by)
    chart = locked(chart)
    change_status(chart, "resume", hold_reason="")
    hold_lease(chart, by=by)
    touch(chart)
    audit("chart.resumed", by=by, chart=chart)
    return chart
