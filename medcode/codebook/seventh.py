"""7th characters: which ones a code takes, what they mean, and the whole code with its placeholders.

Source: ICD-10-CM Guidelines, I.A.4 (placeholder character "X") and I.A.5 (7th characters).
"""

from __future__ import annotations

from dataclasses import dataclass

from medcode.codebook.models import Code

PLACE = 6  # index of the 7th character


@dataclass(frozen=True, slots=True)
class Extension:
    """One 7th character: its meaning, and the dotted code that it completes."""

    character: str
    meaning: str
    code: str


def extensions(code: Code) -> list[Extension]:
    """The 7th characters of a code without one (or of its siblings, for a code that has one); [] for others.

    "T14.8" has A, D and S and becomes T14.8XXA: empty places before the 7th are filled with X.
    """
    stem = code.code[:PLACE].rstrip("X") if len(code.code) == PLACE + 1 else code.code
    completed = Code.objects.filter(
        release=code.release_id, code__startswith=stem.ljust(PLACE, "X"), billable=True
    ).select_related("release")
    return [
        Extension(each.code[PLACE], _meaning(each.title), each.display)
        for each in completed.order_by("position")
        if len(each.code) == PLACE + 1
    ]


def _meaning(title: str) -> str:
    """Titles are composed as "stem, extension"; only encounter texts hold commas of their own."""
    for opening in (", initial encounter", ", subsequent encounter", ", sequela"):
        place = title.find(opening)
        if place >= 0:
            return title[place + 2 :]
    return title.rpartition(", ")[2]
