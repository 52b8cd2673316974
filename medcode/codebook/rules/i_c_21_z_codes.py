"""Z codes and their place in the sequence (Guidelines, Section I.C.21)."""

from __future__ import annotations

from collections.abc import Iterator

from medcode.codebook.rules.case import Finding, Fix, Rule
from medcode.codebook.rules.tables import covers
from medcode.codebook.rules.view import View

SECTION = "ICD-10-CM Guidelines FY2026 I.C.21.c"
ONLY_FIRST = Rule("z.only_first", "warning", "A Z code that may only be first stands elsewhere", f"{SECTION}.16")
NEVER_FIRST = Rule("z.never_first", "warning", "A status or history code is listed first", f"{SECTION}.3 and .4")
TREATMENT = Rule(
    "neoplasm.treatment_first",
    "warning",
    "Encounter for antineoplastic treatment stands after the neoplasm",
    "ICD-10-CM Guidelines FY2026 I.C.2.e.2",
)
RULES = (ONLY_FIRST, NEVER_FIRST, TREATMENT)

# The list of I.C.21.c.16, with its exceptions left out. Several of them may stand together on one encounter.
PRINCIPAL_ONLY = "Z00 Z01 Z02 Z04 Z33.2 Z31.81 Z31.83-Z31.84 Z34 Z39 Z38 Z40 Z42 Z51.0 Z51.1 Z52 Z76.1 Z76.2 Z99.12"
EXCEPT = "Z00.6 Z52.9"
# Status (.3) and history (.4) codes only add to a diagnosis; these never explain a visit.
STATUS = (
    "Z16 Z17 Z66 Z67 Z68 Z72.0 Z78 Z79 Z80-Z87 Z88 Z89 Z90 Z91.0 Z91.1 Z92 Z93-Z95 Z97 Z98 Z99.0 Z99.2-Z99.8 Z3A Z37"
)


def findings(view: View) -> Iterator[Finding]:
    first = view.first
    if first is None:
        return
    treatments = view.under("Z51.0 Z51.1")
    if treatments and not any(first == each for each in treatments) and covers("C00-D49", first.code):
        sentence = (
            f"{treatments[0].display} is sequenced before {first.display}, "
            "if the encounter is solely for the treatment."
        )
        fix = Fix("move_before", treatments[0].code, first.code, f"Move {treatments[0].display} first.")
        yield TREATMENT.found([treatments[0], first], sentence, fix=fix)
    elif not covers(PRINCIPAL_ONLY, first.code):
        for coded in view.under(PRINCIPAL_ONLY):
            if not covers(EXCEPT, coded.code):
                sentence = f"{coded.display} may only be the first-listed diagnosis."
                fix = Fix("move_before", coded.code, first.code, f"Move {coded.display} before {first.display}.")
                yield ONLY_FIRST.found([coded, first], sentence, fix=fix)
    if covers(STATUS, first.code) and len(view.diagnoses) > 1 and not view.inpatient:
        sentence = f"{first.display} is a status or history: the reason for the visit is listed before it."
        yield NEVER_FIRST.found([first], sentence)
