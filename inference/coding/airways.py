"""Lungs: what the organism, the virus or the ventilator makes of a pneumonia, and the gases of a failure.

Source: Guidelines I.C.10.a, I.C.10.b (respiratory failure), I.C.10.c (influenza), I.C.10.d (ventilator-associated
pneumonia: J95.851 with the organism, not J12-J18), I.C.1.g.1 (COVID-19 first, then J12.82); tabular J44.0 ("code also"
the infection), J96 (hypoxia and hypercapnia are two codes).
"""

from __future__ import annotations

from inference.candidates import Case
from inference.coding.around import Around
from inference.text.wordlists import word_set

LOW_OXYGEN = word_set("hypoxia hypoxic hypoxemia hypoxemic")
HIGH_CARBON = word_set("hypercapnia hypercapnic hypercarbia hypercarbic")
PNEUMONIA = ("J12", "J13", "J14", "J15", "J16", "J18")
ORGANISMS = {"J151": "B965", "J150": "B961", "J15212": "B9562", "J15211": "B9561", "J155": "B9620"}
VENTILATOR = "J95851"


def apply(case: Case, around: Around) -> None:
    """Join what the chart says of one lung disease."""
    _bronchitis(case, around)
    _influenza(case, around)
    _ventilator(case, around)
    for candidate in case.matching("J1282"):
        case.add("U071", candidate.mentions, "combined")


def conclude(case: Case, around: Around) -> None:
    """A failure of both gases takes two codes, after the chart's one failure is settled."""
    _failure(case, around)


def _failure(case: Case, around: Around) -> None:
    for candidate in case.matching("J960", "J961", "J962"):
        words = around.words(candidate)
        stem = candidate.code[:4]
        if words & LOW_OXYGEN and words & HIGH_CARBON:
            case.replace(candidate, stem + "1")
            case.add(stem + "2", case.candidates[stem + "1"].mentions, "combined")
            for part in case.matching("R0689", "R0902"):
                case.drop(part)


def _bronchitis(case: Case, around: Around) -> None:
    for candidate in case.matching("J440"):
        words = around.words(candidate)
        if {"acute", "bronchitis"} <= words and not case.matching("J20"):
            case.add("J209", candidate.mentions, "combined")


def _influenza(case: Case, around: Around) -> None:
    """Influenza with pneumonia, by whether the virus is identified (type A or B)."""
    for candidate in case.matching("J11", "J10"):
        words = around.words(candidate)
        known = any(virus in words for virus in ("(a)", "b", "h1n1", "h3n2")) or candidate.code.startswith("J10")
        with_pneumonia = "pneumonia" in words
        if with_pneumonia:
            case.replace(candidate, "J1000" if known else "J1100")
            for lung in case.matching("J189"):
                case.drop(lung)
        elif known and candidate.code.startswith("J11") and case.book.billable("J10" + candidate.code[3:]):
            case.replace(candidate, "J10" + candidate.code[3:])


def _ventilator(case: Case, around: Around) -> None:
    for candidate in case.matching(*PNEUMONIA):
        if not {"ventilator", "associated"} <= around.words(candidate):
            continue
        case.add(VENTILATOR, candidate.mentions, "combined")
        if candidate.code in ORGANISMS:
            case.add(ORGANISMS[candidate.code], candidate.mentions, "combined")
        case.drop(candidate)
