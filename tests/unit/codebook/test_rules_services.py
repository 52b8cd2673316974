"""Rules about services, and those that read tables which a customer loads: NCCI, POA, modifiers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from medcode.codebook.known import AddOnRow, CodeFacts, Facts, Limit, Pair, Place
from medcode.codebook.rules import Case, Coded, Finding, check
from medcode.codebook.rules.ncci import BYPASS

ON = date(2026, 6, 1)
BEGAN = date(2020, 1, 1)
BUNDLED = Facts(ON, pairs=(Pair("47563", "74300", BEGAN, None, "0", "Standards of medical practice"),))
ALLOWED = Facts(ON, pairs=(Pair("11042", "97597", BEGAN, None, "1"),))


def lines(*services: str, day: date | None = None) -> Case:
    """Services written as "code:modifiers:units"."""
    coded = []
    for each in services:
        code, modifiers, units = [*each.split(":"), "", ""][:3]
        coded.append(Coded(code, "CPT", "", tuple(modifiers.split()), int(units or 1), day))
    return Case(tuple(coded), ON)


def rules_of(case: Case, facts: Facts = Facts(ON)) -> dict[str, Finding]:  # noqa: B008 - frozen
    return {finding.rule: finding for finding in check(case, facts)}


def test_a_cholangiogram_is_bundled_into_the_cholecystectomy_with_one() -> None:
    finding = rules_of(lines("74300", "47563"), BUNDLED)["ncci.ptp"]
    assert (finding.severity, finding.codes) == ("error", ("47563", "74300"))
    assert finding.fix is not None
    assert (finding.fix.action, finding.fix.code) == ("remove", "74300")
    assert finding.source.endswith("Standards of medical practice")


@pytest.mark.parametrize("order", [("47563", "74300"), ("74300", "47563")], ids=["column1-first", "column2-first"])
@pytest.mark.parametrize("modifier", ["", "59"], ids=["plain", "with-59"])
def test_no_modifier_sets_indicator_0_aside(order: tuple[str, str], modifier: str) -> None:
    assert "ncci.ptp" in rules_of(lines(*(f"{code}:{modifier}" for code in order)), BUNDLED)


@pytest.mark.parametrize("modifier", sorted(BYPASS))
@pytest.mark.parametrize("on_first", [True, False], ids=["on-column-1", "on-column-2"])
def test_an_ncci_modifier_sets_indicator_1_aside(modifier: str, on_first: bool) -> None:
    services = (f"11042:{modifier}", "97597") if on_first else ("11042", f"97597:{modifier}")
    found = rules_of(lines(*services), ALLOWED)
    assert "ncci.ptp" not in found
    assert found["ncci.ptp_modifier"].severity == "info"


def test_the_ncci_modifiers_are_those_of_the_policy_manual() -> None:
    assert {"59", "XE", "XS", "XP", "XU", "25", "57", "24", "58", "78", "79", "91", "27", "LT", "RT", "LM"} <= BYPASS
    assert not {"22", "26", "50", "51", "52", "76", "77", "TC"} & BYPASS


@pytest.mark.parametrize("modifier", ["", "26", "51", "76", "50"], ids=["none", "26", "51", "76", "50"])
def test_other_modifiers_do_not(modifier: str) -> None:
    finding = rules_of(lines("11042", f"97597:{modifier}"), ALLOWED)["ncci.ptp"]
    assert finding.fix is not None
    assert (finding.fix.action, finding.fix.code, finding.fix.value) == ("add_modifier", "97597", "59")


@pytest.mark.parametrize(
    ("pair", "fires"),
    [
        (Pair("11042", "97597", BEGAN, None, "9"), False),
        (Pair("11042", "97597", date(2026, 7, 1), None, "1"), False),
        (Pair("11042", "97597", ON, None, "1"), True),
        (Pair("11042", "97597", BEGAN, date(2026, 3, 31), "1"), False),
        (Pair("11042", "97597", BEGAN, ON, "1"), True),
    ],
    ids=["withdrawn", "not-yet", "from-today", "ended", "until-today"],
)
def test_an_edit_counts_from_its_first_day_to_its_last(pair: Pair, fires: bool) -> None:
    assert ("ncci.ptp" in rules_of(lines("11042", "97597"), Facts(ON, pairs=(pair,)))) is fires


def test_services_of_different_days_do_not_meet() -> None:
    first, second = Coded("11042", "CPT", service_date=ON), Coded("97597", "CPT", service_date=date(2026, 6, 2))
    assert "ncci.ptp" not in rules_of(Case((first, second), ON), ALLOWED)


def test_edits_that_are_not_loaded_are_told_once_and_only_where_there_are_services() -> None:
    found = check(lines("11042", "97597"), Facts(ON))
    assert [each.rule for each in found] == ["ncci.not_loaded"]
    assert "ncci.not_loaded" not in rules_of(Case.of(["I10"], ON))


@pytest.mark.parametrize(
    ("indicator", "services", "severity"),
    [
        ("1", ("97110::4",), "error"),
        ("1", ("97110::2", "97110:59:2"), ""),
        ("2", ("97110::2", "97110:59:2"), "error"),
        ("3", ("97110::2", "97110:59:2"), "warning"),
        ("3", ("97110::3",), ""),
    ],
    ids=["line-over", "lines-within", "day-over", "clinical-over", "day-within"],
)
def test_units_are_counted_by_line_or_by_day(indicator: str, services: tuple[str, ...], severity: str) -> None:
    found = rules_of(lines(*services), Facts(ON, limits={"97110": Limit(3, indicator)}))
    assert (found["ncci.mue"].severity if "ncci.mue" in found else "") == severity


@pytest.mark.parametrize(
    ("kind", "services", "fires"),
    [
        ("1", ("11046",), True),
        ("1", ("11046", "97597"), True),
        ("1", ("11046", "11043"), False),
        ("2", ("11046",), True),
        ("2", ("11046", "97597"), False),
    ],
    ids=["alone", "beside-another", "beside-its-primary", "contractor-alone", "contractor-beside-another"],
)
def test_an_add_on_needs_its_primary(kind: str, services: tuple[str, ...], fires: bool) -> None:
    row = AddOnRow("11043" if kind == "1" else "", kind, BEGAN, None)
    assert ("ncci.add_on" in rules_of(lines(*services), Facts(ON, add_ons={"11046": (row,)}))) is fires


@pytest.mark.parametrize(
    ("modifiers", "fires"),
    [("RT LT", True), ("50 RT", True), ("26 TC", True), ("58 78", True), ("78 79", True), ("76 77", True),
     ("59 XS", True), ("RT 59", False), ("25", False), ("26 59", False), ("50 51", False)],
)  # fmt: skip
def test_modifiers_that_contradict_are_found(modifiers: str, fires: bool) -> None:
    assert ("modifier.contradiction" in rules_of(lines(f"73564:{modifiers}"))) is fires


def test_a_modifier_has_two_characters_and_stands_once() -> None:
    found = rules_of(lines("73564:R 59 59"))
    assert {"modifier.form", "modifier.twice"} <= found.keys()
    assert not {"modifier.form", "modifier.twice"} & rules_of(lines("73564:RT 59")).keys()


@pytest.mark.parametrize(
    ("modifier", "fires"), [("LT", True), ("RT", False), ("50", False), ("T1", True), ("T6", False), ("59", False)]
)
def test_the_modifier_names_the_side_of_the_diagnosis(modifier: str, fires: bool) -> None:
    knee = CodeFacts("M1711", "ICD-10-CM", "billable", "Unilateral primary osteoarthritis, right knee")
    case = replace(lines(f"73564:{modifier}"), codes=(Coded("M1711"), *lines(f"73564:{modifier}").codes))
    assert ("modifier.side" in rules_of(case, Facts(ON, codes={("ICD-10-CM", "M1711"): knee}))) is fires


@pytest.mark.parametrize("modifier", ["", "76", "RT"])
def test_the_same_service_twice_needs_a_modifier(modifier: str) -> None:
    twice = rules_of(lines(f"73564:{modifier}", f"73564:{modifier}"))
    assert ("duplicate.service" in twice) is (modifier == "")
    assert "duplicate" not in twice


INPATIENT: dict[str, Any] = {"setting": "inpatient"}
EXEMPT = Facts(ON, poa_exempt=frozenset({"Z794"}))


@pytest.mark.parametrize(
    ("code", "poa", "rule"),
    [
        ("I10", "", "poa.missing"),
        ("Z794", "", ""),
        ("Z794", "Y", "poa.exempt"),
        ("Z794", "1", ""),
        ("I10", "1", "poa.required"),
        ("I10", "X", "poa.value"),
        ("I10", "W", ""),
    ],
)
def test_poa_is_required_or_exempt_by_the_list(code: str, poa: str, rule: str) -> None:
    found = rules_of(Case((Coded(code, poa=poa),), ON, **INPATIENT), EXEMPT)
    assert {name for name in found if name.startswith("poa.")} == ({rule} if rule else set())


def test_poa_without_the_list_says_so_where_it_matters() -> None:
    claimed = Case((Coded("Z794", poa="1"),), ON, **INPATIENT)
    assert "poa.no_list" in rules_of(claimed)
    assert "poa.no_list" not in rules_of(Case((Coded("Z794", poa="Y"),), ON, **INPATIENT))
    assert "poa.no_list" not in rules_of(claimed, EXEMPT)


def test_poa_is_not_for_outpatients() -> None:
    assert "poa.outpatient" in rules_of(Case((Coded("I10", poa="Y"),), ON))
    assert "poa.missing" not in rules_of(Case((Coded("I10"),), ON))


RELEASED = {"ICD-10-CM": "FY2026"}


def one(code: CodeFacts) -> dict[str, Finding]:
    facts = Facts(ON, codes={("ICD-10-CM", code.code): code}, editions=RELEASED)
    return rules_of(Case((Coded(code.code),), ON), facts)


def test_retired_future_and_unknown_codes_are_told_apart() -> None:
    retired = CodeFacts("E119", "ICD-10-CM", "retired", changed_on=date(2025, 9, 30), successors=("E1190",))
    finding = one(retired)["code.retired"]
    assert finding.sentence == "E11.9 was valid until September 30, 2025. Use E11.90."
    assert finding.fix is not None
    assert (finding.fix.action, finding.fix.value) == ("replace", "E1190")
    future = one(CodeFacts("E119", "ICD-10-CM", "future", changed_on=date(2026, 10, 1)))
    assert future["code.future"].sentence == "E11.9 is not valid before October 1, 2026."
    assert "code.unknown" in one(CodeFacts("E119", "ICD-10-CM"))
    assert not one(CodeFacts("I10", "ICD-10-CM", "billable", "Hypertension"))


def test_an_unspecified_side_is_a_warning_for_inpatients_only() -> None:
    sides = (Place("M1711", "Osteoarthritis, right knee", "code", True),)
    code = CodeFacts("M1710", "ICD-10-CM", "billable", "Osteoarthritis, unspecified knee", specified=sides)
    facts = Facts(ON, codes={("ICD-10-CM", "M1710"): code}, editions=RELEASED)
    assert rules_of(Case((Coded("M1710"),), ON), facts)["code.laterality"].severity == "info"
    assert rules_of(Case((Coded("M1710"),), ON, **INPATIENT), facts)["code.laterality"].severity == "warning"
