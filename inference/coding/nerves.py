"""What a stroke left behind, whose dementia it is, how far a substance has gone; the vessel of an infarction.

Source: Guidelines I.C.9.d (I69 sequelae, Z86.73 without), I.C.9.e.1 (infarction by artery), I.C.5.d (dementia by
severity and behaviour; the disease first), I.C.5.b (use, abuse, dependence; withdrawal and intoxication), I.C.6.a
(an affected
side not called dominant: right is dominant, left is not).
"""

from __future__ import annotations

from inference.candidates import Candidate, Case
from inference.coding.around import Around
from inference.text.wordlists import word_set

LATE = word_set("residual sequela sequelae late old prior previous remote chronic")
STROKE = word_set("stroke cva infarction infarct")
# Deficit → its code after an infarction.
LEFT_BEHIND = (
    ("R4701", "I69320"), ("R4702", "I69321"), ("R471", "I69322"), ("R1310", "I69391"), ("R131", "I69391"),
    ("R29810", "I69392"), ("R270", "I69393"), ("R4189", "I69319"),
)  # fmt: skip
HEMIPLEGIA = {"G8191": "I69351", "G8192": "I69352", "G8193": "I69353", "G8194": "I69354", "G8190": "I69359",
              "G8100": "I69359"}  # fmt: skip
OPEN_SEQUELA = ("I6930", "I639")
ALZHEIMER = (word_set("early onset"), word_set("late onset"))
DISEASES = ((frozenset({"lewy"}), "G3183"), (frozenset({"frontotemporal"}), "G3109"))
VESSELS = (
    ((("left", "main"),), "I2101"), ((("left", "anterior", "descending"), ("lad",)), "I2102"),
    ((("right", "coronary"), ("rca",)), "I2111"), ((("circumflex",), ("lcx",)), "I2121"),
)  # fmt: skip
ELEVATED = ("I2109", "I2119", "I2129", "I213")


def apply(case: Case, around: Around) -> None:
    """Join what one sentence says together."""
    _sequelae(case, around)
    for candidate in case.matching("F03"):
        _dementia(case, around, candidate)
    for candidate in case.matching("F10", "F11", "F12", "F13", "F14", "F15", "F19"):
        _substance(case, around, candidate)
    for candidate in case.matching(*ELEVATED):
        _vessel(case, around, candidate)


def _sequelae(case: Case, around: Around) -> None:
    for deficit, code in (*LEFT_BEHIND, *HEMIPLEGIA.items()):
        for candidate in case.matching(deficit):
            words = around.words(candidate)
            if candidate.problem and words & STROKE and words & LATE and "acute" not in words:
                case.replace(candidate, code, "combined")
                for vague in case.matching(*OPEN_SEQUELA):
                    if around.words(vague) == words:
                        case.drop(vague)


def _dementia(case: Case, around: Around, candidate: Candidate) -> None:
    words = around.words(candidate)
    disease = next((code for named, code in DISEASES if named <= words), "")
    if "alzheimer" in words and not case.matching("G30"):
        disease = "G300" if ALZHEIMER[0] <= words else "G301" if ALZHEIMER[1] <= words else "G309"
    if disease or ("alzheimer" in words and case.matching("G30")):
        if disease:
            case.add(disease, candidate.mentions, "combined")
        suffix = candidate.code[3:]
        case.replace(candidate, "F02" + ("8" + suffix[1:] if suffix.startswith("9") else suffix))


def _substance(case: Case, around: Around, candidate: Candidate) -> None:
    """Withdrawal and intoxication take the place of "uncomplicated" (I.C.5.b.1, I.C.5.b.2)."""
    code, words = candidate.code, around.words(candidate)
    level = "2" if code[3] == "1" and "dependence" in words else code[3]
    rest = code[4:]
    if rest in ("0", "90", "0A") and level in "12":
        rest = _state(code[:3], words) or rest
    changed = code[:3] + level + rest
    if changed != code and case.book.billable(changed):
        case.replace(candidate, changed)


def _state(family: str, words: frozenset[str]) -> str:
    if "withdrawal" in words:
        delirium = words & {"delirium", "tremen"}
        if family in ("F10", "F13", "F19"):
            return "31" if delirium else "39"
        return "3"
    if words & {"intoxication", "intoxicated"}:
        return "21" if "delirium" in words else "29"
    return ""


def _vessel(case: Case, around: Around, candidate: Candidate) -> None:
    words = around.words(candidate)
    for names, code in VESSELS:
        if any(words.issuperset(name) for name in names):
            case.replace(candidate, code)
            return
