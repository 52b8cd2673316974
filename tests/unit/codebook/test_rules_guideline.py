"""Rules of the guidelines that need no code book: for each, codes on which it fires and codes on which it does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from medcode.codebook.known import Facts
from medcode.codebook.rules import Case, Finding, check

ON = date(2026, 6, 1)
NOTHING_LOADED = Facts(ON)
INPATIENT = {"setting": "inpatient"}
OUTPATIENT: dict[str, Any] = {}


def found(codes: str, **patient: Any) -> list[Finding]:
    return check(Case.of(codes.split(), ON, **patient), NOTHING_LOADED)


# rule, codes that break it, codes that keep it, the patient
TABLE: list[tuple[str, str, str, dict[str, Any]]] = [
    ("duplicate", "I10 E78.5 I10", "I10 E78.5", OUTPATIENT),
    ("integral", "K35.80 R10.31", "K35.80 R42", OUTPATIENT),
    ("integral", "J18.9 R05.9", "J90 R05.9", OUTPATIENT),
    ("manifestation.first", "F02.80 G30.9", "G30.9 F02.80", OUTPATIENT),
    ("sepsis.no_infection", "R65.20 N17.9", "A41.9 R65.20 N17.9", INPATIENT),
    ("sepsis.no_infection", "R65.21 J96.01", "P36.9 R65.21 J96.01", INPATIENT),
    ("sepsis.order", "R65.20 A41.9 N17.9", "A41.9 R65.20 N17.9", INPATIENT),
    ("sepsis.organ", "A41.9 R65.20", "A41.9 R65.20 J96.01", INPATIENT),
    ("sepsis.severe", "A41.9 N17.9", "A41.9 I10", INPATIENT),
    ("sepsis.sirs", "A41.9 R65.10", "K85.90 R65.10", INPATIENT),
    ("sepsis.shock", "A41.9 R65.20 R65.21 N17.9", "A41.9 R65.21 N17.9", INPATIENT),
    ("sepsis.procedure", "T81.44XA A41.9 R65.21 N17.9", "T81.44XA A41.9 T81.12XA N17.9", INPATIENT),
    ("sepsis.localized", "J18.9 A41.9", "A41.9 J18.9", INPATIENT),
    ("sepsis.newborn", "A41.9", "P36.9", {"setting": "inpatient", "age_days": 5}),
    ("covid.order", "J12.82 U07.1", "U07.1 J12.82", INPATIENT),
    ("covid.order", "J96.01 U07.1", "O98.513 J96.01 U07.1", INPATIENT),
    ("covid.pneumonia", "J12.82", "U07.1 J12.82", INPATIENT),
    ("covid.other_pneumonia", "U07.1 J18.9", "U07.1 J12.82", INPATIENT),
    ("covid.contradiction", "U07.1 Z20.822", "R05.9 Z20.822", OUTPATIENT),
    ("covid.contradiction", "U07.1 Z86.16", "I10 Z86.16", OUTPATIENT),
    ("covid.pregnancy", "O26.893 U07.1 Z3A.30", "O98.513 U07.1 Z3A.30", OUTPATIENT),
    ("covid.post", "U09.9 R53.83", "R53.83 U09.9", OUTPATIENT),
    ("covid.old_code", "U07.1 B97.29", "U07.1 J12.82", OUTPATIENT),
    ("diabetes.with", "E11.9 N18.30", "E11.22 N18.30", OUTPATIENT),
    ("diabetes.with", "E11.65 G62.9", "E11.65 E11.42", OUTPATIENT),
    ("diabetes.with", "E10.9 K31.84", "E10.43 K31.84", OUTPATIENT),
    ("diabetes.with", "E11.9 L97.512", "E11.621 L97.512", OUTPATIENT),
    ("diabetes.with", "E11.9 L97.811", "E11.9 I83.018 L97.811", OUTPATIENT),
    ("diabetes.with", "E13.9 I96", "E13.52", OUTPATIENT),
    ("diabetes.uncomplicated", "E11.9 E11.65", "E11.22 E11.65", OUTPATIENT),
    ("diabetes.types", "E10.9 E11.9", "E11.22 E11.65", OUTPATIENT),
    ("diabetes.secondary", "E08.9 K86.1", "K86.1 E08.9", OUTPATIENT),
    ("diabetes.drug_induced", "E09.9", "E09.9 T38.0X5A", OUTPATIENT),
    ("diabetes.insulin", "E10.9 Z79.4", "E11.9 Z79.4", OUTPATIENT),
    ("diabetes.control", "E11.9", "E11.9 Z79.84", OUTPATIENT),
    ("diabetes.control", "E13.9", "E10.9", OUTPATIENT),
    ("hypertension.heart", "I10 I50.22", "I11.0 I50.22", OUTPATIENT),
    ("hypertension.kidney", "I10 N18.30", "I12.9 N18.30", OUTPATIENT),
    ("hypertension.kidney", "I10 N18.6", "I10 N17.9", OUTPATIENT),
    ("hypertension.heart_kidney", "I10 I50.9 N18.4", "I13.0 I50.9 N18.4", OUTPATIENT),
    ("hypertension.heart_kidney", "I11.0 I50.9 N18.4", "I13.2 I50.9 N18.6", OUTPATIENT),
    ("hypertension.stage", "I12.9 N18.6", "I12.0 N18.6", OUTPATIENT),
    ("hypertension.stage", "I12.0 N18.31", "I12.9 N18.31", OUTPATIENT),
    ("hypertension.failure", "I11.9 I50.9", "I11.0 I50.9", OUTPATIENT),
    ("hypertension.additional", "I11.0", "I11.0 I50.9", OUTPATIENT),
    ("hypertension.additional", "I12.9", "I12.9 N18.9", OUTPATIENT),
    ("hypertension.two", "I10 I11.0 I50.9", "I11.0 I50.9", OUTPATIENT),
    ("hypertension.crisis", "I16.0", "I16.0 I10", OUTPATIENT),
    ("adverse_effect.order", "T36.0X5A L27.0", "L27.0 T36.0X5A", OUTPATIENT),
    ("underdosing.first", "T38.3X6A E11.65", "E11.65 T38.3X6A", OUTPATIENT),
    ("poisoning.order", "R40.20 T40.2X1A", "T40.2X1A R40.20", OUTPATIENT),
    ("drug.intents", "L27.0 T36.0X5A T36.0X1A", "L27.0 T36.0X5A T37.0X5A", OUTPATIENT),
    ("injury.episode", "S72.001A S72.001D", "S72.001A S72.002A", OUTPATIENT),
    ("fracture.episode", "S72.001A S52.501D", "S72.001A S52.501A", OUTPATIENT),
    ("I.C.20.a.6", "W10.9XXA S93.401A", "S93.401A W10.9XXA", OUTPATIENT),
    ("external.place", "S93.401A Y92.480 Y92.010", "S93.401A Y92.480", OUTPATIENT),
    ("external.activity", "S93.401A Y93.02 Y93.01", "S93.401A Y93.02", OUTPATIENT),
    ("external.status", "S93.401A Y99.8 Y99.0", "S93.401A Y99.8", OUTPATIENT),
    ("external.later", "S93.401D Y92.480", "S93.401A Y92.480", OUTPATIENT),
    ("external.missing", "S93.401A", "S93.401A W10.9XXA", OUTPATIENT),
    ("z.only_first", "I10 Z00.00", "Z00.00 I10", OUTPATIENT),
    ("z.never_first", "Z79.4 E11.9", "E11.9 Z79.4", OUTPATIENT),
    ("neoplasm.treatment_first", "C18.2 Z51.11", "Z51.11 C18.2", OUTPATIENT),
    ("glaucoma.stage", "H40.1110", "H40.1112", OUTPATIENT),
    ("pressure_ulcer.stages", "L89.152 L89.153", "L89.152 L89.312", OUTPATIENT),
    ("mce.age", "F03.90", "F90.0", {"age": 8}),
    ("mce.age", "Z38.00", "Z23", {"age": 8}),
    ("mce.age", "O80 Z37.0", "I10", {"age": 70}),
    ("mce.age", "Z00.129", "Z00.00", {"age": 40}),
    ("mce.sex", "N40.1", "N39.0", {"sex": "F"}),
    ("mce.sex", "O80 Z37.0", "N40.0", {"sex": "M"}),
    ("mce.principal", "Z87.891", "I21.4", INPATIENT),
    ("mce.principal", "B96.20 N39.0", "N39.0 B96.20", INPATIENT),
    ("mce.admission", "I10", "I16.0 I10", INPATIENT),
    ("bmi.age", "E66.9 Z68.35", "E66.9 Z68.54", {"age": 12}),
    ("poa.missing", "I10", "", INPATIENT),
]


@pytest.mark.parametrize(
    ("rule", "breaks", "keeps", "patient"), TABLE, ids=[f"{row[0]}-{number}" for number, row in enumerate(TABLE)]
)
def test_a_rule_fires_where_it_should_and_nowhere_else(
    rule: str, breaks: str, keeps: str, patient: dict[str, Any]
) -> None:
    assert rule in {finding.rule for finding in found(breaks, **patient)}
    assert rule not in {finding.rule for finding in found(keeps, **patient)}


def test_errors_come_first() -> None:
    severities = [finding.severity for finding in found("W10.9XXA E11.9 E11.65 N18.30 K35.80 R10.31")]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)


def test_a_finding_shows_codes_with_their_dots_and_names_its_source() -> None:
    (finding,) = [each for each in found("E11.9 N18.30 Z79.84") if each.rule == "diabetes.with"]
    assert finding.codes == ("E11.9", "N18.30")
    assert finding.source.startswith("ICD-10-CM Guidelines FY2026 I.A.15")
    assert finding.fix is not None
    assert (finding.fix.action, finding.fix.code, finding.fix.value) == ("replace", "E119", "E1122")


@pytest.mark.parametrize(
    ("codes", "combined"),
    [
        ("I10 I50.9", "I110"),
        ("I10 I51.7", "I119"),
        ("I10 N18.30", "I129"),
        ("I10 N18.5", "I120"),
        ("I10 I50.9 N18.30", "I130"),
        ("I10 I51.9 N18.30", "I1310"),
        ("I10 I51.9 N18.6", "I1311"),
        ("I10 I50.9 N18.6", "I132"),
        ("I12.9 N18.30 I50.9", "I130"),
        ("I11.0 I50.9 N18.5", "I132"),
    ],
)
def test_hypertension_is_combined_with_heart_and_kidney(codes: str, combined: str) -> None:
    fixes = [finding.fix for finding in found(codes) if finding.rule.startswith("hypertension.")]
    assert [(fix.action, fix.value) for fix in fixes if fix] == [("replace", combined)]


def test_hypertension_in_pregnancy_is_left_to_chapter_15() -> None:
    assert not [each for each in found("O10.913 I10 I50.9 Z3A.30") if each.rule.startswith("hypertension.")]


def test_an_uncertain_diagnosis_is_for_inpatients_only() -> None:
    codes, uncertain = "J18.9", frozenset({"J189"})
    assert "uncertain.outpatient" in {each.rule for each in found(codes, uncertain=uncertain)}
    assert "uncertain.outpatient" not in {each.rule for each in found(codes, uncertain=uncertain, **INPATIENT)}
    assert "uncertain.outpatient" not in {each.rule for each in found(codes)}


def test_covid_is_coded_only_when_confirmed_for_inpatients_too() -> None:
    uncertain = frozenset({"U071"})
    assert "uncertain.confirmed_only" in {each.rule for each in found("U07.1", uncertain=uncertain, **INPATIENT)}
    assert "uncertain.confirmed_only" not in {each.rule for each in found("U07.1", **INPATIENT)}


def test_one_move_is_asked_for_once() -> None:
    moves = [each.fix for each in found("J12.82 U07.1", **INPATIENT) if each.fix and each.fix.action == "move_before"]
    assert len(moves) == len({(move.code, move.value) for move in moves})


def test_nothing_is_said_of_codes_that_no_release_could_know() -> None:
    assert not [each for each in found("QQQ.9") if each.rule.startswith("code.")]
