"""Hypertension with heart disease and kidney disease (Guidelines, Section I.C.9.a).

The guideline presumes the link between hypertension and heart involvement (I50.-, I51.4-I51.7, I51.89,
I51.9) and between hypertension and chronic kidney disease, unless the documentation says that they are
unrelated. So a missing combination is a warning, a combination with the wrong half an error.
"""

from __future__ import annotations

from collections.abc import Iterator

from medcode.codebook.rules.case import Coded, Finding, Fix, Rule
from medcode.codebook.rules.view import View, named
from medcode.codebook.snapshot import dotted

SECTION = "ICD-10-CM Guidelines FY2026 I.C.9.a"
HEART = Rule(
    "hypertension.heart", "warning", "Hypertension and heart failure or disease are coded apart", f"{SECTION}.1"
)
KIDNEY = Rule(
    "hypertension.kidney", "warning", "Hypertension and chronic kidney disease are coded apart", f"{SECTION}.2"
)
BOTH = Rule(
    "hypertension.heart_kidney",
    "warning",
    "Hypertension, heart and kidney disease are not one I13 code",
    f"{SECTION}.3",
)
STAGE = Rule(
    "hypertension.stage",
    "error",
    "The hypertension code contradicts the stage of kidney disease",
    f"{SECTION}.2; {SECTION}.3",
)
FAILURE = Rule(
    "hypertension.failure", "error", "The hypertension code contradicts the heart failure", f"{SECTION}.1; {SECTION}.3"
)
NEEDS = Rule(
    "hypertension.additional", "warning", "The type of heart failure or stage of kidney disease is missing", SECTION
)
TWO = Rule("hypertension.two", "error", "Two hypertension codes that say different things", SECTION)
CRISIS = Rule("hypertension.crisis", "warning", "Hypertensive crisis without the hypertension", f"{SECTION}.10")
RULES = (HEART, KIDNEY, BOTH, STAGE, FAILURE, NEEDS, TWO, CRISIS)

HEART_DISEASE = "I50 I51.4-I51.7 I51.89 I51.9"
END_STAGE = "N18.5 N18.6"


def findings(view: View) -> Iterator[Finding]:
    if (crisis := view.one("I16")) and not view.has("I10-I15 I1A O10-O16"):
        yield CRISIS.found([crisis], f"{crisis.display} needs the hypertension beside it (I10-I15 or I1A).")
    if view.has("O10-O16"):
        return  # Chapter 15 has its own codes for hypertension (I.C.15.c)
    pressure = view.under("I10-I13")
    if len({each.code[:3] for each in pressure}) > 1:
        sentence = f"{named(pressure)} contradict each other: one code says all of hypertension, heart and kidney."
        fix = Fix("remove", "I10", sentence="Remove I10.") if view.has("I10") else None
        yield TWO.found(pressure, sentence, fix=fix)
    elif pressure:
        yield from _of_one(view, pressure[0])


def _of_one(view: View, code: Coded) -> Iterator[Finding]:
    failure, heart, kidney = view.one("I50"), view.one(HEART_DISEASE), view.one("N18")
    category = code.code[:3]
    wanted = _wanted(category, heart, kidney, failure, view.has(END_STAGE))
    if wanted and wanted[:3] != category:
        yield _combine(code, heart, kidney, wanted)
    elif wanted and wanted != code.code:
        yield _contradiction(code, failure, kidney, wanted)
    yield from _additional(code, failure, kidney)


def _wanted(category: str, heart: Coded | None, kidney: Coded | None, failure: Coded | None, end_stage: bool) -> str:
    """The code that says hypertension with what is coded beside it; "" where the present one may stand."""
    with_heart = heart is not None or category in ("I11", "I13")
    with_kidney = kidney is not None or category in ("I12", "I13")
    if category == "I13" and (kidney is None or heart is None):
        return ""  # half of what it says has no code yet: told as missing
    if with_heart and with_kidney:
        if kidney is None:
            return ""
        if failure:
            return "I132" if end_stage else "I130"
        return "I1311" if end_stage else "I1310"
    if with_heart:
        return "I110" if failure else ("I119" if heart else "")
    if with_kidney and kidney:
        return "I120" if end_stage else "I129"
    return ""


def _combine(code: Coded, heart: Coded | None, kidney: Coded | None, wanted: str) -> Finding:
    rule = BOTH if wanted.startswith("I13") else HEART if wanted.startswith("I11") else KIDNEY
    beside = [each for each in (heart, kidney) if each]
    shown = dotted(wanted)
    sentence = (
        f"{code.display} with {named(beside)}: the link is presumed unless the documentation says unrelated, "
        f"so code {shown} first."
    )
    fix = Fix("replace", code.code, wanted, f"Replace {code.display} by {shown}, before {named(beside)}.")
    return rule.found([code, *beside], sentence, fix=fix)


def _contradiction(code: Coded, failure: Coded | None, kidney: Coded | None, wanted: str) -> Finding:
    shown = dotted(wanted)
    fix = Fix("replace", code.code, wanted, f"Replace {code.display} by {shown}.")
    says_failure = code.code in ("I110", "I130", "I132")
    if code.code[:3] in ("I11", "I13") and says_failure != (failure is not None):
        what = f"{failure.display} is heart failure" if failure else "no heart failure (I50.-) is coded"
        return FAILURE.found([code, *([failure] if failure else [])], f"{code.display}, but {what}: {shown}.", fix=fix)
    beside = [kidney] if kidney else []
    sentence = f"{code.display} does not fit the stage in {named(beside)}: {shown}."
    return STAGE.found([code, *beside], sentence, fix=fix)


def _additional(code: Coded, failure: Coded | None, kidney: Coded | None) -> Iterator[Finding]:
    if code.code in ("I110", "I130", "I132") and failure is None:
        yield NEEDS.found([code], f"{code.display} needs the type of heart failure (I50.-) after it.")
    if code.code[:3] in ("I12", "I13") and kidney is None:
        yield NEEDS.found([code], f"{code.display} needs the stage of chronic kidney disease (N18.-) after it.")
