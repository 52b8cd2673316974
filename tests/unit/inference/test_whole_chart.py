"""What only the whole chart decides: types and stages, several notes, status, pregnancy."""

from __future__ import annotations

from inference.engine import Engine
from inference.schema import ChartText, MedicationFact, NoteText, Outcome, Setting
from tests.unit.inference.conftest import codes

SUMMARY, PROGRESS, REPORT = "Discharge summary", "Progress note", "Radiology report"


def stay(builtin: Engine, *notes: tuple[str, str], drugs: tuple[str, ...] = (), sex: str = "F") -> Outcome:
    texts = tuple(NoteText(str(number), text, kind) for number, (kind, text) in enumerate(notes))
    facts = tuple(MedicationFact(drug) for drug in drugs)
    return builtin.propose(ChartText(notes=texts, setting=Setting.INPATIENT, sex=sex, age=30, medications=facts))


def test_the_type_of_diabetes_is_resolved_over_all_notes(builtin: Engine) -> None:
    found = codes(
        stay(
            builtin,
            ("History and physical", "PMH: type 1 DM.\nASSESSMENT\n1. DKA.\n"),
            (SUMMARY, "DISCHARGE DIAGNOSES\n1. Diabetic ketoacidosis.\n2. Diabetic gastroparesis.\n"),
        )
    )
    assert {"E1010", "E1043", "K3184"} <= found
    assert not any(code.startswith(("E11", "E109")) for code in found)


def test_a_chart_has_one_stage_of_kidney_disease(builtin: Engine) -> None:
    found = codes(
        stay(
            builtin, (PROGRESS, "ASSESSMENT\n1. CKD stage 3a.\n"), (SUMMARY, "DISCHARGE DIAGNOSES\n1. CKD stage 4.\n")
        )
    )
    assert "N184" in found
    assert "N1831" not in found


def test_an_uncertain_diagnosis_counts_only_at_discharge(builtin: Engine) -> None:
    early = (PROGRESS, "ASSESSMENT\n1. Probable pneumonia.\n")
    end = (SUMMARY, "DISCHARGE DIAGNOSES\n1. Hypertension.\n")
    assert "J189" not in codes(stay(builtin, early, end))
    late = (SUMMARY, "DISCHARGE DIAGNOSES\n1. Probable pneumonia.\n")
    assert "J189" in codes(stay(builtin, end, late))


def test_what_was_treated_and_resolved_in_a_stay_is_coded(builtin: Engine) -> None:
    final = (SUMMARY, "DISCHARGE DIAGNOSES\n1. Acute kidney injury, resolved.\n")
    assert "N179" in codes(stay(builtin, (PROGRESS, "Doing well.\n"), final))


def test_copying_forward_changes_no_confidence(builtin: Engine) -> None:
    copied = (PROGRESS, "ASSESSMENT\n1. Gout.\n")
    final = (SUMMARY, "DISCHARGE DIAGNOSES\n1. Pneumonia.\n2. Gout.\n")
    few, many = stay(builtin, copied, final), stay(builtin, copied, copied, copied, copied, final)
    assert [(p.code, p.confidence) for p in few.proposals] == [(p.code, p.confidence) for p in many.proposals]


def test_a_report_alone_lists_no_problem(builtin: Engine) -> None:
    final = (SUMMARY, "DISCHARGE DIAGNOSES\n1. Pneumonia.\n")
    found = {p.code: p for p in stay(builtin, (REPORT, "IMPRESSION\n1. Atelectasis.\n"), final).proposals}
    assert "J9811" not in found or found["J9811"].confidence < found["J189"].confidence


def test_prophylaxis_and_negative_tests_are_no_diagnoses(builtin: Engine) -> None:
    text = "DISCHARGE DIAGNOSES\n1. Cellulitis of left leg.\nCOURSE\nVTE prophylaxis given. Flu/COVID neg.\n"
    assert codes(stay(builtin, (SUMMARY, text))).isdisjoint({"I8290", "J1110", "J111", "U071"})


def test_long_term_drugs_need_the_list_and_a_note(builtin: Engine) -> None:
    final = (SUMMARY, "DISCHARGE DIAGNOSES\n1. Atrial fibrillation, on apixaban.\n")
    assert "Z7901" in codes(stay(builtin, final, drugs=("Apixaban 5 mg",)))
    assert "Z7952" not in codes(stay(builtin, final, drugs=("Prednisone 40 mg",)))


def test_delivery_brings_weeks_and_outcome(builtin: Engine) -> None:
    text = (
        "HPI\nG2P1 at 39w2d gestation, in labor.\nHOSPITAL COURSE\nSpontaneous vaginal delivery of a vigorous girl, "
        "Apgars 8 and 9.\nDISCHARGE DIAGNOSES\n1. Severe pre-eclampsia.\n2. Obesity.\n"
    )
    assert {"Z3A39", "Z370", "O1414", "O99214"} <= codes(stay(builtin, (SUMMARY, text)))


def test_asthma_takes_severity_and_exacerbation_together(builtin: Engine) -> None:
    notes = ((PROGRESS, "ASSESSMENT\n1. Asthma exacerbation.\n"),)
    final = (SUMMARY, "DISCHARGE DIAGNOSES\n1. Moderate persistent asthma.\n2. Asthma exacerbation.\n")
    assert "J4541" in codes(stay(builtin, *notes, final))


def test_no_chart_shows_more_low_suggestions_than_the_card_allows(builtin: Engine) -> None:
    listed = (
        "HPI\nReports cough, fever, rash, nausea, dizziness, fatigue, back pain, headache.\nASSESSMENT\n1. Gout.\n"
    )
    outcome = stay(builtin, (PROGRESS, listed))
    assert all(p.confidence >= builtin.calibrated.floor for p in outcome.proposals)
    assert len(outcome.proposals) <= 15 + 2
