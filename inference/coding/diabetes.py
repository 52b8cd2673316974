"""Diabetes: type, complications by the assumed link, and long-term drugs.

Source: Guidelines I.A.15 ("with": the classification presumes the link between diabetes and the
conditions its index lists under "with"), I.C.4.a (as many codes as needed; type 2 when the type is
not documented; Z79.4 for insulin, Z79.84 for oral drugs; "use additional code" for the stage of CKD).
A number alone (an A1c) is no diagnosis of hyperglycaemia: III.B leaves abnormal findings to the provider.
"""

from __future__ import annotations

from inference.candidates import Candidate, Case
from inference.text.assertion import Status
from inference.text.sections import Kind
from inference.text.wordlists import word_set

FAMILIES = ("E08", "E09", "E10", "E11", "E13")
# Prefix of a condition documented in the same chart → the suffix that combines it with diabetes.
PRESUMED = (
    ("N18", "22"), ("G629", "40"), ("G62", "42"), ("G609", "42"), ("G99", "43"), ("G90", "43"), ("K3184", "43"),
    ("H350", "319"), ("H36", "319"), ("I739", "51"), ("I7020", "51"), ("I702", "51"), ("L97", "621"),
    ("N08", "21"), ("M146", "610"), ("M869", "69"), ("L984", "622"),
)  # fmt: skip
# Conditions that the combined code says by itself.
ABSORBED = ("G629", "G62", "G609", "H350", "H36", "I739", "N08", "G99")
TYPE_2 = frozenset({"2", "t2dm", "t2d", "dm2", "dmii", "niddm", "iddm2", "type2"})
OUT_OF_CONTROL = (("poorly", "controlled"), ("out", "control"), ("inadequately", "controlled"))
ORAL = word_set(
    "metformin glipizide glyburide glimepiride sitagliptin januvia empagliflozin jardiance dapagliflozin farxiga "
    "pioglitazone actos linagliptin tradjenta glucophage canagliflozin invokana saxagliptin glucotrol amaryl "
    "repaglinide acarbose janumet"
)
INSULIN = word_set("insulin lantus glargine humalog novolog lispro aspart levemir detemir basaglar toujeo tresiba "
                    "degludec humulin novolin")  # fmt: skip
INJECTED = word_set("ozempic semaglutide trulicity dulaglutide victoza liraglutide mounjaro tirzepatide "
                     "exenatide byetta bydureon")  # fmt: skip


def apply(case: Case) -> None:
    """Combine diabetes with its complications and add the long-term drugs."""
    _called_diabetic(case)
    diabetes = case.matching(*FAMILIES)
    if not diabetes:
        return
    family = _family(diabetes)
    for candidate in diabetes:
        if candidate.code[:3] != family:
            case.replace(candidate, family + candidate.code[3:])
    _hyperglycemia(case, family)
    _complications(case, family)
    _uncomplicated(case, family)
    _drugs(case, family)


def _called_diabetic(case: Case) -> None:
    """ "Diabetic foot ulcer" documents the diabetes with its complication."""
    for prefix, suffix in PRESUMED:
        for candidate in case.matching(prefix):
            told = [m for m in candidate.mentions if "diabetic" in m.words and m.status is Status.AFFIRMED]
            if told:
                case.add("E11" + suffix, told, "combined")


def _family(diabetes: list[Candidate]) -> str:
    """One type of diabetes for a chart: the one stated most, type 2 being the default (I.C.4.a.2)."""
    stated: dict[str, set[tuple[str, bool]]] = {}
    for candidate in diabetes:
        for mention in candidate.mentions:
            family = candidate.code[:3]
            # "DKA" and "diabetic neuropathy" name no type, though their usual code does.
            if family != "E11" or not TYPE_2.isdisjoint(mention.name.split(" ")):
                stated.setdefault(family, set()).add((mention.note, mention.problem))
    weight = {family: sum(3 if listed else 1 for _, listed in places) for family, places in stated.items()}
    return max(weight, key=lambda family: (weight[family], family != "E11"), default="E11")


def _hyperglycemia(case: Case, family: str) -> None:
    for candidate in case.matching(family + "9", family + "8"):
        if any(_out_of_control(mention.words) for mention in candidate.mentions):
            case.add(family + "65", candidate.mentions, "combined")


def _out_of_control(words: frozenset[str]) -> bool:
    return "hyperglycemia" in words or any(words.issuperset(pair) for pair in OUT_OF_CONTROL)


def _complications(case: Case, family: str) -> None:
    own = [mention for candidate in case.matching(family) for mention in candidate.mentions]
    for prefix, suffix in PRESUMED:
        for candidate in case.matching(prefix):
            if not _documented(candidate):
                continue
            combined = case.add(family + suffix, [*candidate.mentions, *(own if candidate.problem else ())], "assumed")
            if combined is not None and candidate.code.startswith(ABSORBED):
                case.drop(candidate)
    for candidate in case.matching(family + "43"):
        stomach = [mention for mention in candidate.mentions if "gastroparesis" in mention.words]
        if stomach:
            case.add("K3184", stomach, "combined")


def _documented(candidate: Candidate) -> bool:
    """Whether a clinician says it of this patient now, outside of old lists."""
    usable = (Kind.ASSESSMENT, Kind.DIAGNOSES, Kind.HPI, Kind.PLAN, Kind.COURSE, Kind.OTHER, Kind.PMH)
    return any(mention.kind in usable and mention.status is Status.AFFIRMED for mention in candidate.mentions)


def _uncomplicated(case: Case, family: str) -> None:
    """ "Without complications" cannot stand beside a complication of the same diabetes."""
    complicated = [c for c in case.matching(family) if c.code[3:] not in ("9", "8")]
    plain = case.matching(family + "9", family + "8")
    if complicated and plain:
        best = max(complicated, key=lambda candidate: (candidate.problem, len(candidate.mentions)))
        for candidate in plain:
            case.add(best.code, candidate.mentions)
            case.drop(candidate)


def _drugs(case: Case, family: str) -> None:
    for names, code in ((INSULIN, "Z794"), (ORAL, "Z7984"), (INJECTED, "Z7985")):
        if code == "Z794" and family == "E10":
            # Insulin belongs to type 1: the code would say nothing more.
            for candidate in case.matching(code):
                case.drop(candidate)
            continue
        for mention in case.drugs:
            if mention.name in names:
                case.add(code, [mention], "drug")
