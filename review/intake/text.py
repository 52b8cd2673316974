"""Plain text and HTML as documents, and recognising what is neither."""

from __future__ import annotations

import hashlib
import re
from html.parser import HTMLParser
from pathlib import PurePath

from review.actions.errors import InvalidInputError
from review.intake.incoming import IncomingChart, IncomingNote, check_note_text, limit, normal_text
from review.models import Note

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

SKIPPED = frozenset({"head", "script", "style", "template", "noscript", "svg"})
BLOCKS = re.compile(
    "address|article|aside|blockquote|caption|center|dd|div|dl|dt|fieldset|figure|footer|form|h[1-6]|header|hr|legend|li"
    "|main|nav|ol|option|p|pre|section|table|tbody|tfoot|thead|title|tr|ul"
)
BLANKS = re.compile(r"[ \t\r\n\f]+")


def refuse_foreign(beginning: bytes) -> None:
    """Raise `InvalidInputError` with a sentence when the file begins like a format that is not read."""
    start = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()
    for mark, sentence in FOREIGN:
        if beginning.startswith(mark) or start.startswith(mark):
            raise InvalidInputError(sentence)
    if start.startswith(b"<"):
        raise InvalidInputError(XML_SENTENCE)


def chart_from_text(
    raw: bytes, *, file_name: str, source: str, specialty: str = "", patient_class: str = ""
) -> IncomingChart:
    """A chart with one note. The same text again is the same chart; another text is another chart.

    The identifier comes from the text, since two people may both upload a `note.txt`.
    """
    try:
        text = normal_text(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"not valid UTF-8 (byte {error.start})", field="text") from None
    check_note_text(text, field="text")
    source_id = f"sha256-{hashlib.sha256(text.encode()).hexdigest()[:32]}"
    title = "".join(c for c in PurePath(file_name).stem if c.isprintable())[: limit(Note, "title")]
    note = IncomingNote(source_id=source_id, text=text, title=title)
    return IncomingChart(
        source=source, source_id=source_id, specialty=specialty, patient_class=patient_class, notes=(note,)
    )


class _Stripper(HTMLParser):
    """Collects the words; a block begins a new line, a table cell is set off by a tab."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.skipping = 0
        self.verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SKIPPED:
            self.skipping += 1
        elif tag == "br" or BLOCKS.fullmatch(tag):
            self.pieces.append("\n")
        elif tag in {"td", "th"}:
            self.pieces.append("\t")
        if tag == "pre":
            self.verbatim += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br" or BLOCKS.fullmatch(tag):
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in SKIPPED:
            self.skipping = max(0, self.skipping - 1)
        elif BLOCKS.fullmatch(tag):
            self.pieces.append("\n")
        if tag == "pre":
            self.verbatim = max(0, self.verbatim - 1)

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.pieces.append(data if self.verbatim else BLANKS.sub(" ", data))


def text_of_html(html: str) -> str:
    """The words of an HTML or XHTML document, one line per block. Entities that it defines itself stay unread."""
    stripper = _Stripper()
    try:
        stripper.feed(html)
        stripper.close()
    except (AssertionError, ValueError):  # what the parser raises on a broken declaration
        raise InvalidInputError("is not readable HTML") from None
    lines = (line.strip(" \t") for line in "".join(stripper.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
