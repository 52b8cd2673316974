"""Uncertain diagnoses: not coded for outpatients, coded for inpatients with exceptions (Sections II.H and IV.H)."""

from __future__ import annotations

from collections.abc import Iterator

from medcode.codebook.rules.case import Finding, Fix, Rule
from medcode.codebook.rules.tables import covers
from medcode.codebook.rules.view import View

UNCERTAIN = Rule(
    "uncertain.outpatient",
    "error",
    "An uncertain diagnosis is coded for an outpatient",
    "ICD-10-CM Guidelines FY2026 IV.H, uncertain diagnosis",
)
CONFIRMED_ONLY = Rule(
    "uncertain.confirmed_only",
    "error",
    "A diagnosis that only counts when confirmed is coded as uncertain",
    "ICD-10-CM Guidelines FY2026 I.C.1.a.1, I.C.1.f, I.C.1.g.1.a and I.C.10.c",
)
RULES = (UNCERTAIN, CONFIRMED_ONLY)
# HIV, Zika virus, COVID-19, and influenza due to certain identified viruses.
CONFIRMED = "B20 A92.5 U07.1 J09 J10 Z21"


def findings(view: View) -> Iterator[Finding]:
    for coded in dict.fromkeys(each for each in view.diagnoses if each.code in view.case.uncertain):
        fix = Fix(
            "remove", coded.code, sentence="Code the signs, symptoms or results that led to the encounter instead."
        )
        if not view.inpatient:
            sentence = (
                f"{coded.display} is documented as uncertain: for an outpatient, code what is known, "
                "such as the signs and symptoms."
            )
            yield UNCERTAIN.found([coded], sentence, fix=fix)
        elif covers(CONFIRMED, coded.code):
            sentence = (
                f"{coded.display} is coded only when confirmed, for inpatients too; it is documented as uncertain."
            )
            yield CONFIRMED_ONLY.found([coded], sentence, fix=fix)
