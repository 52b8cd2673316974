"""MS-DRG grouping without weights: every test names a rule of the Definitions Manual."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from medcode.codebook.grouping import GroupingCase, case_of, group, severity
from medcode.codebook.grouping.case import is_procedure
from medcode.codebook.grouping.versions import engine, version_for

SPRING = date(2026, 5, 1)  # v43.1


def case(principal: str, secondary: Sequence[str] = (), procedures: Sequence[str] = (), **more: Any) -> GroupingCase:
    known: dict[str, Any] = {"sex": "F", "age": 71, "discharged": SPRING} | more
    return case_of(principal, secondary, procedures, **known)


def drg(principal: str, secondary: Sequence[str] = (), procedures: Sequence[str] = (), **more: Any) -> str:
    return group(case(principal, secondary, procedures, **more)).drg


@pytest.mark.parametrize(
    ("principal", "secondary", "expected"),
    [
        ("J18.9", ["I10"], "195"),
        ("J18.9", ["J96.01"], "193"),
        ("A40.3", ["J13"], "871"),
        ("A40.3", [], "872"),
        ("I11.0", ["N17.9"], "292"),
        ("E11.65", [], "639"),
    ],
)
def test_medical_stays_group_by_principal_and_tier(principal: str, secondary: list[str], expected: str) -> None:
    assert drg(principal, secondary) == expected


def test_a_grouping_says_title_mdc_kind_and_version() -> None:
    found = group(case("J18.9", ["J96.01"]))

    assert (found.title, found.mdc, found.kind) == ("Simple Pneumonia and Pleurisy with MCC", "04", "medical")
    assert (found.version, found.tier, found.groupable, found.problem) == ("v43.1", "MCC", True, "")


def test_a_secondary_says_which_principal_excludes_it() -> None:
    found = group(case("I50.23", ["I50.33", "J96.01"]))
    heart, lungs = found.codes

    assert (heart.level, heart.counted, heart.excluded_by) == ("MCC", False, "I5023")
    assert "I50.23" in heart.reason
    assert (lungs.level, lungs.counted, lungs.excluded_by) == ("MCC", True, "")


def test_acute_heart_failure_counts_below_hypertensive_heart_disease() -> None:
    assert drg("I11.0", ["I50.9"]) == "293"
    assert drg("I11.0", ["I50.23"]) == "291"


def test_respiratory_failure_does_not_count_below_respiratory_failure() -> None:
    assert group(case("J96.01", ["J96.21"])).codes[0].excluded_by == "J9601"


def test_cardiac_arrest_is_an_mcc_only_for_who_left_alive() -> None:
    assert drg("J18.9", ["I46.9"]) == "193"
    died = group(case("J18.9", ["I46.9"], disposition="20"))
    assert died.drg == "195"
    assert "alive" in died.codes[0].reason


def test_infarction_groups_by_survival() -> None:
    assert drg("I21.4") == "282"
    assert drg("I21.4", disposition="20") == "285"


def test_a_hospital_acquired_condition_does_not_count() -> None:
    assert drg("J18.9", ["L89.153"]) == "193"
    acquired = group(case("J18.9", ["L89.153"], poa={"L89.153": "N"}))
    assert acquired.drg == "195"
    assert "Hospital-acquired condition 04" in acquired.codes[0].reason


def test_a_thrombosis_is_hospital_acquired_only_after_a_joint_replacement() -> None:
    assert drg("J18.9", ["I26.99"], poa={"I26.99": "N"}) == "193"


def test_covid_pneumonia_is_an_mcc_under_every_principal() -> None:
    assert severity("J12.82", SPRING) == "MCC"
    assert severity("Z59.00", SPRING) == "CC"


@pytest.mark.parametrize(("code", "level"), [("J96.01", "MCC"), ("N18.4", "CC"), ("I10", ""), ("nonsense", "")])
def test_severity_of_a_code_by_itself(code: str, level: str) -> None:
    assert severity(code, SPRING) == level


@pytest.mark.parametrize(
    ("principal", "secondary", "procedures", "expected"),
    [
        ("K80.00", [], ["0FT44ZZ"], "419"),
        ("K35.80", [], ["0DTJ4ZZ"], "399"),
        ("S72.001A", [], ["0SR90J9"], "522"),
        ("M16.0", [], ["0SR9019", "0SRB01A"], "462"),
        ("I25.110", [], ["02100Z9", "4A023N7"], "234"),
        ("J18.9", [], ["0SR9019"], "983"),
        ("F32.9", [], ["0SR9019"], "876"),
        ("T31.77", [], [], "933"),
        ("S63.496D", ["N18.4"], [], "949"),
        ("C83.30", [], ["XW033C7"], "018"),
        ("O03.9", [], ["0SR9019"], "779"),
        ("N17.9", [], ["0TY00Z0"], "652"),
    ],
)
def test_surgery_groups_by_the_surgical_hierarchy(
    principal: str, secondary: list[str], procedures: list[str], expected: str
) -> None:
    assert drg(principal, secondary, procedures) == expected


def test_hiv_takes_a_related_condition_into_its_mdc_and_leaves_others() -> None:
    assert drg("B20", ["B59"]) == "976"
    assert drg("B20", ["B59", "J96.01"]) == "974"
    assert drg("B59", ["B20"]).startswith("97")
    assert drg("B59").startswith("17")


@pytest.mark.parametrize(
    ("secondary", "disposition", "expected"),
    [
        ([], "01", "795"),
        (["P07.15"], "01", "792"),
        (["P22.0"], "01", "790"),
        (["Q21.0"], "01", "794"),
        ([], "02", "789"),
    ],
)
def test_newborns(secondary: list[str], disposition: str, expected: str) -> None:
    newborn: dict[str, Any] = {"age": 0, "age_days": 1, "disposition": disposition}
    assert drg("Z38.00", secondary, **newborn) in {expected, "793" if expected == "794" else expected}


def test_neonates_have_no_surgical_drg() -> None:
    assert drg("P22.0", [], ["0SR9019"], age=0) == "790"


def test_the_version_is_that_of_the_day_of_discharge() -> None:
    assert [version_for(day).name for day in (date(2025, 9, 30), date(2025, 10, 1), date(2026, 3, 31), SPRING)] == [
        "v42.1",
        "v43",
        "v43",
        "v43.1",
    ]


def test_a_code_of_this_year_is_unknown_to_last_years_version() -> None:
    assert drg("G35.A") == "060"
    before = group(case("G35.A", discharged=date(2025, 9, 30)))
    assert (before.drg, before.version) == ("999", "v42.1")
    assert "G35.A" in before.problem


def test_a_later_date_is_told_that_a_version_stands_in() -> None:
    later = group(case("J18.9", discharged=date(2026, 10, 1)))
    assert later.version == "v43.1"
    assert later.sentence_of_stand_in.startswith("Grouped with MS-DRG v43.1: no loaded grouper version")
    assert group(case("J18.9")).sentence_of_stand_in == ""
    assert group(case("J18.9", discharged=date(2010, 1, 1))).version == "v36"


@pytest.mark.parametrize(
    ("principal", "expected", "sentence"),
    [
        ("", "999", "no principal"),
        ("J18", "999", "does not take J18 "),
        ("V10.4XXA", "999", "does not take V10.4XXA"),
        ("<script>", "999", "does not take"),
        ("O80", "998", "cannot be the principal"),
    ],
)
def test_what_cannot_be_grouped_says_why(principal: str, expected: str, sentence: str) -> None:
    found = group(case(principal, ["J96.01"]))
    assert (found.drg, found.groupable, found.kind) == (expected, False, "")
    assert sentence in found.problem


def test_sex_decides_only_for_a_principal_of_both_reproductive_systems() -> None:
    assert drg("N40.0", sex="") == drg("N40.0", sex="M") == "726"
    assert drg("A54.1", sex="F") == "759"
    assert drg("A54.1", sex="M") == "728"
    unknown = group(case("A54.1", sex=""))
    assert (unknown.drg, unknown.problem) == ("999", "A54.1 groups by the patient's sex, which is not known.")


def test_typed_codes_mean_the_same_in_any_form() -> None:
    assert case(" j18.9 ", ["j96.01", "J9601", "J18.9", ""]) == case("J189", ["J9601"])


def test_two_hundred_secondaries_and_unknown_ones_are_no_trouble() -> None:
    many = list(engine("v43.1").ccmap)[:200]
    found = group(case("J18.9", [*many, "ZZZ", "🙂"]))
    assert len(found.codes) == 202
    assert found.codes[-1].level == ""
    assert "🙂" not in engine("v43.1").dxmap


def test_changes_sort_diagnoses_from_procedures_and_promote_the_next_principal() -> None:
    changed = case("J18.9", ["J96.01"]).changed(add=["0BH17EZ", "i10"], remove=["J18.9"])
    assert (changed.principal, changed.secondary, changed.procedures) == ("J9601", ("I10",), ("0BH17EZ",))


def test_every_code_of_the_grouper_is_told_apart_by_its_shape() -> None:
    grouper = engine("v43.1")
    assert not [code for code in grouper.dxmap if is_procedure(code)]
    assert not [code for code in grouper.prmap if len(code) == 7 and not is_procedure(code)]
