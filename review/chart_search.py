"""Search inside one chart: where words stand in its notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from review.models import Note

SHORTEST, LONGEST = 2, 100
MOST_HITS = 200
AROUND = 40  # characters of context on each side


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in a note. `begin` and `end` count UTF-16 units, as browsers do, into the note's text."""

    note: Note
    begin: int
    end: int
    before: str
    text: str
    after: str


def find(notes: Iterable[Note], asked: str) -> list[Hit]:
    """The first `MOST_HITS` places of a phrase, in any letter case and with any white space between its words."""
    words = asked[:LONGEST].split()
    if len("".join(words)) < SHORTEST:
        return []
    pattern = re.compile(r"\s+".join(map(re.escape, words)), re.IGNORECASE)
    return list(islice(_hits(notes, pattern), MOST_HITS))


def _hits(notes: Iterable[Note], pattern: re.Pattern[str]) -> Iterator[Hit]:
    for note in notes:
        for match in pattern.finditer(note.text):
            begin, end = match.span()
            before = note.text[max(0, begin - AROUND) : begin]
            after = note.text[end : end + AROUND]
            yield Hit(note, _units(note.text[:begin]), _units(note.text[:end]), _line(before), match[0], _line(after))


def _units(text: str) -> int:
    # HTML reads a line end of two characters as one.
    return len(text.replace("\r\n", "\n").encode("utf-16-le")) // 2


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
