"""The official guidelines, rule by rule, on small notes."""

from __future__ import annotations

import pytest

from inference.coding.book import Book
from inference.coding.specificity import Setting as Around
from inference.coding.specificity import both_sides, specify
from inference.schema import Band, Setting
from tests.unit.inference.conftest import Propose, codes


def around(words: str, side: str = "") -> Around:
    return Around(tuple(words.split()), side)


@pytest.mark.parametrize(
    ("category", "words", "side", "expected"),
    [
        ("M25.56", "knee pain", "right", "M25561"),
        ("M25.56", "knee pain", "", "M25569"),
        ("G43", "migraine", "", "G43909"),
        ("N18", "chronic kidney disease stage 4", "", "N184"),
        ("N18.3", "chronic kidney disease stage 3", "", "N1830"),
        ("N18.3", "chronic kidney disease stage 3b", "", "N1832"),
        ("E11", "type 2 diabete", "", "E119"),
        ("S52.53", "colle fracture", "left", "S52532A"),
        ("S52.53", "open colle fracture", "left", "S52532B"),
        ("S52.53", "healing colle fracture", "left", "S52532D"),
        ("S62.60", "distal phalanx fracture middle finger", "right", "S62632A"),
        ("S62.60", "nondisplaced distal phalanx fracture middle finger", "right", "S62662A"),
        ("J45.909", "asthma with acute exacerbation", "", "J45901"),
        ("K59.0", "constipation", "", "K5900"),
        ("L97.5", "foot ulcer", "left", "L97529"),
        ("M97.0", "periprosthetic fracture hip", "left", "M9702XA"),
    ],
)
def test_the_most_specific_supported_code(book: Book, category: str, words: str, side: str, expected: str) -> None:
    assert specify(book, category.replace(".", ""), around(words, side)) == expected


def test_a_side_is_never_invented(book: Book) -> None:
    # The book has a right and a left code here, and none for a side that is not documented.
    assert specify(book, "M970", around("periprosthetic fracture hip")) == ""


def test_both_sides_take_one_bilateral_code_or_two(book: Book) -> None:
    assert both_sides(book, "G560", around("carpal tunnel syndrome", "bilateral")) == ["G5603"]
    assert both_sides(book, "M770", around("medial epicondylitis", "bilateral")) == ["M7701", "M7702"]


def test_a_category_the_release_does_not_have_gives_nothing(book: Book) -> None:
    assert specify(book, "Z99999", around("")) == ""


def test_diabetes_takes_its_documented_complications(propose: Propose) -> None:
    found = codes(propose("ASSESSMENT\n1. Type 2 diabetes.\n2. Chronic kidney disease, stage 4.\n"))
    assert {"E1122", "N184"} <= found
    assert "E119" not in found


def test_poorly_controlled_diabetes_is_with_hyperglycemia(propose: Propose) -> None:
    assert "E1165" in codes(propose("ASSESSMENT\n1. Type 2 diabetes, poorly controlled.\n"))
    assert "E119" in codes(propose("ASSESSMENT\n1. Type 2 diabetes, well controlled.\n"))


def test_insulin_use_is_coded_beside_type_2_diabetes(propose: Propose) -> None:
    note = "MEDICATIONS\nInsulin glargine 20 units nightly.\nASSESSMENT\n1. Type 2 diabetes.\n"
    assert "Z794" in codes(propose(note))
    assert "Z794" not in codes(propose(note.replace("Type 2", "Type 1")))


@pytest.mark.parametrize(
    ("listed", "expected", "without"),
    [
        ("1. Hypertension.\n2. Congestive heart failure.", {"I110", "I509"}, "I10"),
        ("1. Hypertension.\n2. CKD stage 4.", {"I129", "N184"}, "I10"),
        ("1. Hypertension.\n2. CKD stage 5.", {"I120", "N185"}, "I10"),
        ("1. Hypertension.\n2. Heart failure.\n3. CKD stage 4.", {"I130", "I509", "N184"}, "I110"),
    ],
)
def test_hypertension_joins_heart_and_kidney_disease(
    propose: Propose, listed: str, expected: set[str], without: str
) -> None:
    found = codes(propose(f"ASSESSMENT\n{listed}\n"))
    assert expected <= found
    assert without not in found


def test_heart_failure_type_and_acuity(propose: Propose) -> None:
    assert "I5023" in codes(propose("ASSESSMENT\n1. Acute on chronic systolic heart failure.\n"))
    assert "I5032" in codes(propose("ASSESSMENT\n1. Chronic diastolic heart failure.\n"))


def test_uncertain_diagnoses_count_for_inpatients_only(propose: Propose) -> None:
    note = "DISCHARGE DIAGNOSES\n1. Probable pneumonia\n"
    assert "J189" in codes(propose(note, setting=Setting.INPATIENT))
    assert "J189" not in codes(propose(note, setting=Setting.OUTPATIENT))


def test_negated_and_family_conditions_are_never_proposed(propose: Propose) -> None:
    note = "HPI\nDenies asthma. No gout.\nFAMILY HISTORY\nFather: hypertension, gout.\nASSESSMENT\n1. Migraine.\n"
    assert codes(propose(note)).isdisjoint({"J45909", "M109", "I10"})


def test_a_cancer_that_was_removed_is_history(propose: Propose) -> None:
    found = codes(propose("ASSESSMENT\n1. History of prostate cancer.\n", sex="M"))
    assert "Z8546" in found
    assert "C61" not in found


def test_an_injury_brings_its_cause_and_hides_its_pain(propose: Propose) -> None:
    outcome = propose(
        "HPI\nShe slipped on ice and fell. Right ankle pain since.\nASSESSMENT\n1. Right ankle sprain.\n"
    )
    assert {"S93401A", "W000XXA"} <= codes(outcome)
    assert "M25571" not in {proposal.code for proposal in outcome.proposals if proposal.band is not Band.LOW}


def test_an_activity_without_an_injury_is_no_code(propose: Propose) -> None:
    assert not any(
        c.startswith("Y93") for c in codes(propose("HPI\nShe enjoys playing tennis.\nASSESSMENT\n1. Gout.\n"))
    )


def test_a_side_named_elsewhere_completes_the_diagnosis(propose: Propose) -> None:
    note = "CHIEF COMPLAINT\nLeft knee pain.\nASSESSMENT\n1. Medial meniscus tear.\n"
    assert "S83242A" in codes(propose(note))


def test_two_named_sides_complete_nothing(propose: Propose) -> None:
    note = "HPI\nThe right knee hurts. The left knee is swollen.\nASSESSMENT\n1. Knee osteoarthritis.\n"
    assert "M179" in codes(propose(note))


def test_chronic_pain_of_a_site_is_coded_with_its_site(propose: Propose) -> None:
    assert {"G8929", "M5450"} <= codes(propose("ASSESSMENT\n1. Chronic low back pain.\n"))
    assert "G8929" not in codes(propose("ASSESSMENT\n1. Low back pain.\n"))


def test_symptoms_of_a_listed_disease_rank_below_it(propose: Propose) -> None:
    outcome = propose("HPI\nCough and shortness of breath.\nASSESSMENT\n1. Pneumonia.\n2. Cough.\n")
    found = {proposal.code: proposal.confidence for proposal in outcome.proposals}
    assert found["J189"] > found["R059"]


def test_a_listed_problem_outranks_a_mention_in_passing(propose: Propose) -> None:
    outcome = propose("REVIEW OF SYSTEMS\nReports headache.\nASSESSMENT\n1. Hypertension.\n")
    found = {proposal.code: proposal for proposal in outcome.proposals}
    assert found["I10"].band is not Band.LOW
    assert found["R519"].band is Band.LOW


def test_a_wound_without_a_site_takes_the_site_of_its_story(propose: Propose) -> None:
    note = "HPI\nA dog ran into her and her left thigh hurts. The left thigh is blue.\nASSESSMENT\n1. Contusion.\n"
    assert "S7012XA" in codes(propose(note))
    assert "T148XXA" in codes(propose("ASSESSMENT\n1. Contusion.\n"))


def test_kidney_injury_on_kidney_disease_keeps_both(propose: Propose) -> None:
    found = codes(propose("DISCHARGE DIAGNOSES\n1. Acute kidney injury on CKD stage 3b.\n", setting=Setting.INPATIENT))
    assert {"N179", "N1832"} <= found


def test_chronic_disease_counts_for_more_in_a_stay(propose: Propose) -> None:
    note = "PAST MEDICAL HISTORY\nHypothyroidism.\nDISCHARGE DIAGNOSES\n1. Pneumonia.\n"
    stay, visit = (propose(note, setting=setting) for setting in (Setting.INPATIENT, Setting.OUTPATIENT))
    confidence = [{p.code: p.confidence for p in outcome.proposals}["E039"] for outcome in (stay, visit)]
    assert confidence[0] > confidence[1]


def test_the_specific_code_of_a_category_takes_over_the_vague_one(propose: Propose) -> None:
    found = codes(propose("HPI\nHas chronic kidney disease.\nASSESSMENT\n1. Chronic kidney disease, stage 4.\n"))
    assert "N184" in found
    assert "N189" not in found


def test_two_complications_of_diabetes_both_stay(propose: Propose) -> None:
    found = codes(propose("ASSESSMENT\n1. Type 2 diabetes with neuropathy.\n2. CKD stage 4.\n"))
    assert {"E1140", "E1122"} <= found
