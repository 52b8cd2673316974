"""Hypertension, heart failure and kidney disease together.

Source: Guidelines I.C.9.a: the classification presumes a causal link between hypertension and heart
involvement (I50.-) and between hypertension and kidney involvement (N18), documented or not:
I11.- with heart failure, I12.- with CKD, I13.- with both; I50.- and N18.- stay as additional codes.
I.C.14.a.1 (N18.6 when end-stage disease is documented beside a stage).
"""

from __future__ import annotations

from inference.candidates import Candidate, Case
from inference.text.assertion import Status
from inference.text.sections import Kind

FAILURE = ("I50",)
KIDNEY = ("N181", "N182", "N183", "N184", "N185", "N186", "N189")
LATE_STAGES = ("N185", "N186")
CURRENT = frozenset({Kind.ASSESSMENT, Kind.DIAGNOSES, Kind.HPI, Kind.PLAN, Kind.COURSE, Kind.OTHER, Kind.PMH})


def apply(case: Case) -> None:
    """Refine heart failure, then join hypertension with heart failure and kidney disease."""
    _failure_type(case)
    pressure = _documented(case, "I10")
    failure = _documented(case, *FAILURE)
    kidney = _documented(case, *KIDNEY)
    if not pressure or not (failure or kidney):
        return
    code = _combined(bool(failure), kidney)
    partners = [mention for candidate in (*failure, *kidney) for mention in candidate.mentions]
    for candidate in pressure:
        joined = case.replace(candidate, code, "combined")
        if joined is not None:
            case.add(code, partners)


def _documented(case: Case, *prefixes: str) -> list[Candidate]:
    return [
        candidate
        for candidate in case.matching(*prefixes)
        if any(mention.kind in CURRENT and mention.status is not Status.POSSIBLE for mention in candidate.mentions)
    ]


def _combined(failure: bool, kidney: list[Candidate]) -> str:
    late = any(candidate.code.startswith(LATE_STAGES) for candidate in kidney)
    if failure and kidney:
        return "I132" if late else "I130"
    if failure:
        return "I110"
    return "I120" if late else "I129"


def _failure_type(case: Case) -> None:
    """I50.9 gives way to the type and acuity named in the same sentence (I50.2-, I50.3-, I50.4-)."""
    for candidate in case.matching("I509"):
        kinds = [_type_of(mention.words) for mention in candidate.mentions]
        best = max(kinds, key=len, default="")
        if best:
            case.replace(candidate, best)


def _type_of(words: frozenset[str]) -> str:
    mixed = bool(words & {"combined", "mixed"})
    systolic = mixed or bool(words & {"systolic", "hfref"})
    diastolic = mixed or bool(words & {"diastolic", "hfpef"})
    if not (systolic or diastolic):
        return ""
    stem = "I504" if systolic and diastolic else ("I502" if systolic else "I503")
    acute = bool(words & {"acute", "exacerbation", "decompensated", "decompensation"})
    chronic = "chronic" in words
    return stem + ("3" if acute and chronic else "1" if acute else "2" if chronic else "0")
