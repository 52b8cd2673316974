"""Sections, sentences and problems: what stands where, with exact offsets."""

from __future__ import annotations

import itertools

import pytest

from inference.text.problems import problems
from inference.text.sections import Kind, sections
from inference.text.sentences import LONGEST_SENTENCE, sentences
from inference.text.tokens import fold, norms, tokens


def kinds(text: str) -> list[Kind]:
    return [section.kind for section in sections(text)]


def named(text: str) -> list[str]:
    found = problems(text, sentences(text, sections(text)))
    return [text[problem.begin : problem.end].strip(" .") for problem in found]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("PAST MEDICAL HISTORY", Kind.PMH),
        ("Past Medical History:", Kind.PMH),
        ("## Past medical history", Kind.PMH),
        ("**Family History:**", Kind.FAMILY),
        ("3. Assessment and Plan:", Kind.ASSESSMENT),
        ("A/P:", Kind.ASSESSMENT),
        ("Discharge Diagnoses:", Kind.DIAGNOSES),
        ("Review of Systems", Kind.ROS),
        ("Brief Hospital Course:", Kind.COURSE),
        ("CC:", Kind.CHIEF_COMPLAINT),
    ],
)
def test_a_heading_opens_its_section(heading: str, kind: Kind) -> None:
    text = f"Some words before.\n{heading}\nAnd a line below it.\n"
    last = sections(text)[-1]
    assert last.kind is kind
    assert text[last.begin : last.end].strip() == "And a line below it."


def test_text_behind_a_heading_on_its_line_belongs_to_the_section() -> None:
    text = "HPI: Cough for a week.\nAssessment: Acute bronchitis."
    assert kinds(text) == [Kind.HPI, Kind.ASSESSMENT]
    assert text[sections(text)[-1].begin :].strip() == "Acute bronchitis."


def test_a_problem_in_capitals_does_not_end_the_assessment() -> None:
    assert kinds("ASSESSMENT\nHYPERTENSION\nContinue lisinopril.\n") == [Kind.ASSESSMENT]


def test_sections_cover_the_note_without_overlap() -> None:
    text = "x\nHPI:\na b\nPLAN\nc\n"
    parts = sections(text)
    assert all(left.end <= right.begin for left, right in itertools.pairwise(parts))
    assert parts[-1].end == len(text)


def test_sentences_split_at_stops_and_lines_but_not_at_titles_or_numbers() -> None:
    text = "Seen by Dr. Hall today. BP is 120.5 over 80.\nNo cough"
    parts = [text[s.begin : s.end] for s in sentences(text, sections(text))]
    assert parts == ["Seen by Dr. Hall today", "BP is 120.5 over 80.", "No cough"]


def test_a_wrapped_line_goes_on_with_its_sentence() -> None:
    text = "The patient denies any recent fever, chills, productive cough,\nchest pain or palpitations."
    assert len(sentences(text, sections(text))) == 1


def test_an_endless_sentence_is_cut_so_that_work_stays_bounded() -> None:
    text = "word " * 5000
    assert all(s.end - s.begin <= LONGEST_SENTENCE for s in sentences(text, sections(text)))


def test_problems_are_found_in_numbered_bulleted_and_bare_lines() -> None:
    text = (
        "ASSESSMENT AND PLAN\nThe patient is doing well overall.\n"
        "1. Type 2 diabetes, uncontrolled.\nIncrease insulin.\n"
        "- COPD\nHypertension.\nMedical Treatment: Continue lisinopril.\nCHF - continue furosemide\n"
    )
    assert named(text) == ["Type 2 diabetes, uncontrolled", "COPD", "Hypertension", "CHF"]


def test_orders_and_labels_are_no_problems() -> None:
    assert named("PLAN\n1. Continue metformin.\n2. Return in 2 weeks.\nLabs: CBC\n") == []


def test_every_line_of_a_diagnosis_list_is_a_problem() -> None:
    text = "DISCHARGE DIAGNOSES:\n1. Acute kidney injury\n2. Patient has sepsis\n"
    assert named(text) == ["Acute kidney injury", "Patient has sepsis"]


@pytest.mark.parametrize(
    ("left", "right"),
    [("fractures", "fracture"), ("oedema", "edema"), ("Crohn's", "crohn"), ("biopsies", "biopsy"), ("masses", "mass")],
)
def test_words_fold_to_one_form(left: str, right: str) -> None:
    assert fold(left) == fold(right)


def test_a_word_ending_in_is_or_us_is_no_plural() -> None:
    assert fold("arthritis") == "arthritis"
    assert fold("sinus") == "sinus"


def test_roman_numerals_count_after_type_and_stage_only() -> None:
    assert [token.norm for token in tokens("type II, stage IV, IV fluids")] == [
        "type",
        "2",
        "stage",
        "4",
        "iv",
        "fluid",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("influenza A", ["influenza", "(a)"]),
        ("influenza a week ago", ["influenza", "a", "week", "ago"]),
        ("pain w/o radiation", ["pain", "without", "radiation"]),
        ("w/ cough", ["with", "cough"]),
        ("L knee", ["left", "knee"]),
        ("2 L nasal", ["2", "l", "nasal"]),
        ("POTS, AIDS, SIRS", ["pots", "aids", "sirs"]),
    ],
)
def test_neighbours_decide_what_a_short_word_is(text: str, expected: list[str]) -> None:
    assert norms(text) == expected
