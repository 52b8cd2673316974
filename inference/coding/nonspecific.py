"""Words that name a condition only where nothing better is known: "pain", "tumour", "infection", "bleeding".

Source: Guidelines I.B.18 and IV.D (unspecified codes when nothing more is documented), I.A.12.a (R52 excludes
localized pain), I.C.19.b (T14 only where the site is unknown).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from inference.candidates import Candidate, Case
from inference.mentions import Mention
from inference.text.wordlists import word_set

# Code → prefixes of the codes beside which it says nothing, and words that other titles share with it.
SAID_BETTER: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "R52": (("R10", "R07", "R51", "M54", "M255", "M796", "G43", "G44", "G89", "N23", "R30", "N94", "R0789", "M26"),
            ("pain", "algia", "colic")),
    "B999": (("A", "B", "J0", "J10", "J11", "J12", "J13", "J15", "J18", "J20", "J22", "N10", "N30", "N390", "L0",
              "K35",
              "K65", "M00", "M86", "G00", "I33", "T814", "T802", "T827", "T835", "T845", "H66", "U071", "P36", "O86",
              "K61", "N45", "N41", "K05", "K04", "K57", "K81"), ("infect", "abscess", "sepsis")),
    "D499": (("C", "D0", "D1", "D2", "D30", "D31", "D32", "D33", "D34", "D35", "D36", "D37", "D38", "D39", "D40",
              "D41",
              "D42", "D43", "D44", "D45", "D46", "D47", "D48", "D49"), ("neoplasm",)),
    "R58": (("K92", "K62", "R04", "N93", "R31", "I60", "I61", "I62", "K661", "H113", "H356", "H431", "D62", "N92"),
            ("hemorrhag", "bleeding")),
    "I96": ((), ("necrosis", "gangrene", "infarction", "necroti")),
    "I8290": (("I80", "I81", "I82", "I26", "I74", "I63", "I67", "I21", "I24", "K55", "T82", "I236", "I513", "N4881"),
              ("thrombosis", "embolism")),
    "T1490XA": (("S", "T0", "T1", "T2", "T3"), ()),
    "L539": (("L0", "L2", "L3", "L4", "L50", "L51", "L52", "L93", "H"), ("erythema", "dermatitis")),
}  # fmt: skip
# Words around a mention that make it another thing: "tumour necrosis factor", "pain clinic", "trauma centre".
OTHERWISE: dict[str, frozenset[str]] = {
    "R52": word_set(
        "clinic unit management medication medicine scale relief reliever control free score painless killer "
        "percussion palpation"
    ),
    "D499": word_set("factor marker lysis board staging conference necrosis antitumor"),
    "I96": word_set("factor tumor avascular"),
    "B999": word_set("control prevention precaution sign parameter risk disease specialist"),
    "T1490XA": word_set(
        "center centre surgery bay team childhood emotional psychological sexual surgeon history birth "
        "obstetric previous unit orthopedic focused"
    ),
    "R58": word_set("time risk estimated blood surgical intraoperative"),
    "L905": word_set("revision removal previous"),
}

UNKNOWN = word_set("unknown occult")

# Who counts the cigarettes of the past no longer smokes them.
GAVE_UP = word_set("quit former ex stopped ceased used until abandoned previously ago")


def apply(case: Case) -> None:
    """Take out what is said better elsewhere, and what only looks like a condition."""
    for code, (prefixes, words) in SAID_BETTER.items():
        candidate = case.candidates.get(code)
        if candidate is not None and not candidate.problem and _said(case, candidate, prefixes, words):
            case.drop(candidate)
    for code, wrong in OTHERWISE.items():
        candidate = case.candidates.get(code)
        if candidate is not None:
            _keep(case, candidate, partial(_apart, wrong))
            candidate.flags.add("nonspecific")

    _unknown_primary(case)
    for candidate in case.matching("F172"):
        _keep(case, candidate, lambda mention: "cigarette" not in mention.name or mention.words.isdisjoint(GAVE_UP))


def _unknown_primary(case: Case) -> None:
    """C80.1 beside another malignancy only where the primary is said to be unknown (Guidelines I.C.2.j)."""
    candidate = case.candidates.get("C801")
    if candidate is None or len(case.matching("C")) == 1:
        return
    if not any(UNKNOWN & set(mention.name.split()) for mention in candidate.mentions):
        case.drop(candidate)


def _apart(wrong: frozenset[str], mention: Mention) -> bool:
    return mention.words.isdisjoint(wrong)


def _said(case: Case, candidate: Candidate, prefixes: tuple[str, ...], words: tuple[str, ...]) -> bool:
    for other in case.candidates.values():
        if other.code == candidate.code or other.code.startswith("Z"):
            continue
        title = case.book.title(other.code).lower()
        if (prefixes and other.code.startswith(prefixes)) or any(word in title for word in words):
            return True
    return False


def _keep(case: Case, candidate: Candidate, fits: Callable[[Mention], bool]) -> None:
    candidate.mentions[:] = [mention for mention in candidate.mentions if mention.problem or fits(mention)]
    if not candidate.mentions:
        case.drop(candidate)
