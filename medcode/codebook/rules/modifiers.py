"""Modifiers that contradict each other, or the side that the diagnosis names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from medcode.codebook.rules.case import Coded, Finding, Rule
from medcode.codebook.rules.tables import rows
from medcode.codebook.rules.view import View

SOURCE = (
    "CMS, Medicare Claims Processing Manual, chapter 12, section 20 and 40; NCCI Policy Manual, chapter 1, section E"
)
CONTRADICT = Rule("modifier.contradiction", "error", "Two modifiers on one line contradict each other", SOURCE)
FORM = Rule(
    "modifier.form", "error", "A modifier is not two letters or digits", "CMS-1500 item 24D; UB-04 form locator 44"
)
TWICE = Rule("modifier.twice", "warning", "A modifier stands twice on one line", SOURCE)
SIDE = Rule(
    "modifier.side",
    "warning",
    "The modifier and the diagnoses name different sides",
    "ICD-10-CM Guidelines FY2026 I.B.13; " + SOURCE,
)
RULES = (CONTRADICT, FORM, TWICE, SIDE)

MODIFIER = re.compile(r"^[A-Z0-9]{2}$")
CONTRADICTIONS = tuple(rows("modifiers.tsv", 3))
SIDES = {"LT": "left", "RT": "right"} | {f"E{n}": "left" for n in "12"} | {f"E{n}": "right" for n in "34"}
SIDES |= {"FA": "left", "TA": "left"} | {f"{each}{n}": "left" for each in "FT" for n in "1234"}
SIDES |= {f"{each}{n}": "right" for each in "FT" for n in "56789"}


def findings(view: View) -> Iterator[Finding]:
    for coded in dict.fromkeys(each for each in view.services if each.modifiers):
        yield from _of_line(coded)
        yield from _side(view, coded)


def _of_line(coded: Coded) -> Iterator[Finding]:
    given = set(coded.modifiers)
    for modifier in coded.modifiers:
        if not MODIFIER.match(modifier):
            yield FORM.found([coded], f"“{modifier}” on {coded.display} is not a modifier: two letters or digits.")
    if len(given) < len(coded.modifiers):
        yield TWICE.found([coded], f"{coded.display} has the same modifier twice.")
    for first, second, reason in CONTRADICTIONS:
        one, other = given & set(first.split()), given & set(second.split()) - (given & set(first.split()))
        if one and other:
            sentence = f"{coded.display}: {min(one)} and {min(other)} contradict each other, {reason}."
            yield CONTRADICT.found([coded], sentence)


def _side(view: View, coded: Coded) -> Iterator[Finding]:
    """Only where all diagnoses that name a side name the other one."""
    named = {SIDES[modifier] for modifier in coded.modifiers if modifier in SIDES}
    if len(named) != 1:
        return
    side = next(iter(named))
    sided = [
        (each, words) for each in view.diagnoses if (words := _words(view, each)) & {"left", "right", "bilateral"}
    ]
    if sided and not any(words & {side, "bilateral"} for _, words in sided):
        other = sided[0][0]
        sentence = f"{coded.display} is on the {side} side by its modifier, and {other.display} is on the other."
        yield SIDE.found([coded, other], sentence)


def _words(view: View, coded: Coded) -> set[str]:
    return set(view.known(coded).title.lower().replace(",", " ").split())
