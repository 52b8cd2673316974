"""The same code twice (Guidelines, Section I.B.12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from medcode.codebook.rules.case import Finding, Fix, Rule
from medcode.codebook.rules.tables import words
from medcode.codebook.rules.view import View

DIAGNOSIS = Rule(
    "duplicate",
    "error",
    "A diagnosis is coded twice",
    "ICD-10-CM Guidelines FY2026 I.B.12; CMS, Definitions of Medicare Code Edits, section 3, duplicate of PDX",
)
SERVICE = Rule(
    "duplicate.service",
    "warning",
    "A service is on two lines without a modifier that tells them apart",
    "CMS, Medicare Claims Processing Manual, chapter 1, section 120, duplicate claims",
)
RULES = (DIAGNOSIS, SERVICE)
# Services repeated on purpose: 76, 77 and 91 say so; the others name another site, session or provider.
REPEATS = words(
    "59 76 77 91 XE XP XS XU LT RT 50 27 E1 E2 E3 E4 FA F1 F2 F3 F4 F5 F6 F7 F8 F9 TA T1 T2 T3 T4 T5 T6 T7 T8 T9 "
    "LC LD LM RC RI 26 TC"
)


def findings(view: View) -> Iterator[Finding]:
    times = Counter(each.code for each in view.diagnoses)
    for coded in dict.fromkeys(each for each in view.diagnoses if times[each.code] > 1):
        fix = Fix("remove", coded.code, sentence=f"Keep {coded.display} once.")
        yield DIAGNOSIS.found([coded], f"{coded.display} is listed {times[coded.code]} times.", fix=fix)
    lines = Counter((each.code, each.code_system, each.service_date, each.modifiers) for each in view.services)
    for coded in dict.fromkeys(view.services):
        count = lines[coded.code, coded.code_system, coded.service_date, coded.modifiers]
        if count > 1 and not REPEATS & set(coded.modifiers):
            sentence = f"{coded.display} is on {count} lines of one day: add units, or modifier 76, 77 or 91."
            yield SERVICE.found([coded], sentence)
