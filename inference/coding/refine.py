"""What the words around a name decide where no title says it: level of the spine, dominant side, kind of arthrosis.

Source: the Alphabetic Index (Osteoarthritis: primary where the kind is not documented and the joint and side are;
Coding Clinic 4Q 2016), Guidelines I.C.6.a (hemiplegia without documented dominance: the right side counts as
dominant, the left as non-dominant), the regions of the spine in the notes of M40 to M54.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from inference.coding.book import Book

ADULT = 18  # years
NEWBORN_ENDS = 2
LEVEL = re.compile(r"([ctls])(\d{1,2})")
REGIONS = {"c": "cervical", "l": "lumbar"}
REACH = {"c": 8, "l": 5, "s": 1}
# Disc disorders of the back, and what the same is called at the neck.
AT_THE_NECK = {"M513": "M503", "M512": "M502", "M511": "M501", "M519": "M509", "M518": "M508", "M51": "M50"}
DISC_NOWHERE = "M519"
STROKE = frozenset({"stroke", "cva", "infarct", "infarction", "hemiparesis", "hemiplegia"})
DISC_KINDS = (
    (frozenset({"herniated", "herniation", "bulging", "bulge", "protrusion", "extrusion", "slipped", "displacement"}),
     "M512"),
    (frozenset({"degeneration", "degenerative", "desiccation"}), "M513"),
)  # fmt: skip
PRESSURE_ULCER = "L899"
PRESSED = (
    (frozenset({"sacrum", "sacral", "coccyx", "tailbone"}), "L8915"), (frozenset({"heel"}), "L896"),
    (frozenset({"hip"}), "L892"), (frozenset({"buttock"}), "L893"), (frozenset({"ankle"}), "L895"),
    (frozenset({"elbow"}), "L890"), (frozenset({"back"}), "L891"),
)  # fmt: skip
REGION_WORDS = frozenset({"cervical", "thoracic", "thoracolumbar", "lumbar", "lumbosacral", "neck"})
# Arthrosis of a joint as the dictionary knows it → primary of that joint, where the side is documented.
PRIMARY = {"M17": "M171", "M179": "M171", "M16": "M161", "M169": "M161", "M18": "M181", "M189": "M181"}
BOTH = {"M171": "M170", "M161": "M160", "M181": "M180"}
# "Smoker: see Dependence, drug, nicotine" (F17.20-); cigarettes, counted in packs, are F17.21-.
CIGARETTES = frozenset({"cigarette", "pack", "ppd"})
WITH_DOMINANCE = ("G81", "G831", "G832", "G833", "I69")
STATED = frozenset({"dominant", "nondominant"})
DOMINANCE = re.compile(r"affecting (right|left) (non-?)?dominant side$", re.IGNORECASE)


def levels(near: Sequence[str]) -> tuple[str, ...]:
    """Words that levels of the spine stand for: "C5-6" → cervical, c5, c6; "L5-S1" → lumbosacral."""
    found: list[str] = []
    for place, word in enumerate(near):
        match = LEVEL.fullmatch(word)
        if not match or int(match[2]) > REACH.get(match[1], 0):
            continue
        after = near[place + 1] if place + 1 < len(near) else ""
        found.append(REGIONS.get(match[1], ""))
        if after.isdigit() and int(after) == int(match[2]) + 1:
            found.append(match[1] + after)
    if {"l5", "s1"} <= set(near):
        found = ["lumbosacral"]
    return tuple(dict.fromkeys(filter(None, found)))


def target(code: str, words: Iterable[str], side: str) -> str:
    """The category that a named code stands for, given the words around it and the side."""
    said = set(words)
    if code == "F17200" and said & CIGARETTES:
        return "F17210"
    if code == "I25119" and "stable" in said:
        return "I25118"
    if code == "N979" and "male" in said:
        return "N469"
    if code.startswith("G819") and "weakness" in said and said.isdisjoint(STROKE):
        # Weakness of one side is hemiparesis only where a stroke is documented (Coding Clinic 1Q 2015).
        return "R531"
    if code.startswith(PRESSURE_ULCER):
        return next((placed for words_of, placed in PRESSED if words_of & said), code)
    if code.startswith("M51"):
        return _disc(code, said)
    if code in PRIMARY and side and said.isdisjoint({"traumatic", "secondary", "posttraumatic"}):
        primary = PRIMARY[code]
        return BOTH[primary] if side == "bilateral" else primary
    return code


def _disc(code: str, said: set[str]) -> str:
    """A disc disorder of the back, or of the neck where the level says so, by its kind."""
    located = bool(said & REGION_WORDS)
    if code in ("M51", DISC_NOWHERE) and located and "disc" in said:
        code = next((kind for kind_words, kind in DISC_KINDS if kind_words & said), code)
    if "cervical" in said and not said & {"lumbar", "lumbosacral"}:
        stem = next((old for old in AT_THE_NECK if code.startswith(old)), code)
        return AT_THE_NECK.get(stem, code)
    return code if located or code != "M513" else DISC_NOWHERE


def dominance(book: Book, code: str, words: Iterable[str]) -> str:
    """The code of the same side with the dominance that is documented, or that the guideline presumes."""
    match = DOMINANCE.search(book.title(code)) if code.startswith(WITH_DOMINANCE) else None
    if match is None:
        return code
    said = list(words)
    non = "nondominant" in said or ("non", "dominant") in pairwise(said)
    wanted = not non if STATED & set(said) else match[1].lower() == "right"
    for other in book.siblings(code):
        its = DOMINANCE.search(book.title(other))
        if its and its[1].lower() == match[1].lower() and (its[2] is None) is wanted:
            return other
    return code


def by_age(code: str, age: int | None) -> str:
    """The code for a patient of this age: examinations of children have their own, perinatal codes end; "" drops it.

    Z00.12- is for children over 28 days to 17 years (the note at Z00.12-); chapter 16 is for newborns, kept
    here to the second birthday.
    """
    if age is None:
        return code
    if code.startswith("P") and age >= NEWBORN_ENDS:
        return ""
    if age < ADULT and code in ("Z0000", "Z0001"):
        return "Z0012" + ("9" if code == "Z0000" else "1")
    if age >= ADULT and code in ("Z00129", "Z00121"):
        return "Z000" + ("0" if code == "Z00129" else "1")
    return code
