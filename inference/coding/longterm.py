"""Long-term drug use, where the source's medication list and a note both name the drug.

Source: Guidelines I.C.21.c.3 (Z79: continuous use; not for drugs given briefly for an acute illness), I.C.4.a.3
(insulin, oral and injectable drugs for diabetes; insulin given only to bring sugar under control in a
stay is not long-term; type 1 needs no Z79.4). Aspirin counts at the dose given for prevention.
"""

from __future__ import annotations

import re
from functools import cache
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
