"""What the notes of the tabular name."""

from __future__ import annotations

import pytest

from medcode.codebook.references import instructions, intent, spans


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("lobar pneumonia, unspecified organism (J18.1)", "J181", "J189"),
        ("type 1 diabetes mellitus (E10.-)", "E1065", "E1165"),
        ("gestational diabetes (O24.4-)", "O24410", "O24311"),
        ("stage of chronic kidney disease (N18.1-N18.6)", "N1830", "N189"),
        ("certain infectious and parasitic diseases (A00-B99)", "B9789", "C000"),
        ("associated influenza (J09.X1, J10.0-, J11.0-)", "J09X1", "J09X2"),
        ("associated influenza (J09.X1, J10.0-, J11.0-)", "J1008", "J101"),
        ("atherosclerosis (I70.2-, I70.3-)", "I70301", "I70401"),
        ("hypothyroidism, acquired (E00-E03.-)", "E039", "E040"),
        ("adverse effect (T36-T50 with fifth or sixth character 5)", "T380X5A", "T380X1A"),
        ("adverse effect (T36-T50 with fifth or sixth character 5)", "T3695XA", "T3691XA"),
        ("poisoning (T36-T50 with fifth or sixth character 1-4)", "T50993A", "T50995A"),
        ("dementia (F10-F19, with .17, .27, .97)", "F1027", "F1020"),
        ("psychosis (F11-F19 with .150, .250, .950)", "F11950", "F11951"),
        ("open fracture (S72.- with 7th character B)", "S72001B", "S72001A"),
        ("tendinitis as classified in M75-M77", "M7711", "M7811"),
        ("heart failure due to hypertension with chronic kidney disease (I13.-)", "I130", "I120"),
    ],
)
def test_a_note_covers_what_it_names(text: str, inside: str, outside: str) -> None:
    assert any(span.covers(inside) for span in spans(text))
    assert not any(span.covers(outside) for span in spans(text))


@pytest.mark.parametrize(
    "text", ["underlying disease, such as:", "C3 glomerulopathy", "see categories E08-E10 with ketoacidosis", ""]
)
def test_a_note_that_names_no_code_for_sure_covers_none(text: str) -> None:
    assert spans(text) == ()


@pytest.mark.parametrize(("code", "expected"), [("T380X5A", "5"), ("T3695XA", "5"), ("T50901A", "1"), ("T36", "")])
def test_the_intent_of_a_drug_code_is_its_last_character_before_the_seventh(code: str, expected: str) -> None:
    assert intent(code) == expected


def test_lines_of_one_list_are_one_instruction() -> None:
    notes = (
        ("use_additional", "code to identify control using:"),
        ("use_additional", "insulin (Z79.4)"),
        ("use_additional", "oral antidiabetic drugs (Z79.84)"),
        ("use_additional", "code to identify stage of chronic kidney disease (N18.1-N18.6)"),
    )
    control, stage = instructions("E1122", notes)
    assert control.covers("Z794")
    assert control.covers("Z7984")
    assert not control.definite
    assert stage.covers("N1830")
    assert stage.definite
