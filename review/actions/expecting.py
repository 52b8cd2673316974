"""The DRG that an inpatient stay heads for, kept on the chart so that a worklist row can show it and sort by it.

By the assigned codes as soon as there is a principal diagnosis, before that by what is suggested. The chart page
groups afresh (`review.stay`); here only DRG and weight are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TypedDict

from inference.schema import Band
from medcode.codebook import grouping
from medcode.codebook.grouping import Grouping, GroupingCase
from medcode.codebook.grouping.weights import weighed
from medcode.codebook.models import CodeSystem
from medcode.codebook.rules.i_c_21_z_codes import PRINCIPAL_ONLY
from medcode.codebook.rules.tables import covers
from review import stay
from review.models import AssignedCode, Chart, Encounter, Suggestion

# Some diagnoses cannot be principal: the next best is tried, but not all of a long list.
TRIES = 8
# Operating room procedures unrelated to the principal diagnosis (MS-DRG Definitions Manual, after the MDCs).
UNRELATED = frozenset({"981", "982", "983", "987", "988", "989"})


class Expected(TypedDict):
    """The chart's two columns: "" and None where nothing is expected; a DRG without loaded weights has no weight."""

    expected_drg: str
    expected_weight: Decimal | None


NOTHING = Expected(expected_drg="", expected_weight=None)


def expect(chart: Chart) -> None:
    """Keep the columns of a locked chart as its codes are now. Not an act of its own: the version stays."""
    found = columns(chart)
    if (found["expected_drg"], found["expected_weight"]) != (chart.expected_drg, chart.expected_weight):
        Chart.objects.filter(pk=chart.pk).update(**found)
        chart.expected_drg, chart.expected_weight = found["expected_drg"], found["expected_weight"]


def columns(
    chart: Chart, suggestions: Iterable[Suggestion] | None = None, assigned: Sequence[AssignedCode] | None = None
) -> Expected:
    """What to expect of a chart. Suggestions that stand and assigned codes: where the caller has them at hand.

    A blind chart's suggestions count for nothing before they are shown: the DRG would give them away.
    """
    if chart.patient_class != Encounter.PatientClass.INPATIENT:
        return NOTHING
    assigned = list(chart.assigned_codes.all()) if assigned is None else assigned
    cases: Iterable[GroupingCase]
    if any(each.is_diagnosis for each in assigned):
        cases = [_by_codes(chart, assigned)]
    elif chart.hides_suggestions:
        cases = []
    else:
        listed = chart.suggestions.filter(state=Suggestion.State.PENDING) if suggestions is None else suggestions
        cases = _by_suggestions(chart, assigned, listed)
    found = _first_that_fits(map(grouping.group, cases))
    if found is None:
        return NOTHING
    return Expected(expected_drg=found.drg, expected_weight=weighed([found], chart.coding_date)[0].weight)


def _first_that_fits(groupings: Iterable[Grouping]) -> Grouping | None:
    """The first that is one; where procedures do not go with its diagnosis, rather a later one that explains them."""
    second_best = None
    for each in groupings:
        if each.groupable and each.drg not in UNRELATED:
            return each
        second_best = second_best or (each if each.groupable else None)
    return second_best


def _by_codes(chart: Chart, assigned: Sequence[AssignedCode]) -> GroupingCase:
    diagnoses = [each for each in assigned if each.is_diagnosis]
    poa = {each.code: each.poa for each in diagnoses if each.poa}
    return stay.case_of(chart, [each.code for each in diagnoses], _procedures(assigned), poa=poa)


def _by_suggestions(
    chart: Chart, assigned: Sequence[AssignedCode], suggestions: Iterable[Suggestion]
) -> Iterator[GroupingCase]:
    """The stay with all that is likely, the best reason for it as principal diagnosis; then the next best."""
    pending = [each for each in suggestions if each.state == Suggestion.State.PENDING and each.band != Band.LOW]
    likely = sorted(pending, key=lambda each: (each.band != Band.HIGH, each.rank))
    rows = [each for each in likely if each.code_system == CodeSystem.ICD10CM]
    diagnoses = [each.code for each in sorted(rows, key=_as_reason)]
    procedures = _procedures([*assigned, *likely])
    for principal in diagnoses[:TRIES]:
        yield stay.case_of(chart, [principal, *(code for code in diagnoses if code != principal)], procedures)


def _as_reason(suggestion: Suggestion) -> int:
    """How likely a diagnosis is why a patient was admitted, 0 the most: a status is certain, and hardly ever a reason.

    Before others those that may only be first (Guidelines, Section I.C.21.c.16); after them symptoms, for which
    there is mostly a diagnosis (Section II.A), external causes (I.C.20.a.6), status and history.
    """
    if suggestion.band == Band.HIGH and covers(PRINCIPAL_ONLY, suggestion.code):
        return 0
    return 2 if suggestion.code[0] in "RVWXYZ" else 1


def _procedures(rows: Iterable[AssignedCode | Suggestion]) -> list[str]:
    return [each.code for each in rows if each.code_system == CodeSystem.ICD10PCS]
