"""Check the codes, then close the chart. Only a person can; there is no setting that lets a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import transaction
from django.utils import timezone

from medcode.codebook import facts, rules
from medcode.codebook.known import Facts
from medcode.codebook.rules import Finding as Finding
from medcode.codebook.rules import Rule
from medcode.codebook.rules.case import ORDER, Severity
from review.actions.base import audit, change_status, locked, touch
from review.actions.claiming import hold_lease
from review.actions.errors import InvalidInputError
from review.actions.freshness import check_version
from review.models import AssignedCode, Chart, Suggestion, User
from review.permissions import check_can_code

# What is asked of a chart rather than of its codes; the codes are the code book's to judge.
NO_CODES = Rule("chart.no_codes", "error", "The chart has no codes", "Medcode")
BLIND = Rule("chart.blind", "error", "The coder's own list is not saved", "Medcode")
UNDECIDED = Rule("chart.undecided", "error", "Suggestions are undecided", "Medcode")
STAND_IN = Rule("chart.release", "info", "The code set is not the date's own", "Medcode")
BANDS: dict[str, Severity] = {"HIGH": "error", "MEDIUM": "error", "LOW": "info"}


def findings(chart: Chart, known: Facts | None = None) -> list[Finding]:
    """All findings on the chart as it stands, errors first. `known`: the facts about its codes, if read already."""
    return sorted(_all_findings(chart, known), key=lambda finding: ORDER[finding.severity])


def _all_findings(chart: Chart, known: Facts | None) -> Iterator[Finding]:
    assigned = list(chart.assigned_codes.all())
    if not assigned:
        yield NO_CODES.found([], "No code is assigned: accept, modify or add at least one.")
    if chart.hides_suggestions:
        yield BLIND.found([], "This is a blind chart: save your own list, then decide on the suggestions.")
    else:
        yield from _undecided_findings(chart)
    yield from _code_findings(chart, assigned, known)
    if chart.release_sentence:
        yield STAND_IN.found([], chart.release_sentence)


def _undecided_findings(chart: Chart) -> Iterator[Finding]:
    undecided = list(chart.suggestions.filter(state=Suggestion.State.PENDING))
    for band, severity in BANDS.items():
        codes = tuple(each.display for each in undecided if each.band == band)
        if codes:
            yield Finding(UNDECIDED.id, severity, codes, _undecided(band, len(codes)), UNDECIDED.source)


def _undecided(band: str, count: int) -> str:
    noun = "suggestion is" if count == 1 else "suggestions are"
    if band == "LOW":
        return f"{count} LOW {noun} undecided and will be left uncoded."
    return f"{count} {band} {noun} undecided: accept, modify or reject."


def _code_findings(chart: Chart, assigned: list[AssignedCode], known: Facts | None) -> list[Finding]:
    if not assigned:
        return []
    case = case_of(chart, map(coded, assigned))
    if known is None:
        return rules.check(case, facts.gather(case, chart.coding_date))
    return rules.check(case, known.only((each.code, each.code_system) for each in case.codes))


def case_of(chart: Chart, codes: Iterable[rules.Coded]) -> rules.Case:
    """Codes with the chart's patient and date, as the rules look at them."""
    encounter = chart.encounter
    return rules.Case(
        tuple(codes),
        chart.coding_date,
        setting="inpatient" if encounter.is_inpatient else "outpatient",
        sex=encounter.patient.sex if encounter.patient.sex in ("F", "M") else "",
        age=encounter.age,
    )


def coded(assigned: AssignedCode) -> rules.Coded:
    """An assigned code as the rules look at it."""
    return rules.Coded(
        assigned.code,
        assigned.code_system,
        assigned.poa,
        modifiers=assigned.modifier_list,
        units=assigned.units,
        service_date=assigned.performed_on,
    )


@transaction.atomic
def finalize(chart: Chart, *, by: User, version: int, acknowledged: bool = False) -> Chart:
    """Close the chart with its assigned codes.

    `version` is the one on the person's screen: when the chart has changed since, `ConflictError`
    asks them to look again. Errors among the findings raise `InvalidInputError`, and so do warnings
    that the person has not `acknowledged`; those acknowledged are kept in the audit trail.
    """
    check_can_code(by)
    chart = locked(chart)
    hold_lease(chart, by=by)
    check_version(chart, version)
    found = findings(chart)
    errors = [finding.sentence for finding in found if finding.severity == "error"]
    if errors:
        raise InvalidInputError(" ".join(errors))
    warnings = sorted({finding.rule for finding in found if finding.severity == "warning"})
    if warnings and not acknowledged:
        raise InvalidInputError("Acknowledge the warnings before you submit.")
    now = timezone.now()
    change_status(
        chart, "finalize", finalized_at=now, finalized_by=by, claimed_by=None, claim_expires_at=None, hold_reason=""
    )
    seen = {"acknowledged": warnings} if warnings else {}
    audit("chart.finalized", by=by, chart=chart, codes=chart.assigned_codes.count(), **seen)
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
