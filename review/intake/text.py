"""Plain text as a chart, and recognising what is something else."""

from __future__ import annotations

import hashlib

from review.actions.errors import InvalidInputError
from review.intake.incoming import IncomingChart, IncomingNote, check_note_text, normal_text

# What each foreign format begins with, and how a person calls it.
FOREIGN = (
    (b"MSH|", "HL7v2 messages are not read yet"),
    (b"FHS|", "HL7v2 messages are not read yet"),
    (b"BHS|", "HL7v2 messages are not read yet"),
    (b"ISA*", "X12 claims are not read yet"),
    (b"%PDF", "PDF documents are not read yet"),
    (b"PK\x03\x04", "ZIP archives and Office documents are not read"),
    (b"\x1f\x8b", "compressed files are not read"),
    (b"{\\rtf", "RTF documents are not read yet"),
    (b"\xff\xfe", "the file is UTF-16; send UTF-8"),
    (b"\xfe\xff", "the file is UTF-16; send UTF-8"),
)
XML_SENTENCE = "C-CDA and other XML documents are not read yet"


def refuse_foreign(beginning: bytes) -> None:
    """Raise `InvalidInputError` with a sentence when the file begins like a format that is not read."""
    start = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()
    for mark, sentence in FOREIGN:
        if beginning.startswith(mark) or start.startswith(mark):
            raise InvalidInputError(sentence)
    if start.startswith(b"<"):
        raise InvalidInputError(XML_SENTENCE)


def chart_from_text(raw: bytes, *, source: str, specialty: str = "", patient_class: str = "") -> IncomingChart:
    """A chart with one note. The same text again is the same chart; another text is another chart.

    The identifier comes from the text and not from the file's name: two people may both have a `note.txt`.
    """
    try:
        text = normal_text(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"not valid UTF-8 (byte {error.start})", field="text") from None
    check_note_text(text, field="text")
    source_id = f"sha256-{hashlib.sha256(text.encode()).hexdigest()[:32]}"
    note = IncomingNote(source_id=source_id, text=text, title="Plain text")
    return IncomingChart(
        source=source, source_id=source_id, specialty=specialty, patient_class=patient_class, notes=(note,)
    )
