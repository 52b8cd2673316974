"""Long-term drug use, where the source's medication list and a note both name the drug.

Source: Guidelines I.C.21.c.3 (Z79: continuous use; not for drugs given briefly for an acute illness), I.C.4.a.3
(insulin, oral and injectable drugs for diabetes; insulin given only to bring sugar under control in a
stay is not long-term; type 1 needs no Z79.4). Aspirin counts at the dose given for prevention.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

from inference.candidates import Case
from inference.mentions import Mention
from inference.schema import MedicationFact, Setting
from inference.text.assertion import Status
from inference.text.sections import Kind
from inference.text.tokens import norms
from medcode.codebook.lexicon.tables import rows
from medcode.codebook.snapshot import undotted

TABLE = Path(__file__).with_name("longterm.tsv")
ANTIDIABETIC = ("Z794", "Z7984", "Z7985")
DIABETES = ("E08", "E09", "E10", "E11", "E13", "O24")
# The doses of lasting use: aspirin for prevention, a steroid for maintenance.
DOSED = {
    "Z7982": re.compile(r"\b(?:75|81|100|162) ?mg\b", re.IGNORECASE),
    "Z7952": re.compile(r"\b(?:2\.5|5|7\.5|10) ?mg\b", re.IGNORECASE),
}
GIVEN_HERE = re.compile(r"infusion|bolus|sliding|correction|drip|\b(?:IV|load)", re.IGNORECASE)
# "Long-term", and what says that it is about the drug.
LASTING = frozenset({"long", "longterm", "chronic"})
USED = frozenset({"use", "therapy", "treatment", "user", "medication", "drug"})
REACH = 5
NOT_STATED = frozenset({Kind.ALLERGIES, Kind.FAMILY, Kind.INSTRUCTIONS})
# Atrial fibrillation, clots of veins and lung, also past ones, artificial valves.
CLOTTING = ("I48", "I82", "I26", "Z8671", "Z952", "D68")
TAKING = frozenset({Kind.MEDICATIONS, Kind.HPI, Kind.ASSESSMENT, Kind.PLAN})
TAKEN = frozenset({Kind.MEDICATIONS, Kind.PMH, Kind.DIAGNOSES, Kind.COURSE})


@cache
def table() -> dict[str, str]:
    """Drug (normal form of its first word) → stored code."""
    return {norms(row.phrase)[0]: undotted(row.target) for row in rows(TABLE)}


def apply(case: Case) -> None:
    """Add long-term use for drugs that stand on the list and in the notes."""
    listed = {code for fact in case.chart.medications for code in _codes(fact)}
    for code in sorted(listed):
        if code in ANTIDIABETIC and not _diabetic(case, code):
            continue
        told = _told(case, code)
        if told:
            case.add(code, told, "long-term")
    _stated(case)
    _against_clots(case)


def _against_clots(case: Case) -> None:
    """An anticoagulant that the notes name beside a condition it is taken for without end."""
    if case.chart.setting is Setting.OUTPATIENT and case.matching(*CLOTTING) and not case.chart.medications:
        told = [mention for mention in _told(case, "Z7901") if mention.kind in TAKING]
        if told:
            case.add("Z7901", told, "drug")


def _stated(case: Case) -> None:
    """Long-term use that a note calls so: "long-term use of lithium", "chronic methotrexate therapy"."""
    for reading in case.readings:
        for sentence, words in reading.sentences:
            said = [word.norm for word in words]
            if sentence.kind in NOT_STATED or LASTING.isdisjoint(said):
                continue
            for place, word in enumerate(words):
                code = table().get(word.norm)
                if code and _lasting(said[max(0, place - REACH) : place + REACH]):
                    listed = any(p.begin <= word.begin < p.end for p in reading.problems)
                    mention = Mention(reading.key, word.begin, word.end, word.norm, code, "status", Status.AFFIRMED,
                                      sentence.kind, "", tuple(said), problem=listed)  # fmt: skip
                    case.add(code, [mention], "stated")


def _lasting(near: list[str]) -> bool:
    said = set(near)
    return bool(said & USED) and ("longterm" in said or ("long", "term") in pairwise(near) or "chronic" in said)


def _codes(fact: MedicationFact) -> list[str]:
    if GIVEN_HERE.search(f"{fact.name} {fact.dose}"):
        return []
    found = {table()[word] for word in norms(fact.name) if word in table()}
    return [code for code in found if code not in DOSED or DOSED[code].search(f"{fact.name} {fact.dose}")]


def _diabetic(case: Case, code: str) -> bool:
    known = [candidate.code for candidate in case.matching(*DIABETES)]
    return bool(known) and not (code == "Z794" and all(each.startswith("E10") for each in known))


def _told(case: Case, code: str) -> list[Mention]:
    """Where the notes name a drug of this code; in a stay, at home or at discharge only."""
    names = {name for name, target in table().items() if target == code}
    stay = case.chart.setting is Setting.INPATIENT
    found = []
    for reading in case.readings:
        for sentence, words in reading.sentences:
            if stay and case.final and reading.key not in case.final and sentence.kind not in TAKEN:
                continue
            near = tuple(word.norm for word in words)
            found += [
                Mention(reading.key, word.begin, word.end, word.norm, code, "drug", Status.AFFIRMED, sentence.kind,
                        "", near, problem=False)
                for word in words if word.norm in names and sentence.kind is not Kind.ALLERGIES
            ]  # fmt: skip
    return found
