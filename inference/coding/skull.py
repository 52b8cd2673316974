"""Injuries within the skull, by how long consciousness was lost.

Source: ICD-10-CM tabular S06 (sixth character); Guidelines I.C.18.e and I.C.19.b. A loss of consciousness is part of
the injury's own code.
"""

from __future__ import annotations

import re

from inference.candidates import Case
from inference.coding.around import Around

LOST = re.compile(r"\b(?:loss of consciousness|lost consciousness|LOC|unconscious\w*|knocked out)\b", re.IGNORECASE)
NEVER = re.compile(
    r"\b(?:without|no|denies|denied|negative for|did not|never)\s+(?:any |a |have |brief )?"
    r"(?:loss of consciousness|LOC\b|lose consciousness|losing consciousness|lost consciousness)",
    re.IGNORECASE,
)
SPAN = re.compile(
    r"\b(?:loss of consciousness|lost consciousness|LOC|unconscious\w*|knocked out)\b[^.;\n]{0,30}?"
    r"\b(\d{1,3}|one|two|three|five|ten|several|few)\s*[- ]?\s*(seconds?|secs?|minutes?|mins?|hours?|hrs?|days?)",
    re.IGNORECASE,
)
NUMBERS = {"one": 1, "two": 2, "three": 3, "five": 5, "ten": 10, "several": 5, "few": 3}
MINUTES = {"s": 1 / 60, "m": 1, "h": 60, "d": 1440}
CONCUSSION = "S060"


def apply(case: Case, around: Around) -> None:
    """Give every intracranial injury the duration that the chart states."""
    injuries = case.matching("S06")
    if not injuries:
        return
    digit = _duration(case)
    for candidate in injuries if digit else []:
        own = digit if candidate.code[:4] != CONCUSSION or digit in "01" else "9"
        code = candidate.code[:5] + own + candidate.code[6:]
        case.replace(candidate, code)
    for candidate in case.matching("R55", "R402"):
        if all("consciousness" in mention.name for mention in candidate.mentions):
            case.drop(candidate)


def _duration(case: Case) -> str:
    """The sixth character: "" when nobody says whether consciousness was lost."""
    texts = [reading.text for reading in case.readings]
    for text in texts:
        stated = SPAN.search(text)
        if stated:
            return _digit(stated[1].lower(), stated[2][0].lower())
    if any(NEVER.search(text) for text in texts):
        return "0"
    return "9" if any(LOST.search(text) for text in texts) else ""


def _digit(number: str, unit: str) -> str:
    minutes = float(NUMBERS.get(number, number)) * MINUTES[unit]
    limits = ((30, "1"), (59, "2"), (359, "3"), (1440, "4"))
    return next((digit for limit, digit in limits if minutes <= limit), "5")
