"""Injuries, poisoning, adverse effects and underdosing (Guidelines, Section I.C.19)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from medcode.codebook.references import intent
from medcode.codebook.rules.case import Coded, Finding, Fix, Rule
from medcode.codebook.rules.view import View, named

SECTION = "ICD-10-CM Guidelines FY2026 I.C.19"
ADVERSE = Rule(
    "adverse_effect.order", "error", "The drug of an adverse effect stands before its nature", f"{SECTION}.e.5.a"
)
UNDERDOSING = Rule("underdosing.first", "error", "Underdosing is listed first", f"{SECTION}.e.5.c")
POISONING = Rule("poisoning.order", "warning", "Poisoning does not stand first", f"{SECTION}.e.5.b")
MIXED = Rule(
    "drug.intents", "warning", "One drug as poisoning, adverse effect and underdosing at once", f"{SECTION}.e.5"
)
EPISODE = Rule("injury.episode", "error", "One injury with two 7th characters", f"{SECTION}.a")
FRACTURE = Rule(
    "fracture.episode", "info", "Initial and later care of injuries on one encounter", f"{SECTION}.a and c"
)
RULES = (ADVERSE, UNDERDOSING, POISONING, MIXED, EPISODE, FRACTURE)

INJURY = "S00-T34 M80 M84.3-M84.6 T79"
# A "sequela" stands beside the injury that it comes from by design; it is not another episode of it.
SEQUELA = "S"
# Chapters whose codes are no effect of a drug: causes and circumstances; obstetrics has a sequence of its own.
CIRCUMSTANCES = ("T", "V", "W", "X", "Y", "Z")
NO_MANIFESTATION = ("O", *CIRCUMSTANCES)


def findings(view: View) -> Iterator[Finding]:
    first = view.first
    drugs = view.under("T36-T50")
    if first in drugs and first:
        yield from _first(view, first)
    poisonings = [each for each in view.under("T36-T65") if intent(each.code) in ("1", "2", "3", "4")]
    ahead = first if first and not first.code.startswith(NO_MANIFESTATION) else None
    if poisonings and ahead and _active(poisonings[0]):
        poisoning = poisonings[0]
        sentence = f"{poisoning.display} is poisoning and is sequenced before its manifestations, as {ahead.display}."
        fix = Fix("move_before", poisoning.code, ahead.code, f"Move {poisoning.display} first.")
        yield POISONING.found([poisoning, ahead], sentence, fix=fix)
    yield from _mixed(drugs)
    yield from _episodes(view)


def _active(coded: Coded) -> bool:
    return coded.code[6:7] in ("A", "")


def _first(view: View, first: Coded) -> Iterator[Finding]:
    following = next((each for each in view.diagnoses if not each.code.startswith(CIRCUMSTANCES)), None)
    fix = None
    if following:
        fix = Fix("move_before", following.code, first.code, f"Move {following.display} before {first.display}.")
    if intent(first.code) == "5":
        sentence = f"{first.display} is the drug of an adverse effect: the nature of the effect is coded before it."
        yield ADVERSE.found([first], sentence, fix=fix)
    if intent(first.code) == "6":
        sentence = f"{first.display} is underdosing, which is never listed first: the condition treated is."
        yield UNDERDOSING.found([first], sentence, fix=fix)


def _mixed(drugs: list[Coded]) -> Iterator[Finding]:
    by_drug: dict[str, list[Coded]] = defaultdict(list)
    for each in drugs:
        stem = each.code[:6].rstrip("X")
        by_drug[stem[:-1]].append(each)
    for codes in by_drug.values():
        if len({intent(each.code) for each in codes}) > 1:
            sentence = f"{named(codes)} name one drug with different intents: an adverse effect is not a poisoning."
            yield MIXED.found(codes, sentence)


def _episodes(view: View) -> Iterator[Finding]:
    injuries = [each for each in view.under(INJURY) if len(each.code) == 7 and each.code[6] != SEQUELA]
    by_stem: dict[str, list[Coded]] = defaultdict(list)
    for each in injuries:
        by_stem[each.code[:6]].append(each)
    for codes in by_stem.values():
        if len(codes) > 1:
            yield EPISODE.found(codes, f"{named(codes)} are one injury: only one 7th character fits the encounter.")
    initial = [each for each in injuries if each.code[6] in "ABC"]
    later = [each for each in injuries if each.code[6] not in "ABC"]
    if initial and later and not any(len(codes) > 1 for codes in by_stem.values()):
        sentence = f"{initial[0].display} is active treatment and {later[0].display} later care: check that both fit."
        yield FRACTURE.found([initial[0], later[0]], sentence)
