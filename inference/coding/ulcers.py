"""Ulcers of the skin by site, side and depth.

Source: Guidelines I.C.12.a (pressure ulcers: site and stage; unstageable is not unspecified; healing by the current
stage), I.C.12.b (non-pressure ulcers), I.B.14 (depth and stage may come from clinicians who are not the provider).
"""

from __future__ import annotations

from inference.candidates import Candidate, Case
from inference.coding.around import Around, Clause
from inference.text.wordlists import word_set

# Pressure ulcers: words of the site → stem for right, left, unspecified side. One stem: the site has no sides.
PRESSURE = (
    (word_set("elbow"), ("L8901", "L8902", "L8900")), (word_set("heel"), ("L8961", "L8962", "L8960")),
    (word_set("ankle malleolus"), ("L8951", "L8952", "L8950")),
    (word_set("buttock gluteal ischium ischial"), ("L8931", "L8932", "L8930")),
    (word_set("hip trochanter trochanteric"), ("L8921", "L8922", "L8920")),
    (word_set("sacrum sacral coccyx tailbone sacrococcygeal"), ("L8915",)),
    (word_set("head occiput occipital"), ("L8981",)),
    (word_set("back"), ("L8914", "L8914", "L8910")),
)  # fmt: skip
STAGES = {"1": "1", "2": "2", "3": "3", "4": "4"}
UNSITED_STAGE = {"0": "9", "5": "0"}  # last character of L89.9- → of a site's own code
# Non-pressure ulcers of the lower limb: words → fourth character after L97.
LIMB = ((word_set("heel midfoot"), "4"), (word_set("toe"), "5"), (word_set("foot plantar forefoot"), "5"),
        (word_set("ankle malleolus"), "3"), (word_set("calf shin"), "2"), (word_set("thigh"), "1"))  # fmt: skip
SIDE = {"right": "1", "left": "2"}
SKIN, FAT = word_set("skin breakdown superficial"), word_set("fat subcutaneous")
MUSCLE, BONE = word_set("muscle"), word_set("bone")
DEAD = word_set("necrosis necrotic")


def apply(case: Case, around: Around) -> None:
    """Complete each ulcer from the sentences that name it."""
    for candidate in case.matching("L89"):
        _pressure(case, around, candidate)
    for candidate in case.matching("L97"):
        _limb(case, around, candidate)
    diabetic = case.matching("E08621", "E09621", "E10621", "E11621", "E13621")
    for candidate in diabetic if not case.matching("L97", "L984") else []:
        _of_diabetes(case, around, candidate)
    if case.matching("L97"):
        for candidate in case.matching("I96"):
            if all(mention.name == "necrosis" for mention in candidate.mentions):
                case.drop(candidate)


def _clauses(around: Around, candidate: Candidate) -> list[Clause]:
    return [clause for mention in candidate.mentions if (clause := around.clause(mention)) is not None]


def _said(clause: Clause) -> frozenset[str]:
    return clause.affirmed | {word for word in ("right", "left") if word in {w.norm for w in clause.words}}


def _pressure(case: Case, around: Around, candidate: Candidate) -> None:
    for clause in _clauses(around, candidate):
        words = _said(clause)
        stage = _stage(words)
        stem = next((_sided(stems, words) for named, stems in PRESSURE if words & named), "")
        if not stem and stage and not candidate.code.startswith("L899"):
            stem = candidate.code[:5]
        if stem and (stage or candidate.code.startswith("L899")):
            unsited = UNSITED_STAGE.get(candidate.code[-1], candidate.code[-1])
            case.replace(candidate, stem + (stage or unsited))
            return


def _stage(words: frozenset[str]) -> str:
    if "unstageable" in words:
        return "0"
    if "deep" in words and "tissue" in words:
        return "6"
    numbered = "stage" in words or "grade" in words
    return next((STAGES[n] for n in ("4", "3", "2", "1") if numbered and n in words), "")


def _sided(stems: tuple[str, ...], words: frozenset[str]) -> str:
    if len(stems) == 1:
        return stems[0]
    right, left, unknown = stems
    return right if "right" in words else left if "left" in words else unknown


def _severity(words: frozenset[str]) -> str:
    """Sixth character: 1 skin, 2 fat, 3 and 4 necrosis of muscle and bone, 5 and 6 the same without necrosis."""
    if words & BONE:
        return "4" if words & DEAD else "6"
    if words & MUSCLE:
        return "3" if words & DEAD else "5"
    return "2" if words & FAT else "1" if {"skin", "breakdown"} <= words else "9"


def _limb(case: Case, around: Around, candidate: Candidate) -> None:
    if candidate.code[4] != "0" and candidate.code[-1] != "9":
        return
    for clause in _clauses(around, candidate):
        code = _limb_code(_said(clause), candidate.code[3])
        if code and case.book.billable(code):
            case.replace(candidate, code)
            return


def _limb_code(words: frozenset[str], known: str) -> str:
    site = next((digit for named, digit in LIMB if words & named), known)
    side = next((digit for side, digit in SIDE.items() if side in words), "")
    return f"L97{site}{side}{_severity(words)}" if side else ""


def _of_diabetes(case: Case, around: Around, candidate: Candidate) -> None:
    """ "Use additional code" for the site and depth of a diabetic ulcer."""
    for clause in _clauses(around, candidate):
        code = _limb_code(_said(clause), "5")
        if code:
            case.add(code, candidate.mentions, "combined")
            return
