"""Scores of a second look against examples that were counted by hand."""

from __future__ import annotations

import pytest

from review.models import ErrorKind
from review.reports.second_look import GUIDELINES, Drgs, Line, Score, score


def same(code: str, **more: object) -> Line:
    return Line(code, code, **more)  # type: ignore[arg-type]


def first(code: str, **more: object) -> Line:
    return same(code, coder_first=True, auditor_first=True, **more)


def counts(found: Score) -> tuple[int, int, int, int, int]:
    """Right, auditor's codes, confirmed, coder's codes, errors."""
    return found.right, found.auditor_codes, found.confirmed, found.coder_codes, found.errors


def test_equal_lists_score_full_marks() -> None:
    found = score([first("J189"), same("I10"), same("E119")])
    assert counts(found) == (3, 3, 3, 3, 0)
    assert found.code_over_code.value == 1.0
    assert found.kinds == {}


def test_a_missed_code_lowers_the_numerator() -> None:
    found = score([first("J189"), same("I10"), Line("", "N179", kind="missed")])
    assert counts(found) == (2, 3, 2, 2, 1)
    assert found.kinds == {"missed": 1}


def test_a_code_too_many_is_an_error_but_not_in_the_denominator() -> None:
    found = score([first("J189"), same("I10"), Line("R0602", "", kind="unsupported")])
    assert counts(found) == (2, 2, 2, 3, 1)
    assert found.code_over_code.value == 1.0
    assert found.confirmed_share.value == pytest.approx(2 / 3)


def test_a_changed_code_is_one_error() -> None:
    found = score([first("J189"), Line("E119", "E1122", kind="specificity"), same("N1832"), same("I10")])
    assert counts(found) == (3, 4, 3, 4, 1)
    assert found.code_over_code.value == 0.75


def test_another_principal_diagnosis_counts_as_two_errors() -> None:
    """Four codes, three of them right, one more off for the principal: 2 of 4."""
    changed = Line("R6521", "A419", coder_first=True, auditor_first=True, kind="wrong")
    found = score([changed, same("J189"), same("N179"), same("I10")])
    assert counts(found) == (2, 4, 3, 4, 2)
    assert found.principal_changed == 1
    assert found.kinds == {"principal": 2}


def test_two_codes_that_change_places_at_the_top_count_as_two_errors() -> None:
    """Five codes, all of them right, two off for the principal: 3 of 5."""
    lines = [same("J189", coder_first=True), same("A419", auditor_first=True), same("I10"), same("N179"), same("E119")]
    found = score(lines)
    assert counts(found) == (3, 5, 5, 5, 2)
    assert found.kinds == {"principal": 2}


def test_a_removed_and_an_added_principal_are_the_two_errors_together() -> None:
    lines = [
        Line("R079", "", coder_first=True, kind="unsupported"),
        Line("", "I214", auditor_first=True, kind="missed"),
    ]
    found = score([*lines, same("I10")])
    assert counts(found) == (0, 2, 1, 2, 2)


def test_the_numerator_never_goes_below_zero() -> None:
    found = score([Line("R079", "I214", coder_first=True, auditor_first=True, kind="wrong")])
    assert counts(found) == (0, 1, 0, 1, 2)


def test_poa_counts_diagnoses_that_both_have_of_inpatients_only() -> None:
    lines = [
        first("J189", coder_poa="Y", auditor_poa="Y"),
        same("N179", coder_poa="Y", auditor_poa="N", kind="poa"),
        same("E876", coder_poa="", auditor_poa="N", kind="poa"),
        Line("", "I10", auditor_poa="Y", kind="missed"),
        same("0BJ08ZZ", code_system="ICD-10-PCS"),
    ]
    inpatient = score(lines, inpatient=True)
    assert (inpatient.poa_right, inpatient.poa_total) == (1, 3)
    assert inpatient.kinds == {"missed": 1, "poa": 2}
    assert score(lines).poa_total == 0


def test_a_code_at_another_place_among_the_secondaries_is_an_error_when_the_auditor_says_so() -> None:
    found = score([first("N186"), same("I120", kind="sequence")])
    assert counts(found) == (2, 2, 2, 2, 1)
    assert found.kinds == {"sequence": 1}


@pytest.mark.parametrize(
    ("drgs", "expected"),
    [(Drgs("193", "193", 1.3, 1.3), (1, 1, 0.0)), (Drgs("195", "193", 0.7, 1.3), (0, 1, 0.6)), (Drgs(), (0, 0, 0.0))],
    ids=["same", "changed", "outpatient"],
)
def test_the_drg_is_right_or_wrong_by_the_case(drgs: Drgs, expected: tuple[int, int, float]) -> None:
    found = score([first("J189")], drgs=drgs, inpatient=True)
    assert (found.drg_right, found.drg_total, found.weight_change) == expected


def test_a_withdrawn_finding_scores_as_the_coders_own_code() -> None:
    lines = [
        first("J189"),
        Line("E119", "E1122", kind="specificity", stands=False),
        Line("", "N179", kind="missed", stands=False),
        Line("R0602", "", kind="unsupported", stands=False),
    ]
    assert counts(score(lines)) == (3, 3, 3, 3, 0)


def test_a_withdrawn_change_of_principal_leaves_the_coders() -> None:
    lines = [same("J189", coder_first=True), same("A419", auditor_first=True, kind="principal", stands=False)]
    assert counts(score(lines)) == (2, 2, 2, 2, 0)


def test_scores_add_up_and_survive_storage() -> None:
    one = score([first("J189"), Line("", "N179", kind="missed")], drgs=Drgs("195", "193", 0.7, 1.3), inpatient=True)
    two = score([first("I10"), Line("", "E119", kind="missed"), Line("R05", "", kind="unsupported")])
    both = one + two
    assert counts(both) == (2, 4, 2, 3, 3)
    assert both.kinds == {"missed": 2, "unsupported": 1}
    assert (both.charts, both.weight_change) == (2, 0.6)
    assert Score.from_json(both.as_json()) == both
    assert sum([one, two], Score()) == both


def test_an_empty_comparison_has_no_rate() -> None:
    assert score([]).code_over_code.value is None


def test_every_kind_of_error_names_the_guideline_it_breaks() -> None:
    assert set(GUIDELINES) == set(ErrorKind)
