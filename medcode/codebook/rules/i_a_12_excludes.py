"""Excludes1 and Excludes2 notes between two codes (Guidelines, Section I.A.12).

Notes hold for everything below the place where they stand, so both codes are looked up with all that
they inherit, and each may exclude the other. A note that stands above both codes says nothing about
the two of them and is left out.

Excludes1 means "not coded here". The guideline's only exception is that the two conditions are
unrelated. That is an error where the exception cannot well apply: the note stands at a category or
below, and both codes are of one chapter. It is a warning, to be acknowledged, where the conditions can
be unrelated: in different chapters, on different sides of the body, or excluded by a whole block.
"""

from __future__ import annotations

from collections.abc import Iterator

from medcode.codebook.known import CodeFacts
from medcode.codebook.references import Instruction
from medcode.codebook.rules.case import Coded, Finding, Fix, Rule
from medcode.codebook.rules.view import View
from medcode.codebook.snapshot import dotted

EXCLUDES1 = Rule(
    "excludes1",
    "error",
    "An Excludes1 note forbids the two codes together (a warning where they may be unrelated conditions)",
    "ICD-10-CM Guidelines FY2026 I.A.12.a",
)
EXCLUDES2 = Rule(
    "excludes2",
    "info",
    "An Excludes2 note: the conditions are different ones, and both may be coded if the patient has both",
    "ICD-10-CM Guidelines FY2026 I.A.12.b",
)
RULES = (EXCLUDES1, EXCLUDES2)
# Chapters whose codes say what happened or what is known, not one condition: unrelated ones stand together often.
LOOSE_CHAPTERS = frozenset({"18", "19", "20", "21", "22"})


def findings(view: View) -> Iterator[Finding]:
    seen: set[frozenset[str]] = set()
    for rule in (EXCLUDES1, EXCLUDES2):
        for coded in dict.fromkeys(view.diagnoses):
            known = view.known(coded)
            for note in known.instructions:
                if note.kind == rule.id:
                    yield from _excluded(view, rule, coded, known, note, seen)


def _excluded(
    view: View, rule: Rule, coded: Coded, known: CodeFacts, note: Instruction, seen: set[frozenset[str]]
) -> Iterator[Finding]:
    if rule is EXCLUDES2 and _by_chapter(known, note):
        return  # "Excludes2: neoplasms (C00-D49)" at a chapter would stand beside nearly every chart
    for other in view.within(note.spans):
        pair = frozenset({coded.code, other.code})
        if other.code == coded.code or pair in seen or _stands_above(note, view.known(other)):
            continue
        seen.add(pair)
        yield _finding(view, rule, coded, other, note)


def _stands_above(note: Instruction, other: CodeFacts) -> bool:
    return note.at == other.code or any(place.code == note.at for place in other.above)


def _by_chapter(known: CodeFacts, note: Instruction) -> bool:
    return note.at == known.chapter or "-" in note.at


def _finding(view: View, rule: Rule, coded: Coded, other: Coded, note: Instruction) -> Finding:
    first, second = sorted((coded, other), key=view.position)
    source = f"{rule.source}; {rule.id.capitalize()} at {_place(note)}: {note.text}"
    if rule is EXCLUDES2:
        sentence = f"{first.display} does not include {second.display}: keep both only if the patient has both."
        return EXCLUDES2.found([first, second], sentence, source=source)
    if _may_be_unrelated(view, coded, other, note):
        sentence = (
            f"{first.display} and {second.display} exclude each other, "
            "unless the documentation shows two unrelated conditions."
        )
        return EXCLUDES1.found([first, second], sentence, source=source, severity="warning")
    sentence = f"{first.display} and {second.display} exclude each other: only one of them describes the condition."
    fix = Fix("remove", second.code, sentence=f"Keep {first.display} or {second.display}, whichever is documented.")
    return EXCLUDES1.found([first, second], sentence, source=source, fix=fix)


def _place(note: Instruction) -> str:
    if note.at.isdigit():
        return f"chapter {note.at}"
    return note.at if "-" in note.at else dotted(note.at)


def _may_be_unrelated(view: View, coded: Coded, other: Coded, note: Instruction) -> bool:
    known, beside = view.known(coded), view.known(other)
    if known.chapter != beside.chapter or known.chapter in LOOSE_CHAPTERS:
        return True
    if _by_chapter(known, note):
        return True
    sides = {_side(known), _side(beside)}
    return sides == {"right", "left"}


def _side(known: CodeFacts) -> str:
    words = known.title.lower().replace(",", " ").split()
    return "right" if "right" in words else "left" if "left" in words else ""
