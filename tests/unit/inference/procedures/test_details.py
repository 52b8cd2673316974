"""Side, approach, device, duration, units: what the words around a procedure decide, and what silence costs."""

from __future__ import annotations

import pytest

from inference.procedures import Procedures
from inference.schema import Band, Setting
from medcode.codebook.models import CodeSystem
from medcode.codebook.search.building import Row
from tests.unit.inference.procedures.conftest import book, demo
from tests.unit.inference.procedures.notes import codes, proposed

BUILT = {
    "open by conversion": ("PROCEDURE: Laparoscopic appendectomy converted to open.", "0DTJ0ZZ"),
    "robot": ("PROCEDURE: Robotic-assisted radical prostatectomy.", "0VT04ZZ"),
    "open fracture is no approach": (
        "PROCEDURE: Closed reduction with percutaneous pinning of open fracture of the left tibia.",
        "0QSH34Z",
    ),
    "side from the title": ("PROCEDURE: Left knee surgery. Total knee arthroplasty, left, cemented.", "0SRD0J9"),
    "both sides": ("PROCEDURE: Bilateral total knee arthroplasty, cemented.", "0SRC0J9"),
    "hours": ("HOSPITAL COURSE: Mechanical ventilation was initiated for 20 hours.", "5A1935Z"),
    "days": ("HOSPITAL COURSE: She was on mechanical ventilation for 4 days and was extubated, tolerated.", "5A1945Z"),
    "week": ("HOSPITAL COURSE: Mechanical ventilation was initiated and continued for 9 days.", "5A1955Z"),
    "diagnostic": ("PROCEDURE: Diagnostic paracentesis.", "0W9G3ZX"),
    "therapeutic": ("PROCEDURE: Therapeutic paracentesis, 4 liters.", "0W9G3ZZ"),
    "central line given": ("HOSPITAL COURSE: Packed red blood cells were transfused.", "30233N1"),
    "generic": ("PROCEDURE: Excision of mass of the left parotid gland, open.", "0CB90ZZ"),
    "no contrast": ("PROCEDURE: CT head, no IV contrast.", "B020ZZZ"),
}


@pytest.mark.parametrize(("text", "code"), BUILT.values(), ids=list(BUILT))
def test_words_around_a_procedure_decide_its_characters(procedures: Procedures, text: str, code: str) -> None:
    assert code in codes(procedures, text, Setting.INPATIENT)


def test_a_side_that_is_not_written_is_not_invented(procedures: Procedures) -> None:
    found = proposed(procedures, "PROCEDURE: Total knee arthroplasty, cemented.", Setting.INPATIENT)
    assert {item.code for item in found} == {"0SRC0J9", "0SRD0J9"}
    assert all(item.band is Band.LOW and "side not documented" in item.reason for item in found)


def test_an_axis_left_open_costs_confidence_and_is_said(procedures: Procedures) -> None:
    (silent,) = (
        item for item in proposed(procedures, "PROCEDURE: Splenectomy.", Setting.INPATIENT) if item.code == "07TP0ZZ"
    )
    (said,) = proposed(procedures, "PROCEDURE: Open splenectomy.", Setting.INPATIENT)
    assert said.code == silent.code
    assert silent.confidence < said.confidence
    assert "approach not documented" in silent.reason


def test_the_date_of_a_procedure_stands_in_the_reason(procedures: Procedures) -> None:
    (found,) = proposed(procedures, "PROCEDURE: Open appendectomy on 3/14/2026.", Setting.INPATIENT)
    assert "dated 3/14/2026" in found.reason


INTEGRAL = {
    "inspection": ("PROCEDURE: EGD with esophageal dilation.", "0DJ08ZZ"),
    "approach": ("OPERATION: Exploratory laparotomy, splenectomy.", "0WJG0ZZ"),
    "anesthesia": ("PROCEDURE: Open appendectomy. The patient was intubated.", "0BH17EZ"),
    "repair beside mesh": (
        "PROCEDURE: Open right inguinal hernia repair with mesh. Inguinal hernia repair.",
        "0YQ50ZZ",
    ),
}


@pytest.mark.parametrize(("text", "code"), INTEGRAL.values(), ids=list(INTEGRAL))
def test_a_part_of_a_procedure_is_not_coded_beside_it(procedures: Procedures, text: str, code: str) -> None:
    found = codes(procedures, text, Setting.INPATIENT)
    assert found
    assert code not in found


UNITS = {
    "rounded up": ("PLAN: Ceftriaxone 600 mg IM given in clinic.", "J0696", "3 × 250 mg"),
    "grams": ("PLAN: Ceftriaxone 2 g IM given in clinic.", "J0696", "8 × 250 mg"),
    "brand name": ("PLAN: Toradol 60 mg IM given in office.", "J1885", "4 × 15 mg"),
    "dose before the name": ("PROCEDURE: 80 mg of Kenalog was injected into the knee.", "J3301", "8 × 10 mg"),
    "no dose": ("PLAN: Ketorolac IM given in office.", "J1885", "dose not documented"),
}


@pytest.mark.parametrize(("text", "code", "said"), UNITS.values(), ids=list(UNITS))
def test_units_follow_from_dose_and_title(procedures: Procedures, text: str, code: str, said: str) -> None:
    (found,) = (item for item in proposed(procedures, text, Setting.OUTPATIENT) if item.code == code)
    assert said in found.reason


@pytest.mark.parametrize(
    "text",
    [
        "PLAN: Start ketorolac 10 mg tablets by mouth.",
        "PLAN: Ondansetron 4 mg PO given at home.",
        "MEDICATIONS: Vitamin B12 1000 mcg IM monthly.",
        "PLAN: Prescribed dexamethasone 4 mg daily.",
    ],
    ids=["tablets", "by mouth", "medication list", "prescribed"],
)
def test_a_drug_that_was_not_given_here_is_not_billed(procedures: Procedures, text: str) -> None:
    assert not codes(procedures, text, Setting.OUTPATIENT)


def test_other_services_are_looked_for_among_the_loaded_titles() -> None:
    titles = [
        Row("90001", "Repair of wound, made up for a test; 2.5 cm or less", True),
        Row("90002", "Repair of wound, made up for a test; 2.6 cm to 7.5 cm", True),
    ]
    coder = Procedures([book(CodeSystem.CPT, [*demo("demo_cpt.tsv"), *titles])])
    found = proposed(coder, "PROCEDURE: Laceration repair of the cheek, layered, 4 cm.", Setting.OUTPATIENT)
    assert [item.code for item in found] == ["90002"]
    assert found[0].band is Band.LOW
    assert "read the descriptor" in found[0].reason


def test_inpatients_get_no_services_and_outpatients_no_icd_10_pcs(procedures: Procedures) -> None:
    text = "PROCEDURE: Laparoscopic appendectomy. EKG performed today."
    systems = {setting: {item.code_system for item in proposed(procedures, text, setting)} for setting in Setting}
    assert systems[Setting.INPATIENT] == {CodeSystem.ICD10PCS}
    assert systems[Setting.OUTPATIENT] == {CodeSystem.CPT}
