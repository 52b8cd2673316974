"""Sepsis, severe sepsis and septic shock (Guidelines, Section I.C.1.d)."""

from __future__ import annotations

from collections.abc import Iterator

from medcode.codebook.rules.case import Finding, Fix, Rule
from medcode.codebook.rules.view import View, named

SECTION = "ICD-10-CM Guidelines FY2026 I.C.1.d"
NO_INFECTION = Rule("sepsis.no_infection", "error", "Severe sepsis without the infection", f"{SECTION}.1.b and .3")
ORDER = Rule("sepsis.order", "error", "Severe sepsis stands before the infection", f"{SECTION}.1.b and .3")
ORGAN = Rule("sepsis.organ", "warning", "Severe sepsis without the organ dysfunction", f"{SECTION}.1.b")
SEVERE = Rule("sepsis.severe", "info", "Sepsis and acute organ dysfunction without R65.2-", f"{SECTION}.1.a.iii-iv")
SIRS = Rule("sepsis.sirs", "error", "SIRS of non-infectious origin beside sepsis", "Excludes1 at R65.1; I.C.18.g")
SHOCK = Rule("sepsis.shock", "error", "Severe sepsis both with and without shock", f"{SECTION}.1.b and .2")
PROCEDURE = Rule("sepsis.procedure", "warning", "Postprocedural septic shock is T81.12-", f"{SECTION}.5.c")
LOCAL = Rule("sepsis.localized", "warning", "A localized infection stands before the sepsis", f"{SECTION}.4")
NEWBORN = Rule("sepsis.newborn", "warning", "Sepsis of a newborn is P36", "ICD-10-CM Guidelines FY2026 I.C.16.f")
RULES = (NO_INFECTION, ORDER, ORGAN, SEVERE, SIRS, SHOCK, PROCEDURE, LOCAL, NEWBORN)

SEPSIS = (
    "A02.1 A20.7 A21.7 A22.7 A24.1 A26.7 A28.2 A32.7 A39.2-A39.4 A40-A41 A42.7 A48.3 A54.86 B00.7 B37.7 O85 O86.04 "
    "O75.3 O03.37 O03.87 O04.87 O07.37 O08.82 P36 T81.44 T80.211 T80.22 T80.29 T88.0 T81.4 T80.2"
)
# The systemic infection may be viral, fungal or parasitic as well: any infection answers "code first".
INFECTION = SEPSIS + (
    " A00-B99 U07.1 J09-J18 J20-J22 J85 J86 N10 N12 N39.0 K35 K57 K65 K81 K83.0 L03 M00 M86 G00-G09 I33 O86 O98"
)
SEVERE_SEPSIS = "R65.2"
ORGAN_FAILURE = (
    "D65 D69.5 D69.6 E87.2 G62.81 G72.81 G92.8 G92.9 G93.40 G93.41 G93.49 I21.A1 I5A I50.2-I50.4 J80 J95.82 J96.0 "
    "J96.2 J96.9 K72.0 K72.9 K76.7 N17 N19 N99.0 O90.4 P28.5 R40.2 R41.0 R41.82 R57.0 F05 K55.0 K56.7 T81.12 D68.8"
)
CLEAR_ORGAN_FAILURE = "D65 G62.81 G72.81 G93.41 J80 J96.0 J96.2 K72.0 N17"
LOCAL_INFECTION = "J12-J18 N10 N12 N30.0 N39.0 L03 K81.0 K83.0 J69.0 K65"


def findings(view: View) -> Iterator[Finding]:
    severe = view.under(SEVERE_SEPSIS)
    sepsis = view.under(SEPSIS)
    if severe:
        yield from _severe(view)
    elif sepsis and (organs := view.under(CLEAR_ORGAN_FAILURE)):
        sentence = (
            f"{sepsis[0].display} with {named(organs)}: if the documentation links the organ dysfunction to the "
            "sepsis, add R65.20; if it is unclear, query the provider."
        )
        fix = Fix("add", "R6520", sentence="Add R65.20, or R65.21 with septic shock, if documented.")
        yield SEVERE.found([sepsis[0], *organs], sentence, fix=fix)
    if sepsis and (noninfectious := view.under("R65.1")):
        sentence = f"{named(noninfectious)} is SIRS of non-infectious origin and does not stand beside sepsis."
        yield SIRS.found([*noninfectious, sepsis[0]], sentence, fix=Fix("remove", noninfectious[0].code))
    yield from _localized(view)
    yield from _newborn(view)


def _severe(view: View) -> Iterator[Finding]:
    severe = view.under(SEVERE_SEPSIS)
    infections = view.under(INFECTION)
    if not infections:
        sentence = f"{severe[0].display} needs the underlying infection coded first; A41.9 if it is not named."
        yield NO_INFECTION.found(severe, sentence, fix=Fix("add", "A419", sentence="Add A41.9 first, if not named."))
    elif all(view.before(severe[0], each) for each in infections):
        first = next(iter(view.under(SEPSIS)), infections[0])
        sentence = f"{first.display} is coded before {severe[0].display}, which is never first."
        fix = Fix("move_before", first.code, severe[0].code, f"Move {first.display} before {severe[0].display}.")
        yield ORDER.found([first, severe[0]], sentence, fix=fix)
    if len({each.code for each in severe}) > 1:
        fix = Fix("remove", "R6520", sentence="Remove R65.20.")
        yield SHOCK.found(severe, "R65.21 already says severe sepsis: R65.20 is the one without shock.", fix=fix)
    if not view.has(ORGAN_FAILURE):
        yield ORGAN.found(severe, f"{severe[0].display} needs the acute organ dysfunction coded as well.")
    shock = view.one("R65.21")
    if shock and (procedural := view.one("T81.4")):
        sentence = f"Septic shock after a procedure ({procedural.display}) is T81.12-, not R65.21."
        yield PROCEDURE.found(
            [shock, procedural], sentence, fix=Fix("replace", shock.code, "T8112XA", "Replace R65.21 by T81.12XA.")
        )


def _localized(view: View) -> Iterator[Finding]:
    """Both present on admission: the systemic infection is principal (I.C.1.d.4)."""
    sepsis = view.one("A40-A41")
    if not view.inpatient or view.first is None or sepsis is None or sepsis.poa in ("N", "U"):
        return
    if view.first in view.under(LOCAL_INFECTION):
        sentence = (
            f"{sepsis.display} is sequenced before the localized infection {view.first.display}, "
            "if both were present on admission."
        )
        fix = Fix("move_before", sepsis.code, view.first.code, f"Move {sepsis.display} first.")
        yield LOCAL.found([sepsis, view.first], sentence, fix=fix)


def _newborn(view: View) -> Iterator[Finding]:
    sepsis = view.one("A40-A41")
    if sepsis and view.case.age_days is not None and view.case.age_days <= 28:
        yield NEWBORN.found([sepsis], f"Sepsis of a newborn is coded with P36, not {sepsis.display}.")
