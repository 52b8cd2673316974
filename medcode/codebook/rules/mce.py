"""Edits of the Medicare Code Editor: age, sex, and what cannot be a principal diagnosis.

Source: CMS, Definitions of Medicare Code Edits, sections 4, 5, 8 and 9; the lists are in
`data/mce.tsv`, whose head says where they are approximate. The ages are those of section 4 as of v43.
"""

from __future__ import annotations

from collections.abc import Iterator

from medcode.codebook.rules.case import Coded, Finding, Rule
from medcode.codebook.rules.tables import covers, rows
from medcode.codebook.rules.view import View

MCE = "CMS, Definitions of Medicare Code Edits"
AGE = Rule("mce.age", "warning", "The diagnosis does not fit the patient's age", f"{MCE}, section 4, age conflict")
SEX = Rule("mce.sex", "warning", "The diagnosis does not fit the patient's sex", f"{MCE}, section 5, sex conflict")
PRINCIPAL = Rule(
    "mce.principal",
    "error",
    "Unacceptable as principal diagnosis",
    f"{MCE}, section 9, unacceptable principal diagnosis",
)
QUESTIONABLE = Rule(
    "mce.admission",
    "info",
    "The principal diagnosis seldom needs an admission",
    f"{MCE}, section 8, questionable admission",
)
BMI_AGE = Rule(
    "bmi.age", "warning", "The body mass index code is for another age", "Notes at Z68, ICD-10-CM FY2026 tabular"
)
RULES = (AGE, SEX, PRINCIPAL, QUESTIONABLE, BMI_AGE)

# Ages in whole years, ends included.
AGES = {
    "newborn": (0, 0, "for newborns"),
    "pediatric": (0, 17, "for ages 0 to 17"),
    "maternity": (9, 64, "for ages 9 to 64"),
    "adult": (15, 124, "for ages 15 to 124"),
}
SEXES = {"female": ("F", "female"), "male": ("M", "male")}
# Section 9 accepts this one if there is a secondary diagnosis.
WITH_SECONDARY = "Z51.89"
# Codes with rules of their own that say more: external causes, adverse effects and underdosing, severe sepsis.
OWN_RULES = "V00-Y99 T36-T50 R65.2"


def _list(edit: str) -> str:
    return " ".join(codes for name, codes in rows("mce.tsv", 2) if name == edit)


LISTS = {edit: _list(edit) for edit in (*AGES, *SEXES, "unacceptable_principal", "questionable_admission")}


def in_list(edit: str, code: str) -> bool:
    """Whether a stored code is on one of the editor's lists."""
    return covers(LISTS[edit], code)


def findings(view: View) -> Iterator[Finding]:
    age = 0 if view.case.age is None and view.case.age_days is not None else view.case.age
    if age is not None:
        yield from _age(view, age)
    for edit, (letter, name) in SEXES.items():
        if view.case.sex in ("F", "M") and view.case.sex != letter:
            for coded in view.under(LISTS[edit]):
                yield SEX.found(
                    [coded], f"{coded.display} is for {name} patients; the patient's sex is recorded otherwise."
                )
    if view.inpatient and view.first:
        yield from _principal(view, view.first)


def _age(view: View, age: int) -> Iterator[Finding]:
    for edit, (low, high, words) in AGES.items():
        if not low <= age <= high:
            for coded in view.under(LISTS[edit]):
                yield AGE.found([coded], f"{coded.display} is {words}; the patient is {_years(age)}.")
    if age < 20 and (adult := view.one("Z68.1-Z68.4")):
        yield BMI_AGE.found([adult], f"{adult.display} is for adults of 20 and over: Z68.5- is for ages 2 to 19.")
    if age >= 20 and (child := view.one("Z68.5")):
        yield BMI_AGE.found([child], f"{child.display} is for ages 2 to 19: Z68.1 to Z68.45 are for adults.")


def _years(age: int) -> str:
    return f"{age} years old" if age != 1 else "1 year old"


def _principal(view: View, first: Coded) -> Iterator[Finding]:
    if covers(OWN_RULES, first.code):
        return
    alone = len(view.diagnoses) == 1
    if first.code == WITH_SECONDARY.replace(".", ""):
        if alone:
            yield PRINCIPAL.found([first], f"{first.display} as principal diagnosis requires a secondary diagnosis.")
    elif in_list("unacceptable_principal", first.code):
        sentence = f"{first.display} says a circumstance or is not the reason for a stay: it cannot be principal."
        yield PRINCIPAL.found([first], sentence)
    elif in_list("questionable_admission", first.code):
        yield QUESTIONABLE.found([first], f"{first.display} alone seldom justifies an admission.")
