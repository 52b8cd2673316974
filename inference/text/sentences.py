"""Sentences and list items, with exact offsets.

Clinical text ends its thoughts with a line break as often as with a full stop, so both split;
a line that was wrapped by an editor in mid-sentence does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from inference.text.sections import Kind, Section, lines
from inference.text.wordlists import word_set

# Words whose number belongs to them: "type 2. Continue metformin" opens no second item.
COUNTED = sorted(word_set("type stage grade class phase level score number times about day of to is was at by and x"))
# A stop, question mark or semicolon followed by blank space. Each is examined once: linear.
STOP = re.compile(
    r"[.?!;]+[\"')\]]*\s+|\s[•●▪]\s|\s-\s(?=[A-Z][a-z]+ [A-Z])|\s(?=#\s?\d{1,2}\b)|\s(?=\d{1,2}\)\s+[A-Za-z])|"
    r"\s(?=\d{1,2}\.\s+[A-Za-z])" + "".join(rf"(?<!\b(?i:{word})\s)" for word in COUNTED)
)
# Characters that no word should reach across: controls, lone surrogates, private use.
HOSTILE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ue000-\uf8ff\u2028\u2029]+")
ABBREVIATIONS = word_set("dr mr mrs ms vs no st approx e.g i.e etc pt fig jr sr dept prof")
WRAPPED_LINE = 60
LONGEST_SENTENCE = 1500  # code points


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text[begin:end]`, the kind of its section, and whether it opens a line."""

    begin: int
    end: int
    kind: Kind
    opens_line: bool


def sentences(text: str, parts: list[Section]) -> list[Sentence]:
    """All sentences of the note, in order, none crossing a section."""
    found: list[Sentence] = []
    for part in parts:
        for begin, end in _joined_lines(text, part):
            found.extend(_split(text, begin, end, part.kind))
    return found


def _joined_lines(text: str, part: Section) -> list[tuple[int, int]]:
    body = text[part.begin : part.end]
    joined: list[tuple[int, int]] = []
    for begin, end in lines(body):
        begin, end = begin + part.begin, end + part.begin
        if joined and _continues(text, joined[-1], begin, end):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((begin, end))
    return joined


def _continues(text: str, before: tuple[int, int], begin: int, end: int) -> bool:
    """Whether a line goes on with the sentence of the line before it."""
    last_line = text.rfind("\n", before[0], before[1]) + 1 or before[0]
    long_enough = before[1] - max(last_line, before[0]) >= WRAPPED_LINE
    unfinished = text[before[1] - 1 : before[1]] not in ".:?!;"
    return long_enough and unfinished and before[1] > before[0] and text[begin : begin + 1].islower()


def _split(text: str, begin: int, end: int, kind: Kind) -> list[Sentence]:
    found: list[Sentence] = []
    start = begin
    for cut, resume in _cuts(text, begin, end):
        found.extend(_pieces(text, start, cut, kind, start == begin))
        start = resume
    found.extend(_pieces(text, start, end, kind, start == begin))
    return [item for item in found if not text[item.begin : item.end].isspace() and item.begin < item.end]


def _pieces(text: str, begin: int, end: int, kind: Kind, opens_line: bool) -> Iterator[Sentence]:
    """A sentence, in pieces where it is longer than any sentence is: work per sentence stays bounded."""
    while end - begin > LONGEST_SENTENCE:
        blank = text.rfind(" ", begin + 1, begin + LONGEST_SENTENCE)
        cut = blank if blank > 0 else begin + LONGEST_SENTENCE
        yield Sentence(begin, cut, kind, opens_line)
        begin, opens_line = cut, False
    yield Sentence(begin, end, kind, opens_line)


def _cuts(text: str, begin: int, end: int) -> list[tuple[int, int]]:
    cuts = [(m.start(), m.end()) for m in STOP.finditer(text, begin, end) if not _inside(text, begin, m.start())]
    cuts += [(m.start(), m.end()) for m in HOSTILE.finditer(text, begin, end)]
    ordered: list[tuple[int, int]] = []
    for cut, resume in sorted(cuts):
        if not ordered or cut >= ordered[-1][1]:
            ordered.append((cut, resume))
    return ordered


def _inside(text: str, begin: int, stop: int) -> bool:
    """Whether the stop belongs to an abbreviation ("Dr.") or to a list number ("1.")."""
    if text[stop] != ".":
        return False
    head = text[max(begin, stop - 8) : stop]
    word = head.rsplit(None, 1)[-1].lower() if head.split() else ""
    opens = stop - len(word) <= begin + 3
    numbered = word.isdigit() and len(word) <= 2 and opens
    return numbered or word in ABBREVIATIONS or (len(word) == 1 and word.isalpha())
