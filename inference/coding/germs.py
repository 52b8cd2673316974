"""Infections: the organism beside the site, sepsis with what it does, HIV with what it brings.

Source: Guidelines I.C.1.b (B95-B97 as additional codes), I.C.1.d (sepsis first, R65.2- for organ dysfunction and
shock, never first), I.C.1.e (MRSA), I.C.1.a.2 (B20 with any HIV-related condition or AIDS, Z21 without; never both).
"""

from __future__ import annotations

import re

from inference.candidates import Candidate, Case
from inference.coding.around import Around
from inference.text.wordlists import word_set

# How a sentence names the organism → its code. Longer names first.
ORGANISMS = (
    (re.compile(r"\b(?:MRSA|methicillin[- ]resistant staph\w*)\b", re.IGNORECASE), "B9562"),
    (
        re.compile(r"\b(?:MSSA|methicillin[- ]sensitive staph\w*|staph\w*\.? aureus|S\. ?aureus)\b", re.IGNORECASE),
        "B9561",
    ),
    (re.compile(r"\b(?:E\.? ?coli|escherichia(?: coli)?)\b", re.IGNORECASE), "B9620"),
    (re.compile(r"\bklebsiella\b", re.IGNORECASE), "B961"),
    (re.compile(r"\bpseudomonas\b", re.IGNORECASE), "B965"),
    (re.compile(r"\bproteus\b", re.IGNORECASE), "B964"),
    (re.compile(r"\b(?:enterococc\w+|VRE)\b", re.IGNORECASE), "B952"),
    (re.compile(r"\b(?:group A strep\w*|strep\w*\.? pyogenes)\b", re.IGNORECASE), "B950"),
    (re.compile(r"\b(?:group B strep\w*|GBS|strep\w*\.? agalactiae)\b"), "B951"),
    (re.compile(r"\b(?:strep\w*\.? pneumoniae|pneumococc\w+)\b", re.IGNORECASE), "B953"),
    (re.compile(r"\b(?:H\.? ?pylori|helicobacter(?: pylori)?)\b", re.IGNORECASE), "B9681"),
    (re.compile(r"\bbacteroides\b", re.IGNORECASE), "B966"),
)
# Infections whose own code leaves the organism open.
SITES = ("N390", "N10", "N12", "N300", "N308", "N309", "N410", "N45", "L03", "L02", "L08", "K65", "K61", "K630",
         "T814", "T80211", "T835", "T845", "T827", "M86", "M726", "J86", "J20", "H66", "K750", "N151",
         "I330", "L89", "L97", "O23", "O86")  # fmt: skip
STOMACH = ("K25", "K26", "K27", "K28", "K29", "K20")
LOOSE = ("A49", "B95", "B96")
SEPSIS = ("A40", "A41", "A021", "A227", "A267", "A327", "A427", "B377", "O85", "O8604", "P36", "T8144", "A392")
SEVERE, SHOCK = "R6520", "R6521"
FAILING = ("N17", "J960", "J962", "K720", "D65", "G9341", "I248", "I5181")
LINKED = word_set("with due secondary associated causing related from induced complicated")
HIV = "Z21"
HIV_DISEASE = "B20"
AIDS = re.compile(r"\bAIDS\b(?! dementia scale)")
TESTS = word_set(
    "serology serologic antibody test tested testing elisa screen screening requested requests pcr serological"
)
BRINGS = ("B59", "B25", "B58", "C46", "B45", "A072", "A073", "A31", "B3781", "B371", "A812", "C8", "F02", "B39",
          "B38", "A15", "A17", "A18", "A19", "G04", "R64")  # fmt: skip


def apply(case: Case, around: Around) -> None:
    """Name organisms, complete sepsis, decide between HIV status and HIV disease."""
    for candidate in case.matching(*SITES):
        _organism(case, around, candidate)
    for candidate in case.matching(*STOMACH):
        _organism(case, around, candidate, only="B9681")
    _sepsis(case, around)
    _hiv(case, around)


def _organism(case: Case, around: Around, candidate: Candidate, only: str = "") -> None:
    for mention in candidate.mentions:
        clause = around.clause(mention)
        if clause is None:
            continue
        for pattern, code in ORGANISMS:
            match = pattern.search(clause.text)
            if match and (not only or code == only) and not _named_in(case, candidate, code):
                begin = clause.sentence.begin + match.start()
                said = clause.mention(begin, begin + len(match[0]), problem=mention.problem)
                case.add(code, [said], "combined")
                for loose in case.matching("A49"):
                    case.drop(loose)
                break


def _named_in(case: Case, candidate: Candidate, code: str) -> bool:
    """Whether the infection's own title already says the organism."""
    first = case.book.title(code).split(" ")[0].lower()
    return first in case.book.title(candidate.code).lower()


def _sepsis(case: Case, around: Around) -> None:
    for candidate in case.matching(SEVERE, SHOCK):
        if not case.matching(*SEPSIS):
            case.add("A419", candidate.mentions, "combined")
    if case.matching(SHOCK):
        for candidate in case.matching(SEVERE):
            case.drop(candidate)
        return
    if case.matching(SEVERE):
        return
    for candidate in case.matching(*FAILING):
        words = around.words(candidate)
        if case.matching(*SEPSIS) and words & {"sepsis", "septic"} and words & LINKED:
            case.add(SEVERE, candidate.mentions, "combined")


def _hiv(case: Case, around: Around) -> None:
    named = around.told(AIDS) if any("AIDS" in reading.text for reading in case.readings) else []
    for candidate in case.matching(HIV):
        _untested(case, around, candidate)
    asymptomatic = case.matching(HIV)
    if named:
        case.add(HIV_DISEASE, named)
        for candidate in case.matching("F028", "F0280"):
            if not any(mention.words & {"dementia"} for mention in candidate.mentions):
                case.drop(candidate)
    if case.matching(HIV_DISEASE) or (asymptomatic and case.matching(*BRINGS)):
        for candidate in asymptomatic:
            case.replace(candidate, HIV_DISEASE, "combined")


def _untested(case: Case, around: Around, candidate: Candidate) -> None:
    """A test is no infection until it is positive."""
    known = []
    for mention in candidate.mentions:
        clause = around.clause(mention)
        words = clause.affirmed if clause is not None else frozenset()
        if not words & TESTS or words & {"positive", "reactive"}:
            known.append(mention)
    candidate.mentions[:] = known
    if not known:
        case.drop(candidate)
