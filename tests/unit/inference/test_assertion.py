"""ConText: who has what, when, and how surely."""

from __future__ import annotations

import pytest

from inference.text.assertion import Status, scopes, status_of
from inference.text.tokens import tokens

NEGATED, FAMILY, HYPOTHETICAL = Status.NEGATED, Status.FAMILY, Status.HYPOTHETICAL
POSSIBLE, HISTORICAL, AFFIRMED = Status.POSSIBLE, Status.HISTORICAL, Status.AFFIRMED
RESOLVED = Status.RESOLVED


def status(sentence: str, mention: str) -> Status:
    begin = sentence.index(mention)
    words = tokens(sentence)
    return status_of(words, scopes(words), begin, begin + len(mention))


@pytest.mark.parametrize(
    ("sentence", "mention", "expected"),
    [
        ("He denies chest pain.", "chest pain", NEGATED),
        ("Denies fever, chills, nausea, vomiting, or diarrhea", "diarrhea", NEGATED),
        ("Denies fever but reports cough", "cough", AFFIRMED),
        ("Negative for cough. Positive for fever", "cough", NEGATED),
        ("Chest x-ray shows no evidence of pneumonia", "pneumonia", NEGATED),
        ("Pneumonia was ruled out", "Pneumonia", NEGATED),
        ("Gram negative pneumonia", "pneumonia", AFFIRMED),
        ("Diabetes, not well controlled", "Diabetes", AFFIRMED),
        ("No improvement in her cough", "cough", AFFIRMED),
        ("Mother had breast cancer", "breast cancer", FAMILY),
        ("Family history of diabetes", "diabetes", FAMILY),
        ("Call if you develop fever", "fever", HYPOTHETICAL),
        ("CT to rule out appendicitis", "appendicitis", HYPOTHETICAL),
        ("Risks include infection", "infection", HYPOTHETICAL),
        ("Possible pneumonia", "pneumonia", POSSIBLE),
        ("Findings consistent with pneumonia", "pneumonia", POSSIBLE),
        ("Foot pain, likely due to gout", "gout", POSSIBLE),
        ("Foot pain, likely due to gout", "Foot pain", AFFIRMED),
        ("History of pneumonia", "pneumonia", HISTORICAL),
        ("Past medical history significant for asthma", "asthma", AFFIRMED),
        ("A 3-day history of cough", "cough", AFFIRMED),
        ("History of stroke with residual weakness", "weakness", AFFIRMED),
        ("On heparin for DVT prophylaxis", "DVT", HYPOTHETICAL),
        ("Flu/COVID neg", "Flu", NEGATED),
        ("UA neg for infection", "infection", NEGATED),
        ("Chest pain w/o dyspnea", "dyspnea", NEGATED),
        ("CT to r/o appendicitis", "appendicitis", HYPOTHETICAL),
        ("Will screen for diabetes", "diabetes", HYPOTHETICAL),
        ("Flu shot given", "Flu shot", AFFIRMED),
        ("AKI, resolved", "AKI", RESOLVED),
        ("Asthma is stable", "Asthma", AFFIRMED),
        ("70-year-old man with gout", "gout", AFFIRMED),
    ],
)
def test_status(sentence: str, mention: str, expected: Status) -> None:
    assert status(sentence, mention) is expected


def test_denial_outranks_doubt_and_history() -> None:
    assert status("No history of possible seizures", "seizures") is NEGATED


def test_words_that_do_not_end_a_denial_end_a_history() -> None:
    assert status("Denies pain with swelling", "swelling") is NEGATED
    assert status("History of diabetes with neuropathy", "neuropathy") is AFFIRMED


def test_a_history_told_after_a_denial_is_not_denied() -> None:
    assert status("Without known drug allergies, with a history of gout", "gout") is HISTORICAL
    assert status("Several risk factors: hypertension, obesity", "hypertension") is AFFIRMED
