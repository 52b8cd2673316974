"""How a simulated auditor judges a chart, and a simulated coder answers, given what a careful coder would assign."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from review.demo.behavior import CATEGORY
from review.models import ErrorKind

REBUTTALS = (
    "The discharge summary names it in the assessment; it was evaluated and treated.",
    "It changed the medication on the second day, so it meets the definition of a secondary diagnosis.",
    "The provider links both conditions in the plan.",
)
PRESENT = "The emergency department saw it before the order to admit."
AGREED = ("", "", "", "Overlooked; thank you.", "I will look for the later note.")


@dataclass(frozen=True, slots=True)
class Judged:
    """One line of the comparison; "" where a side has no such code."""

    coder: str
    auditor: str
    kind: str = ""
    comment: str = ""


def judge(assigned: Sequence[str], gold: Sequence[str], rng: random.Random) -> list[Judged]:
    """The auditor's list against the coder's, in the auditor's order: near codes are changed, others come or go.

    Auditors are people too: now and then one lets a needless code stand.
    """
    missing = [code for code in gold if code not in assigned]
    lines: list[Judged] = []
    for code in assigned:
        near = next((each for each in missing if each[:CATEGORY] == code[:CATEGORY]), None)
        if code in gold or (near is None and rng.random() < 0.15):
            lines.append(Judged(code, code))
        elif near:
            missing.remove(near)
            kind = ErrorKind.SPECIFICITY if len(near) >= len(code) else ErrorKind.WRONG
            lines.append(Judged(code, near, kind, "The note gives the detail."))
        else:
            kind = rng.choice([ErrorKind.UNSUPPORTED, ErrorKind.COMBINATION])
            lines.append(Judged(code, "", kind, "No indicator in the documentation." if kind == "unsupported" else ""))
    lines += [Judged("", code, ErrorKind.MISSED, "Documented and treated.") for code in missing]
    place = {code: at for at, code in enumerate(gold)}
    return sorted(lines, key=lambda line: place.get(line.auditor, len(gold)))


def again(gold: Sequence[str], assigned: Sequence[str], rng: random.Random) -> list[str]:
    """A second coder's blind list: mostly the careful one, with own gaps and own habits."""
    own = [code for place, code in enumerate(gold) if place == 0 or rng.random() < 0.9]
    return own + [code for code in assigned if code not in gold and rng.random() < 0.35]
