"""Codes that do not stand side by side: the vague beside the specific, the symptom beside its cause.

Source: Guidelines I.A.12.a (Excludes1), I.B.5 (signs and symptoms integral to a disease are not coded),
I.B.18 and IV.D (symptom codes where no related definitive diagnosis is established), I.C.19.b (superficial
injuries with a more severe injury of the same site are not coded).
"""

from __future__ import annotations

from inference.candidates import Candidate, Case
from inference.coding.book import title_words

# Disease prefix → prefixes of the symptoms that belong to it.
INTEGRAL: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("I50", "I110", "I13"), ("R06", "R60", "R53", "R05", "J811", "R0989")),
    (("J44", "J45", "J18", "J12", "J15", "J20", "J21", "J67", "J84"), ("R05", "R06", "R0989", "R0902", "R091")),
    (("J0", "J10", "J11", "J3", "U071"), ("R05", "R0981", "R0982", "R50", "R52", "R07", "R51", "R067", "R6883",
                                          "J029")),
    (("I21", "I20", "I24", "I25"), ("R07", "R9431", "R0789")),
    (("I48", "I49", "I47"), ("R00", "R9431", "I499")),
    (("N20", "N21", "N23"), ("R10", "R31", "M54", "R11", "R30", "N23", "R39")),
    (("N30", "N39", "N10", "N41", "N34"), ("R30", "R35", "R10", "R31", "R39", "R50", "R82")),
    (("N400",), ("R35", "R39")),
    (("K20", "K21", "K22", "K29", "K25", "K26", "K30"), ("R12", "R10", "R11", "R13", "R14", "R07")),
    (("K35", "K80", "K81", "K85", "K57", "K56", "K50", "K51", "K52", "A0", "K59", "K58"),
     ("R10", "R11", "R19", "R14", "R50", "R63")),
    (("G43", "G44"), ("R51", "H5314", "R11", "H53149")),
    (("E10", "E11", "E13"), ("R73", "R35", "R631", "R81", "E162")),
    (("I10", "I1"), ("R030",)),
    (("D5", "D6"), ("R53", "R71", "D649", "R42")),
    (("F32", "F33"), ("R45", "F329", "R53", "G47")),
    (("F41", "F43"), ("R45", "R00")),
    (("G47",), ("R0683", "R40", "R53")),
    (("E03",), ("R53", "R635", "R946")),
    (("I63", "I61", "G45"), ("R47", "R29", "R53", "R27", "R20")),
    (("G40",), ("R56",)),
    (("L03", "L02", "L08"), ("R60", "L53", "R22", "R50", "L539")),
    (("M05", "M06", "M10", "M11", "M15", "M16", "M17", "M18", "M19", "M20", "M22", "M23", "M65", "M67", "M70", "M71",
      "M72", "M75", "M76", "M77"), ("M255", "M254", "M256", "M796", "R60", "M7989", "M250")),
    (("M48", "M50", "M51", "M541", "M543", "M47", "M43"), ("M542", "M545", "M549", "M546", "M796", "R20", "M5489")),
    (("G56", "G57"), ("R20", "M796", "M255")),
    (("H66", "H65", "H60"), ("H920",)),
    (("B02", "L20", "L23", "L30", "L40", "L50"), ("R21", "L29", "L298", "L299")),
    (("A41",), ("R50", "R65", "R78")),
    (("N18",), ("R94", "R79", "N289")),
    (("C", "D0", "D1", "D2", "D3"), ("R63", "D49", "R53", "C801")),
)  # fmt: skip
PAIN_OF = ("M255", "M254", "M256", "M796", "M795", "R60", "M7989", "R22", "M549", "M545", "M542", "M546")
INJURIES = ("S", "T07", "T14", "M84", "M80")
SPRAIN_AND_CONTUSION = ("S00", "S10", "S20", "S30", "S40", "S50", "S60", "S70", "S80", "S90")
SITELESS = frozenset({"disorder", "disease", "pain", "injury"})


def apply(case: Case) -> None:
    """Mark what is integral, and merge what says the same less precisely."""
    _pain_alone(case)
    _integral(case)
    _injury_pain(case)
    _vague(case)
    _unsided(case)


def _pain_alone(case: Case) -> None:
    """R52 is for a pain of which the record says nothing more (index: "Pain (see also Painful)")."""
    for candidate in case.matching("R52"):
        if any(not other.code.startswith(("R52", "Z", "V", "W", "X", "Y")) for other in case.candidates.values()):
            case.drop(candidate)


def _integral(case: Case) -> None:
    present = [candidate.code for candidate in case.candidates.values() if not candidate.flags & {"drug"}]
    for diseases, symptoms in INTEGRAL:
        if any(code.startswith(diseases) and not code.startswith(symptoms) for code in present):
            for candidate in case.matching(*symptoms):
                candidate.flags.add("integral")


def _injury_pain(case: Case) -> None:
    if case.matching(*INJURIES):
        for candidate in case.matching(*PAIN_OF):
            candidate.flags.add("integral")


def _vague(case: Case) -> None:
    """Within a category, an unspecified code gives its mentions to the specific one."""
    for candidate in list(case.candidates.values()):
        if candidate.code not in case.candidates or not case.book.vague(candidate.code):
            continue
        rivals = [other for other in case.matching(candidate.code[:3]) if _says_more(case, other, candidate)]
        if len(rivals) >= 1:
            _merge(case, candidate, max(rivals, key=lambda other: (other.problem, len(other.mentions))))


def _says_more(case: Case, other: Candidate, vague: Candidate) -> bool:
    if other.code == vague.code or other.flags & {"history"}:
        return False
    # A listed problem yields only to a condition that is listed or called by its own specific name.
    if vague.problem and not other.problem and not any(m.target == other.code for m in other.mentions):
        return False
    mine, theirs = case.book.title(vague.code), case.book.title(other.code)
    # Only a category's own residual code (".9", or F32.A) stands for all of the category.
    residual = vague.code[3:4] in ("9", "A") and vague.code[:1] not in "SM"
    if vague.code[:4] != other.code[:4] and not residual:
        return False
    if case.book.vague(other.code) and theirs.lower().count("unspecified") >= mine.lower().count("unspecified"):
        return False
    return title_words(mine) - SITELESS <= title_words(theirs) or vague.code[:1] not in "SMZT"


def _unsided(case: Case) -> None:
    """One condition of one site has one side on a chart, unless both sides are listed as problems."""
    groups: dict[str, list[Candidate]] = {}
    for candidate in case.candidates.values():
        if candidate.code[:1] in "SMGH" and len(candidate.code) >= 5:
            groups.setdefault(candidate.code[:5], []).append(candidate)
    for group in groups.values():
        open_sided = [c for c in group if case.book.vague(c.code)]
        sided = [c for c in group if not case.book.vague(c.code)]
        for candidate in open_sided if sided else []:
            if candidate.code in case.candidates:
                _merge(case, candidate, sided[0])


def _merge(case: Case, lesser: Candidate, better: Candidate) -> None:
    case.add(better.code, lesser.mentions)
    case.drop(lesser)
