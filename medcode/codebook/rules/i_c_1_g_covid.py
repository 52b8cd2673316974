"""COVID-19: sequence, manifestations and what contradicts it (Guidelines, Section I.C.1.g)."""

from __future__ import annotations

from collections.abc import Iterator

from medcode.codebook.rules.case import Coded, Finding, Fix, Rule
from medcode.codebook.rules.view import View, named

SECTION = "ICD-10-CM Guidelines FY2026 I.C.1.g"
ORDER = Rule(
    "covid.order",
    "warning",
    "A manifestation stands before COVID-19",
    f"{SECTION}.1.b-c, sequencing and manifestations",
)
PNEUMONIA = Rule(
    "covid.pneumonia", "error", "Pneumonia due to COVID-19 without its cause", "Code first at J12.82; I.C.1.g.1.c.i"
)
OTHER_PNEUMONIA = Rule("covid.other_pneumonia", "info", "Pneumonia beside COVID-19 is not J12.82", f"{SECTION}.1.c.i")
EXCLUDED = Rule(
    "covid.contradiction", "error", "COVID-19 beside exposure, screening or history of it", f"{SECTION}.1.e, f and i"
)
OBSTETRIC = Rule(
    "covid.pregnancy", "warning", "COVID-19 in pregnancy is led by O98.5-", "ICD-10-CM Guidelines FY2026 I.C.15.s"
)
POST = Rule("covid.post", "warning", "U09.9 stands before the condition", f"{SECTION}.1.m; code first at U09.9")
OLD = Rule(
    "covid.old_code",
    "warning",
    "An older code for COVID-19 beside its own code",
    "Excludes at B97.2, B94.8; U07.1, U09.9",
)
RULES = (ORDER, PNEUMONIA, OTHER_PNEUMONIA, EXCLUDED, OBSTETRIC, POST, OLD)

COVID = "U07.1"
MANIFESTATIONS = "J12.82 J20.8 J22 J40 J80 J98.8 J96.0 J96.9"
# Obstetrics, sepsis, transplant complications and newborns have sequences of their own (I.C.1.g.1.b).
OTHER_SEQUENCE = "O00-O9A A40-A41 T86 P00-P96"
CONTRADICTIONS = "Z20.822 Z11.52 Z86.16 Z03.818"


def findings(view: View) -> Iterator[Finding]:
    covid = view.one(COVID)
    pneumonia = view.one("J12.82")
    if pneumonia and not view.has("U07.1 U09.9 M35.81"):
        yield PNEUMONIA.found(
            [pneumonia],
            "J12.82 follows U07.1, which is not coded.",
            fix=Fix("add", "U071", sentence="Add U07.1 before J12.82."),
        )
    if covid:
        yield from _with_covid(view, covid)
    if post := view.one("U09.9"):
        yield from _post(view, post)


def _with_covid(view: View, covid: Coded) -> Iterator[Finding]:
    ahead = [each for each in view.under(MANIFESTATIONS) if view.before(each, covid)]
    if ahead and not view.has(OTHER_SEQUENCE):
        sentence = f"U07.1 is sequenced before its manifestation {named(ahead)}."
        yield ORDER.found(
            [covid, *ahead],
            sentence,
            fix=Fix("move_before", "U071", ahead[0].code, f"Move U07.1 before {ahead[0].display}."),
        )
    if other := view.one("J12.89 J12.9 J18.9"):
        sentence = f"Pneumonia due to COVID-19 is J12.82; keep {other.display} if another cause is documented."
        yield OTHER_PNEUMONIA.found(
            [covid, other], sentence, fix=Fix("replace", other.code, "J1282", f"Replace {other.display} by J12.82.")
        )
    for excluded in view.under(CONTRADICTIONS):
        sentence = f"{excluded.display} is for a patient without COVID-19 now: it does not stand beside U07.1."
        yield EXCLUDED.found(
            [covid, excluded], sentence, fix=Fix("remove", excluded.code, sentence=f"Remove {excluded.display}.")
        )
    if view.has("O00-O9A") and not view.has("O98.5"):
        yield OBSTETRIC.found(
            [covid], "COVID-19 in pregnancy, childbirth or the puerperium: O98.5- first, then U07.1."
        )
    if old := view.one("B97.2 B34.2"):
        yield OLD.found(
            [covid, old],
            f"U07.1 already names the virus: {old.display} is not added.",
            fix=Fix("remove", old.code, sentence=f"Remove {old.display}."),
        )


def _post(view: View, post: Coded) -> Iterator[Finding]:
    if view.first == post and len(view.diagnoses) > 1:
        following = view.diagnoses[1]
        sentence = "U09.9 follows the condition that COVID-19 left behind, if that is known."
        yield POST.found(
            [post, following],
            sentence,
            fix=Fix("move_before", following.code, post.code, f"Move {following.display} before U09.9."),
        )
    if old := view.one("B94.8"):
        yield OLD.found(
            [post, old],
            "U09.9 replaces B94.8 for the sequelae of COVID-19.",
            fix=Fix("remove", old.code, sentence="Remove B94.8."),
        )
