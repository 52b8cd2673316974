"""Low sugar in diabetes, and how heavy is obese.

Source: Guidelines I.A.15 (the index lists hypoglycaemia under "Diabetes, with"; I.C.4.a), tabular E66.81- (obesity by
class, FY2025 on; E66.01 for excess calories stands apart) and Z68 ("use additional code" for the body mass index).
"""

from __future__ import annotations

from inference.candidates import Case
from inference.coding.around import Around

FAMILIES = ("E08", "E09", "E10", "E11", "E13")
LOW_SUGAR = ("E162", "E161", "E160")
CLASSES = {"1": "E66811", "2": "E66812", "3": "E66813"}
OPEN_OBESITY = ("E669", "E6689")


def apply(case: Case, around: Around) -> None:
    """Join what the same chart or sentence says."""
    diabetes = [candidate.code[:3] for candidate in case.matching(*FAMILIES)]
    for candidate in case.matching(*LOW_SUGAR) if diabetes else []:
        case.replace(candidate, diabetes[0] + "649", "assumed")
    for candidate in case.matching(*OPEN_OBESITY):
        words = around.words(candidate)
        named = next((code for number, code in CLASSES.items() if "class" in words and number in words), "")
        if named:
            case.replace(candidate, named)
