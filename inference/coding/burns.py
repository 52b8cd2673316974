"""Burns by site, degree and extent; fractures by displacement and by where in healing they are.

Source: Guidelines I.C.19.d (burns of each site to the highest degree; T31 for the share of the body), I.C.19.c (7th
character by active treatment, healing, delayed healing, nonunion, malunion; pathological fractures M80, M84.5-).
"""

from __future__ import annotations

import re

from inference.candidates import Candidate, Case
from inference.coding.around import Around, Clause

UNSITED = ("T300",)
DEGREES = (
    ("3", re.compile(r"\b(?:third[- ]degree|3rd[- ]degree|full[- ]thickness|degree 3)\b", re.IGNORECASE)),
    ("2", re.compile(r"\b(?:second[- ]degree|2nd[- ]degree|partial[- ]thickness|blister\w*)\b", re.IGNORECASE)),
    ("1", re.compile(r"\b(?:first[- ]degree|1st[- ]degree|superficial)\b", re.IGNORECASE)),
)
# Words of a site → category, fifth character, and whether the sixth is a side.
SITES = (
    (("chest",), "T21", "1", False), (("abdomen", "abdominal"), "T21", "2", False), (("buttock",), "T21", "5", False),
    (("back",), "T21", "3", False), (("trunk",), "T21", "0", False), (("face", "facial", "head"), "T20", "0", False),
    (("ear",), "T20", "1", True), (("lip",), "T20", "2", False), (("chin",), "T20", "3", False),
    (("nose",), "T20", "4", False), (("scalp",), "T20", "5", False), (("forehead", "cheek"), "T20", "6", False),
    (("neck",), "T20", "7", False), (("forearm",), "T22", "1", True), (("elbow",), "T22", "2", True),
    (("arm",), "T22", "3", True), (("axilla",), "T22", "4", True), (("shoulder",), "T22", "5", True),
    (("thumb",), "T23", "1", True), (("finger",), "T23", "2", True), (("palm",), "T23", "5", True),
    (("wrist",), "T23", "7", True), (("hand",), "T23", "0", True), (("thigh",), "T24", "1", True),
    (("knee",), "T24", "2", True), (("leg", "calf", "shin"), "T24", "3", True), (("ankle",), "T25", "1", True),
    (("toe",), "T25", "3", True), (("foot",), "T25", "2", True),
)  # fmt: skip
SHARE = re.compile(
    r"(\d{1,2}) ?% ?(?:of )?(?:the |his |her )?(?:total )?(?:TBSA|BSA|body surface)|"
    r"(?:TBSA|body surface area)[^.;\n%]{0,25}?(\d{1,2}) ?%",
    re.IGNORECASE,
)
DEEP_SHARE = re.compile(
    r"(\d{1,2}) ?% (?:was |were |of (?:it |which )?)?(?:third|3rd|full)[- ](?:degree|thickness)", re.IGNORECASE
)
FRACTURES = ("S02", "S12", "S22", "S32", "S42", "S49", "S52", "S59", "S62", "S72", "S79", "S82", "S89", "S92", "M80",
             "M84")  # fmt: skip
LATER = (("K", frozenset({"nonunion"})), ("K", frozenset({"non", "union"})), ("P", frozenset({"malunion"})),
         ("P", frozenset({"malunited"})), ("G", frozenset({"delayed", "healing"})),
         ("G", frozenset({"delayed", "union"})))  # fmt: skip
OPENED = {"B": "M", "C": "N"}
TUMOROUS = ("C795", "C7952", "C900", "C41", "C40")
SPINE = ("S120", "S220", "S320", "M485", "M844")


def apply(case: Case, around: Around) -> None:
    """Complete burns and fractures from the sentences that name them."""
    for candidate in case.matching(*UNSITED):
        _sited(case, around, candidate)
    if case.matching("T20", "T21", "T22", "T23", "T24", "T25", "T30"):
        _extent(case, around)
    for candidate in case.matching(*FRACTURES):
        _healing(case, around, candidate)
    _weak_bone(case, around)


def _sited(case: Case, around: Around, candidate: Candidate) -> None:
    for mention in candidate.mentions:
        clause = around.clause(mention)
        code = _burn_code(case, clause) if clause is not None else ""
        if code:
            case.replace(candidate, code)
            return


def _burn_code(case: Case, clause: Clause) -> str:
    words = {word.norm for word in clause.words}
    degree = next((digit for digit, pattern in DEGREES if pattern.search(clause.text)), "0")
    for named, category, fifth, sided in SITES:
        if words.isdisjoint(named):
            continue
        side = ("1" if "right" in words else "2" if "left" in words else "9") if sided else "X"
        return next((c for c in (f"{category}{degree}{fifth}{side}A",) if case.book.billable(c)), "")
    return ""


def _extent(case: Case, around: Around) -> None:
    for clause, match in around.clauses(SHARE):
        share = int(match[1] or match[2])
        deep = DEEP_SHARE.search(clause.text)
        tens, deep_tens = share // 10, (int(deep[1]) // 10 if deep else 0)
        code = "T310" if tens == 0 else f"T31{tens}{min(deep_tens, tens)}"
        case.add(code, [clause.mention(match.start(), match.end())], "combined")
        return


def _healing(case: Case, around: Around, candidate: Candidate) -> None:
    words = around.words(candidate)
    code = candidate.code
    if "nondisplaced" in words and "displaced" not in words:
        code = _nondisplaced(case, code)
    letter = next((letter for letter, all_of in LATER if all_of <= words), "")
    if letter and len(code) == 7 and code[6] in "ADS" and case.book.billable(code[:6] + letter):
        code = code[:6] + letter
    case.replace(candidate, code)


def _nondisplaced(case: Case, code: str) -> str:
    title = case.book.title(code)
    if not title.startswith("Displaced"):
        return code
    wanted = "Nond" + title[1:]
    family = (other for other in case.book.entries if other.startswith(code[:3]) and other[6:] == code[6:])
    return next((other for other in family if case.book.title(other) == wanted), code)


def _weak_bone(case: Case, around: Around) -> None:
    """Osteoporosis or a tumour named as the fracture's reason (I.C.13.d, I.C.2.l.6)."""
    for candidate in case.matching(*FRACTURES[:-2]):
        words = around.words(candidate)
        if {"osteoporotic"} & words or ({"osteoporosis"} & words and "with" in words):
            weak = "M8008X" if candidate.code.startswith(SPINE) else ""
            if weak:
                case.replace(candidate, weak + candidate.code[6])
    for candidate in case.matching("M844"):
        words = around.words(candidate)
        code = "M845" + candidate.code[4:]
        if (words & {"metastatic", "metastasis", "tumor", "cancer", "myeloma", "neoplastic"}) and case.book.billable(
            code
        ):
            case.replace(candidate, code)
