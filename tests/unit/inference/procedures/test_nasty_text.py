"""Texts that nobody wrote as a note: no exception, verbatim evidence, few suggestions however often it is said."""

from __future__ import annotations

import pytest

from inference.procedures import Procedures
from inference.schema import ChartText, NoteText, Setting
from tests.unit.inference.procedures.notes import proposed

NASTY = {
    "nothing": "",
    "blank": " \n\t\n",
    "a heading alone": "PROCEDURE:",
    "headings only": "PROCEDURE:\n" * 500,
    "one word": "appendectomy",
    "many times": "PROCEDURE PERFORMED: Left knee arthroscopy with biopsy of the left kidney.\n" * 300,
    "no stops": "biopsy " * 3000,
    "brackets": "(" * 20_000,
    "surrogates": "PROCEDURE: append\ud800ectomy. Colonoscopy\udfff with biopsy.",
    "zero width": "PROCEDURE: Append\u200bectomy, laparoscopic.",
    "right to left": "PROCEDURE: \u202eLaparoscopic appendectomy\u202c.",
    "accents": "PROCÉDURE: Appendectomy, écho, naïve.",
    "astral": "PROCEDURE: 🦴 Open appendectomy 🦴 left.",
    "huge dose": "PLAN: Ceftriaxone 999999999999 g IM given in clinic.",
    "no dose but digits": "PLAN: Ceftriaxone . mg IM given in clinic , , .",
    "huge hours": "HOSPITAL COURSE: Mechanical ventilation was initiated for 999 days.",
}


@pytest.mark.parametrize("setting", list(Setting), ids=[each.value for each in Setting])
@pytest.mark.parametrize("text", NASTY.values(), ids=list(NASTY))
def test_nasty_text_gives_few_suggestions_with_verbatim_evidence(
    procedures: Procedures, text: str, setting: Setting
) -> None:
    found = proposed(procedures, text, setting)
    assert len(found) <= 20
    for item in found:
        assert 1 <= len(item.evidence) <= 6
        assert all(text[span.begin : span.end] == span.text for span in item.evidence)


def test_evidence_names_the_note_in_which_it_stands(procedures: Procedures) -> None:
    notes = (NoteText("a", "HOSPITAL COURSE: Uneventful."), NoteText("b", "PROCEDURE: Open appendectomy."))
    (found,) = procedures.propose(ChartText(notes, setting=Setting.INPATIENT), {})
    assert [span.note for span in found.evidence] == ["b"]


def test_the_same_procedure_in_two_notes_is_one_suggestion_with_both_places(procedures: Procedures) -> None:
    notes = tuple(NoteText(key, "PROCEDURE: Open appendectomy.") for key in "ab")
    (found,) = procedures.propose(ChartText(notes, setting=Setting.INPATIENT), {})
    assert sorted(span.note for span in found.evidence) == ["a", "b"]


def test_the_same_chart_has_the_same_answer(procedures: Procedures) -> None:
    text = "PROCEDURES:\n1. EGD with biopsy.\n2. Left knee arthroscopy.\n3. Transfusion of platelets."
    assert proposed(procedures, text, Setting.INPATIENT) == proposed(procedures, text, Setting.INPATIENT)
