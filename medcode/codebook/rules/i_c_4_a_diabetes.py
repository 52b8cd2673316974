"""Diabetes mellitus and what comes with it (Guidelines, Sections I.A.15 "with" and I.C.4.a)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from medcode.codebook.rules.case import Coded, Finding, Fix, Rule
from medcode.codebook.rules.tables import rows
from medcode.codebook.rules.view import View, named
from medcode.codebook.snapshot import dotted

WITH = "ICD-10-CM Guidelines FY2026 I.A.15, with; I.C.4.a"
LINK = Rule("diabetes.with", "warning", "Diabetes and its complication are coded apart", WITH)
UNCOMPLICATED = Rule(
    "diabetes.uncomplicated",
    "error",
    "Diabetes with and without complications",
    "ICD-10-CM Guidelines FY2026 I.C.4.a, as many codes as identify all complications",
)
TYPES = Rule("diabetes.types", "error", "Two types of diabetes", "ICD-10-CM Guidelines FY2026 I.C.4.a.1")
CAUSE = Rule(
    "diabetes.secondary",
    "error",
    "Diabetes due to an underlying condition is listed before its cause, or first",
    "ICD-10-CM Guidelines FY2026 I.C.4.a.6.b; code first at E08",
)
DRUG = Rule(
    "diabetes.drug_induced",
    "warning",
    "Drug-induced diabetes without the drug",
    "ICD-10-CM Guidelines FY2026 I.C.4.a.6; use additional code at E09",
)
INSULIN = Rule(
    "diabetes.insulin",
    "info",
    "Long-term insulin: superfluous with type 1",
    "ICD-10-CM Guidelines FY2026 I.C.4.a.3",
)
CONTROL = Rule(
    "diabetes.control",
    "info",
    "Diabetes without a code for how it is controlled",
    "ICD-10-CM Guidelines FY2026 I.C.4.a.3; use additional code at E08, E09, E11 and E13",
)
RULES = (LINK, UNCOMPLICATED, TYPES, CAUSE, DRUG, INSULIN, CONTROL)

NAMES = {
    "E08": "diabetes due to an underlying condition",
    "E09": "drug-induced diabetes",
    "E10": "type 1 diabetes",
    "E11": "type 2 diabetes",
    "E13": "other specified diabetes",
}


@dataclass(frozen=True, slots=True)
class Companion:
    """A condition that "with" links to diabetes, and the tail of the code that says both."""

    condition: str
    tail: str
    coded_by: tuple[str, ...]
    unless: str
    keep: bool
    name: str


COMPANIONS = tuple(
    Companion(condition, tail, tuple(coded_by.split()), unless, keep == "yes", name)
    for condition, tail, coded_by, unless, keep, name in rows("diabetes_with.tsv", 6)
)


def findings(view: View) -> Iterator[Finding]:
    if not view.has("E08-E13"):
        return
    types = {kind: found for kind in NAMES if (found := view.under(kind))}
    yield from _several_types(types)
    for kind, codes in types.items():
        yield from _uncomplicated(kind, codes)
    kind, codes = next(iter(types.items()))
    if len(types) == 1:
        for companion in COMPANIONS:
            yield from _linked(view, kind, codes, companion)
    yield from _secondary(view, types)
    yield from _control(view, types)


def _several_types(types: dict[str, list[Coded]]) -> Iterator[Finding]:
    if len(types) > 1:
        codes = [each for found in types.values() for each in found]
        sentence = f"{' and '.join(NAMES[kind] for kind in types)} are coded together: a patient has one type."
        yield TYPES.found(codes, sentence[0].upper() + sentence[1:])


def _uncomplicated(kind: str, codes: list[Coded]) -> Iterator[Finding]:
    without = next((each for each in codes if each.code == f"{kind}9"), None)
    others = [each for each in codes if each is not without]
    if without and others:
        sentence = (
            f"{without.display} says without complications, {named(others)} says with: remove {without.display}."
        )
        yield UNCOMPLICATED.found(
            [without, *others], sentence, fix=Fix("remove", without.code, sentence=f"Remove {without.display}.")
        )


def _linked(view: View, kind: str, codes: list[Coded], companion: Companion) -> Iterator[Finding]:
    beside = view.one(companion.condition)
    if beside is None or any(each.code[3:].startswith(companion.coded_by) for each in codes):
        return
    if companion.unless and view.has(companion.unless):
        return
    combined = dotted(kind + companion.tail)
    more = f", and keep {beside.display}" if companion.keep else f" instead of {beside.display}"
    sentence = (
        f"{codes[0].display} with {beside.display}: the link is assumed unless the documentation says otherwise, "
        f"so code {companion.name}, {combined}{more}."
    )
    yield LINK.found([codes[0], beside], sentence, fix=_combined(kind, codes, combined, companion.tail))


def _combined(kind: str, codes: list[Coded], shown: str, tail: str) -> Fix:
    if codes[0].code == f"{kind}9":
        return Fix("replace", codes[0].code, kind + tail, f"Replace {codes[0].display} by {shown}.")
    return Fix("add", kind + tail, sentence=f"Add {shown}.")


def _secondary(view: View, types: dict[str, list[Coded]]) -> Iterator[Finding]:
    for coded in types.get("E08", []):
        if coded == view.first:
            sentence = f"{coded.display} is due to another condition, which is listed before it."
            yield CAUSE.found([coded], sentence)
    drugs = view.under("T36-T65")
    for coded in types.get("E09", [])[:1]:
        if not drugs:
            yield DRUG.found([coded], f"{coded.display} is drug-induced: add the drug's code (T36-T65).")


def _control(view: View, types: dict[str, list[Coded]]) -> Iterator[Finding]:
    insulin = view.one("Z79.4")
    if insulin and set(types) == {"E10"}:
        sentence = "Z79.4 adds nothing to type 1 diabetes, which needs insulin by definition."
        yield INSULIN.found([insulin], sentence, fix=Fix("remove", "Z794", sentence="Remove Z79.4."))
    if "E10" not in types and not view.has("Z79.4 Z79.84 Z79.85"):
        codes = next(iter(types.values()))
        sentence = f"{codes[0].display}: add Z79.4, Z79.84 or Z79.85 if the patient takes such drugs long term."
        yield CONTROL.found(codes[:1], sentence)
