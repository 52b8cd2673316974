"""Plain text, and what is something else."""

from __future__ import annotations

import pytest

from review.actions.errors import InvalidInputError
from review.intake.text import chart_from_text, refuse_foreign


@pytest.mark.parametrize(
    ("beginning", "sentence"),
    [
        (b"MSH|^~\\&|ADT", "HL7v2 messages are not read yet"),
        (b"\xef\xbb\xbfMSH|^~\\&|ADT", "HL7v2 messages are not read yet"),
        (b"\r\nMSH|^~\\&|ADT", "HL7v2 messages are not read yet"),
        (b"ISA*00*", "X12 claims are not read yet"),
        (b'<?xml version="1.0"?><ClinicalDocument', "C-CDA and other XML documents are not read yet"),
        (b"%PDF-1.7", "PDF documents are not read yet"),
        (b"PK\x03\x04", "ZIP archives and Office documents are not read"),
        (b"{\\rtf1", "RTF documents are not read yet"),
        ("{}".encode("utf-16"), "the file is UTF-16; send UTF-8"),
    ],
)
def test_foreign_formats_are_called_by_their_name(beginning: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInputError, match=sentence):
        refuse_foreign(beginning)


def test_notes_are_not_foreign() -> None:
    refuse_foreign(b"Patient seen today. MSH| is mentioned.")
    refuse_foreign(b'{"id": 1}')
    refuse_foreign(b"")


def test_the_same_text_is_the_same_chart_whatever_the_file_is_called() -> None:
    first = chart_from_text(b"Cough.\r\n", source="upload")
    again = chart_from_text(b"\xef\xbb\xbfCough.\n", source="upload")
    other = chart_from_text(b"Fever.", source="upload")
    assert first.source_id == again.source_id != other.source_id
    assert first.notes[0].text == "Cough.\n"


@pytest.mark.parametrize(("raw", "reason"), [(b"\xff", "UTF-8"), (b" ", "empty"), (b"a\x00b", "NUL")])
def test_what_is_no_text_is_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(InvalidInputError, match=reason):
        chart_from_text(raw, source="upload")
