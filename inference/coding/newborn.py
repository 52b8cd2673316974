"""A newborn's maturity, by the weeks and the weight that its chart states.

Source: Guidelines I.C.16.d (P07 when both are documented, weight before weeks), I.C.16.a.2 (Z38 only at the hospital
of birth); tabular P07. A mother's chart takes Z3A for the weeks, a newborn's never does.
"""

from __future__ import annotations

import re

from inference.candidates import Case
from inference.coding.around import Around

CHILD = re.compile(
    r"\b(?:newborn|neonate|neonatal|preterm (?:infant|baby|male|female|boy|girl)|premature infant)\b", re.IGNORECASE
)
WEEKS = re.compile(r"\b(2[2-9]|3[0-6])(?:\s*(?:\+|and)?\s*\d/7)?\s*[- ]?(?:weeks?|wks?|w)\b", re.IGNORECASE)
WEIGHT = re.compile(
    r"\b(?:birth ?weight|weigh\w*|BW)\D{0,12}(\d{3,4}|\d[.,]\d{1,3})\s*(?:g|grams?|gm|kg)\b", re.IGNORECASE
)
PRETERM = ("P07",)
LIGHT = ((500, "P0701"), (750, "P0702"), (1000, "P0703"), (1250, "P0714"), (1500, "P0715"), (1750, "P0716"),
         (2000, "P0717"), (2500, "P0718"))  # fmt: skip
EXTREME = {22: "P0721", 23: "P0722", 24: "P0723", 25: "P0724", 26: "P0725", 27: "P0726"}


def apply(case: Case, around: Around) -> None:
    """Give a preterm newborn its weeks and weight."""
    if case.matching("O") or not (case.matching(*PRETERM) and any(CHILD.search(r.text) for r in case.readings)):
        return
    for clause, match in around.clauses(WEEKS):
        weeks = int(match[1])
        code = EXTREME.get(weeks, f"P073{weeks - 27}")
        case.add(code, [clause.mention(match.start(), match.end())], "combined")
        for vague in case.matching("P0730", "P0720"):
            case.replace(vague, code)
        break
    for clause, match in around.clauses(WEIGHT):
        light = next((code for limit, code in LIGHT if _grams(match[1]) < limit), "")
        if light:
            case.add(light, [clause.mention(match.start(), match.end())], "combined")
            for vague in case.matching("P0710", "P0700"):
                case.replace(vague, light)
        break
    for candidate in case.matching("Z3A"):
        case.drop(candidate)


def _grams(number: str) -> float:
    return float(number.replace(",", ".")) * 1000 if re.search(r"[.,]", number) else float(number)
