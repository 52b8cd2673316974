"""What the words around a procedure say of one character of its ICD-10-PCS code: approach, device, level, purpose."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from inference.procedures.phrases import rows
from inference.procedures.reading import Act

APPROACH = 5
HOURS = re.compile(r"(?:for|x|×|after|total of|approximately|about)?\s*(\d{1,3})[- ]*(hours?|hrs?|h\b|days?)")
VENTILATED = ("5A19", "5A09")
DAY = 24


@dataclass(frozen=True, slots=True)
class Detail:
    """Words that ask for a character at a place, 1 to 7, of the codes that begin so."""

    begins: re.Pattern[str]
    place: int
    character: str
    words: re.Pattern[str]


@cache
def table() -> tuple[Detail, ...]:
    """The lines of `details.tsv`."""
    return tuple(
        Detail(re.compile(begins), int(place), character, _words(words))
        for begins, place, character, words in rows("details.tsv")
    )


def _words(listed: str) -> re.Pattern[str]:
    # "Open" is said of fractures and wounds, too.
    written = (r"open(?! fracture| wound| comminuted| type| area)" if word == "open" else re.escape(word)
               for word in listed.split("|"))  # fmt: skip
    return re.compile(rf"(?<![\w-])(?<!no )(?<!without )(?<!w/o )(?:{'|'.join(written)})(?!\w)")


def choose(prefix: str, place: int, options: str, act: Act) -> str:
    """The character that the documentation asks for at a place of the codes that begin so, or ""."""
    if prefix.startswith(VENTILATED):
        return _duration(act, options)
    fitting = [each for each in table() if each.place == place and each.character in options]
    fitting = [each for each in fitting if each.begins.match(prefix)]
    for text in _around(act):
        for each in fitting:
            if each.words.search(text):
                return each.character
    return ""


def _around(act: Act) -> tuple[str, ...]:
    """The sentence; then, in a report of an operation, what stands around it."""
    return (act.line.text, act.report) if act.line.operative else (act.line.text,)


def _duration(act: Act, options: str) -> str:
    """Consecutive hours of ventilation: 3 less than 24, 4 up to 96, 5 more (ICD-10-PCS table 5A1)."""
    after = act.line.note.text[act.end : act.line.part.end].lower()
    found = HOURS.search(after)
    if found is None:
        return ""
    hours = int(found[1]) * (DAY if found[2].startswith("d") else 1)
    character = "3" if hours < DAY else "4" if hours <= 4 * DAY else "5"
    return character if character in options else ""
