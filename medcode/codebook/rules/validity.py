"""Is the code one that can be reported on the date, and is it as specific as the book allows?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from medcode.codebook.known import CodeFacts, Place
from medcode.codebook.rules.case import Coded, Finding, Fix, Rule
from medcode.codebook.rules.view import View
from medcode.codebook.snapshot import dotted

HIGHEST_DETAIL = "ICD-10-CM Guidelines FY2026 I.B.2, level of detail in coding"
VALID_ON_DATE = "Code set in effect on the date, 45 CFR 162.1011"

UNKNOWN = Rule("code.unknown", "error", "The code is in no loaded release", VALID_ON_DATE)
RETIRED = Rule("code.retired", "error", "The code ended before the date", VALID_ON_DATE)
FUTURE = Rule("code.future", "error", "The code begins after the date", VALID_ON_DATE)
HEADER = Rule("code.header", "error", "The code is a heading with more specific codes below it", HIGHEST_DETAIL)
SEVENTH = Rule(
    "code.seventh", "error", "The 7th character is missing", "ICD-10-CM Guidelines FY2026 I.A.5, 7th characters"
)
LATERALITY = Rule(
    "code.laterality",
    "info",
    "The side is unspecified although codes for the sides exist",
    "ICD-10-CM Guidelines FY2026 I.B.13, laterality",
)
SPECIFICITY = Rule(
    "code.specificity",
    "info",
    "The code leaves unspecified what other codes of its subcategory specify",
    "ICD-10-CM Guidelines FY2026 I.B.18, use of sign/symptom/unspecified codes",
)
RULES = (UNKNOWN, RETIRED, FUTURE, HEADER, SEVENTH, LATERALITY, SPECIFICITY)
# CMS made an unspecified side an edit of its own for inpatient claims.
INPATIENT_SIDE = "CMS, Definitions of Medicare Code Edits, section 20, unspecified code"
# "Unspecified" says little of how something happened, and the stage of glaucoma has a rule of its own.
LEFT_OPEN = ("V", "W", "X", "Y", "H40")
SIDES = ("right", "left", "bilateral")


def findings(view: View) -> Iterator[Finding]:
    for coded in dict.fromkeys(view.case.codes):
        if not view.facts.loaded(coded.code_system):
            continue
        known = view.known(coded)
        if known.kind == "header":
            yield _header(coded, known)
        elif known.kind != "billable":
            yield _not_current(coded, known)
        elif known.specified and not coded.code.startswith(LEFT_OPEN):
            yield _unspecified(view, coded, known)


def _header(coded: Coded, known: CodeFacts) -> Finding:
    if known.extensions:
        some = f"{coded.display} lacks its 7th character: {_listed(known.extensions)}."
        return SEVENTH.found([coded], some)
    count = f"{known.below} more specific codes stand" if known.below != 1 else "1 more specific code stands"
    return HEADER.found([coded], f"{coded.display} is a heading and not billable: {count} below it.")


def _listed(characters: tuple[str, ...]) -> str:
    return f"one of {', '.join(characters)}" if len(characters) > 1 else f"it takes {characters[0]}"


def _not_current(coded: Coded, known: CodeFacts) -> Finding:
    if known.kind == "future" and known.changed_on:
        return FUTURE.found([coded], f"{coded.display} is not valid before {_day(known.changed_on)}.")
    if known.kind == "retired" and known.changed_on:
        return _retired(coded, known, known.changed_on)
    return UNKNOWN.found([coded], f"{coded.display} is not a code of {coded.code_system}.")


def _retired(coded: Coded, known: CodeFacts, ended: date) -> Finding:
    use = [dotted(code, coded.code_system) for code in known.successors]
    advice = f" Use {' or '.join(use)}." if use else ""
    fix = None
    if len(use) == 1:
        fix = Fix("replace", coded.code, known.successors[0], f"Replace {coded.display} by {use[0]}.")
    return RETIRED.found([coded], f"{coded.display} was valid until {_day(ended)}.{advice}", fix=fix)


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _unspecified(view: View, coded: Coded, known: CodeFacts) -> Finding:
    sided = [each for each in known.specified if _has_side(each.title)]
    if sided and not _has_side(known.title):
        sentence = f"{coded.display} leaves the side open; named by {_codes(sided)}."
        if view.inpatient:
            return LATERALITY.found([coded], sentence, severity="warning", source=INPATIENT_SIDE)
        return LATERALITY.found([coded], sentence)
    sentence = f"{coded.display} is unspecified; if the documentation allows, code {_codes(known.specified)}."
    return SPECIFICITY.found([coded], sentence)


def _has_side(title: str) -> bool:
    return any(side in title.lower().replace(",", " ").split() for side in SIDES)


def _codes(places: tuple[Place, ...] | list[Place]) -> str:
    shown = [dotted(each.code) + ("" if each.billable else "-") for each in places]
    return ", ".join(shown[:3]) + (" and others" if len(shown) > 3 else "")
