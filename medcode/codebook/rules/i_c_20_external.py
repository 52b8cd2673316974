"""External causes of morbidity (Guidelines, Section I.C.20)."""

from __future__ import annotations

from collections.abc import Iterator

from medcode.codebook.rules.case import Finding, Fix, Rule
from medcode.codebook.rules.view import View, named

SECTION = "ICD-10-CM Guidelines FY2026 I.C.20"
FIRST = Rule(
    "I.C.20.a.6",
    "error",
    "An external cause is listed first",
    f"{SECTION}.a.6; CMS, Definitions of Medicare Code Edits, section 2, external causes as principal diagnosis",
)
PLACE = Rule("external.place", "error", "Two places of occurrence", f"{SECTION}.b")
ACTIVITY = Rule("external.activity", "error", "Two activities", f"{SECTION}.c")
STATUS = Rule("external.status", "error", "Two external cause statuses", f"{SECTION}.k")
LATER = Rule("external.later", "warning", "Place, activity or status at a later encounter", f"{SECTION}.b, c and k")
MISSING = Rule("external.missing", "info", "An injury without its external cause", f"{SECTION}.a.1-2")
RULES = (FIRST, PLACE, ACTIVITY, STATUS, LATER, MISSING)

LETTERS = ("V", "W", "X", "Y")
# Codes of chapter 19 that say their own cause need none beside them.
INJURIES = "S00-T34 T66-T79"
DETAILS = ((PLACE, "Y92", "place of occurrence"), (ACTIVITY, "Y93", "activity"), (STATUS, "Y99", "status"))


def findings(view: View) -> Iterator[Finding]:
    first = view.first
    if first and first.code.startswith(LETTERS):
        following = next((each for each in view.diagnoses if not each.code.startswith(LETTERS)), None)
        fix = None
        if following:
            fix = Fix("move_before", following.code, first.code, f"Move {following.display} before {first.display}.")
        yield FIRST.found([first], f"{first.display} is an external cause and cannot be listed first.", fix=fix)
    for rule, span, name in DETAILS:
        codes = view.under(span)
        if len(codes) > 1:
            yield rule.found(codes, f"{named(codes)}: only one {name} is coded on a record.")
    yield from _later(view)
    injuries = [each for each in view.under(INJURIES) if each.code[6:7] not in ("S", "D")]
    if injuries and not view.has("V00-Y38 Y62-Y84 T36-T65"):
        sentence = f"{injuries[0].display}: add how it happened (V00-Y38), if documented."
        yield MISSING.found(injuries[:1], sentence)


def _later(view: View) -> Iterator[Finding]:
    details = view.under("Y92 Y93 Y99")
    injuries = [each for each in view.under("S00-T79") if len(each.code) == 7]
    if details and injuries and all(each.code[6] not in "ABC" for each in injuries):
        sentence = f"{named(details)}: place, activity and status are coded at the initial encounter only."
        fix = Fix("remove", details[0].code, sentence=f"Remove {named(details)}.")
        yield LATER.found([*details, injuries[0]], sentence, fix=fix)
