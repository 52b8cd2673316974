"""One attribute, one value for a whole chart: the stage, type or severity that is documented best.

A chart of several notes names the same disease with more or less detail. The final diagnoses weigh
most, then listed problems, then detail (Guidelines I.B.2, I.B.18). Also: I.C.5.b.2 (of use, abuse and
dependence only the gravest), I.C.9.e (one infarction), I.C.10.a (exacerbation belongs to the severity named),
I.C.13.d.2 (a fracture with osteoporosis is M80, without a code of injury), dementia in Alzheimer's disease.
"""

from __future__ import annotations

from inference.candidates import Candidate, Case
from inference.text.sections import Kind

# Each line: the codes of which a chart has one.
ONE_OF: tuple[tuple[str, ...], ...] = (
    ("N181", "N182", "N183", "N184", "N185", "N186", "N189"), ("I50",), ("J45",), ("I48",), ("I63",), ("I21",),
    ("K35",), ("K85",), ("N40",), ("F31",), ("F32", "F33"), ("I824",), ("E40", "E41", "E43", "E44", "E45", "E46"),
    ("J960", "J961", "J962", "J969"), ("C83", "C851", "C859"), ("F03",), ("F02",), ("O24",), ("N13",),
    ("D50",),
)  # fmt: skip
SUBSTANCES = tuple(f"F1{digit}" for digit in "01234568")
GRAVITY = {"2": 2, "1": 1, "9": 0}  # fourth character: dependence, abuse, use
STATED = frozenset({Kind.DIAGNOSES, Kind.ASSESSMENT, Kind.PLAN, Kind.COURSE})
# What a more telling code of the chart already says: lesser → greater.
SAID_BY = (
    (("E611",), ("D50",)), (("M81",), ("M80",)), (("I8290", "I82409", "I8291"), ("I824", "I826", "I2699", "I26")),
    (("J189",), ("J13", "J14", "J15", "J16", "J12")), (("N132",), ("N136",)), (("N1330", "N201", "N200"), ("N132",)),
    (("F17200",), ("F1721", "F1722", "F1729")), (("R739",), ("E08", "E09", "E10", "E11", "E13")),
)  # fmt: skip
NEURODEGENERATIVE = ("G30", "G310", "G3183", "G20")
URINARY = frozenset({"luts", "nocturia", "retention", "obstruction", "hesitancy", "frequency"})
INFECTED_LUNG = ("J12", "J13", "J14", "J15", "J16", "J18", "J20")


def apply(case: Case) -> None:
    """Let every chart-wide attribute take its one value."""
    _asthma(case)
    _airways(case)
    _dementia(case)
    _fracture(case)
    _prostate(case)
    for prefixes in ONE_OF:
        _settle(case, case.matching(*prefixes))
    for prefix in SUBSTANCES:
        found = case.matching(prefix)
        top = max((GRAVITY.get(c.code[3], 0) for c in found), default=0)
        _settle(case, [c for c in found if GRAVITY.get(c.code[3], 0) < top], [c for c in found if _grave(c, top)])
    for lesser, greater in SAID_BY:
        _settle(case, case.matching(*lesser), [c for c in case.matching(*greater) if not c.code.startswith(lesser)])


def _grave(candidate: Candidate, top: int) -> bool:
    return GRAVITY.get(candidate.code[3], 0) == top


def _settle(case: Case, lesser: list[Candidate], greater: list[Candidate] | None = None) -> None:
    """Merge into the best of `greater`, or of the group itself, all others of the group."""
    group = lesser if greater is None else greater
    if not group or not lesser:
        return
    best = max(group, key=lambda candidate: _standing(case, candidate))
    for candidate in lesser:
        if candidate.code != best.code:
            case.add(best.code, candidate.mentions)
            case.drop(candidate)


def _standing(case: Case, candidate: Candidate) -> tuple[bool, bool, bool, int]:
    final = any(m.problem and m.note in case.final for m in candidate.mentions)
    notes = len({mention.note for mention in candidate.mentions})
    listed = candidate.problem or any(m.kind in STATED for m in candidate.mentions)
    return (not case.book.vague(candidate.code), final, listed, notes)


def _asthma(case: Case) -> None:
    """An exacerbation goes with the severity that the chart names elsewhere."""
    acute = [c for c in case.matching("J45901", "J45902") if any(m.kind in STATED for m in c.mentions)]
    graded = [c for c in case.matching("J452", "J453", "J454", "J455") if c.code.endswith("0")]
    for candidate in graded if acute else []:
        case.replace(candidate, candidate.code[:4] + acute[0].code[-1])


def _airways(case: Case) -> None:
    """Chronic obstruction with an infection below: J44.0, beside the infection's own code."""
    infection = [c for c in case.matching(*INFECTED_LUNG) if c.problem]
    for candidate in case.matching("J449") if infection else []:
        if candidate.problem:
            case.replace(candidate, "J440", "combined")
    if infection and any(c.problem for c in case.matching("J441")):
        mentions = [m for c in infection for m in c.mentions]
        case.add("J440", mentions, "combined")


def _dementia(case: Case) -> None:
    """Dementia beside its disease is F02, with the same severity."""
    if any(c.problem or len(c.mentions) > 1 for c in case.matching(*NEURODEGENERATIVE)):
        for candidate in case.matching("F03"):
            suffix = candidate.code[3:]
            case.replace(candidate, "F02" + ("8" + suffix[1:] if suffix.startswith("9") else suffix))


def _prostate(case: Case) -> None:
    """Enlargement with the urinary symptoms that the same problem names is N40.1; retention then is R33.8."""
    for candidate in case.matching("N400"):
        if any(mention.words & URINARY for mention in candidate.mentions):
            case.replace(candidate, "N401")
    for candidate in case.matching("R339") if case.matching("N401") else []:
        case.replace(candidate, "R338")


def _fracture(case: Case) -> None:
    weak = case.matching("M80", "M844", "M845")
    broken = [c for c in case.matching("S22", "S32", "S42", "S52", "S72", "S82") if c.code[-1] in "ABCDGKPS"]
    if any(c.problem for c in weak):
        _settle(case, broken, weak)
