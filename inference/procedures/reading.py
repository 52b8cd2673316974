"""The acts of a chart: every name of a procedure that was performed here, with what stands around it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from inference.mentions import nearest_side
from inference.procedures import performed
from inference.procedures.phrases import Phrases
from inference.schema import ChartText, NoteText
from inference.text import sections, sentences
from inference.text.sections import Kind, Section
from inference.text.sentences import Sentence
from inference.text.tokens import Token, tokens

MOST_SAME, MOST_IN_LINE = 8, 30
AROUND = 8_000  # code points on either side that describe an operation
DATE = re.compile(
    r"\b(?:\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{4}-\d\d-\d\d|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* "
    r"\d{1,2}(?:, \d{4})?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence in which procedures are looked for. `operative`: its note describes an operation."""

    note: NoteText
    part: Sentence
    section: Section
    kind: Kind
    words: Sequence[Token]
    operative: bool

    @property
    def text(self) -> str:
        """The sentence in small letters."""
        return self.note.text[self.part.begin : self.part.end].lower()


@dataclass(frozen=True, slots=True)
class Act:
    """A procedure named at `[begin, end)` of a note. `sure`: how surely it was performed here, above 0 to 1."""

    line: Line
    key: str
    begin: int
    end: int
    sure: float
    side: str

    @property
    def report(self) -> str:
        """What describes it, in small letters: its sentence, or the report of the operation around it."""
        if not self.line.operative:
            return self.line.text
        return self.line.note.text[max(0, self.begin - AROUND) : self.end + AROUND].lower()

    @property
    def date(self) -> str:
        """The date written in its sentence, or ""."""
        found = DATE.search(self.line.note.text, self.line.part.begin, self.line.part.end)
        return found.group() if found else ""


def lines(chart: ChartText) -> list[Line]:
    """Every sentence in which a performed procedure may stand."""
    return [line for note in chart.notes for line in _lines(note)]


def _lines(note: NoteText) -> list[Line]:
    parts = sections.sections(note.text)
    operative = any(part.kind is Kind.PROCEDURE for part in parts) or bool(performed.OPERATIVE.search(note.kind))
    found, at = [], 0
    kind: Kind | None = None
    for part in sentences.sentences(note.text, parts):
        while parts[at].end <= part.begin:
            at, kind = at + 1, None
        kind = performed.kind_of(note.text, part, parts[at], kind)
        if kind is not None and kind not in performed.NEVER:
            words = tokens(note.text, part.begin, part.end)
            found.append(Line(note, part, parts[at], kind, words, operative or kind is Kind.PROCEDURE))
    return found


def acts(read: Sequence[Line], names: Phrases) -> list[Act]:
    """The performed ones among these names, the surest first; of repetitions in a note a few."""
    found = []
    for line in read:
        for name in names.find(line.note.text, line.words)[:MOST_IN_LINE]:
            sure = performed.standing(line.note, line.kind, line.section, line.part, name.begin, name.end)
            if sure:
                side = nearest_side(line.words, name.begin, name.end)
                found.append(Act(line, name.key, name.begin, name.end, sure, side))
    return _few(found)


def _few(found: list[Act]) -> list[Act]:
    """No more than a few of the same name and side in a note, so that work stays linear in its length."""
    counted: Counter[tuple[str, str, str]] = Counter()
    kept = []
    for act in sorted(found, key=lambda each: -each.sure):
        same = (act.line.note.key, act.key, act.side)
        counted[same] += 1
        if counted[same] <= MOST_SAME:
            kept.append(act)
    return kept
