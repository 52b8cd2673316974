"""Descends from a category to the billable code that the documentation supports.

Source: ICD-10-CM Official Guidelines FY2026, I.B.2 (highest level of detail), I.B.13 (laterality),
I.B.18 (unspecified codes when nothing more is documented), I.C.19.a and I.C.19.c (7th character;
a fracture not said to be open is closed, not said to be nondisplaced is displaced).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from inference.coding.book import Book, title_pairs, title_words
from inference.text.wordlists import word_set

SIDE_WORD = re.compile(r"\b(right|left|bilateral)\b", re.IGNORECASE)
NO_SIDE = re.compile(r"unspecified (?:\w+ )?(?:side|eye|ear|limb|extremity|\w+)|side unspecified", re.IGNORECASE)
HEALING = frozenset({"healing", "healed", "aftercare", "postoperative", "subsequent", "removal"})
SEQUELA = frozenset({"sequela", "sequelae", "malunion"})
# Words that ask for a code of their own however much else matches.
DEMANDING = word_set(
    "nondisplaced displaced torus greenstick open pathological recurrent hemorrhage perforation obstruction gangrene "
    "coma intractable remission drug underlying neonatal puerperal pregnancy postprocedural congenital "
    "intraoperative externa juvenile crystal"
)

LOYALTY = 1.0  # what a neighbour must gain by documentation before it displaces the code that was named


@dataclass(frozen=True)
class Setting:
    """What the documentation around a mention says.

    `near`: folded words in order. `side`: "right", "left", "bilateral" or "". `name`: the words by which the
    code was called; the code says them already, so they call for no neighbour of it.
    """

    near: tuple[str, ...]
    side: str = ""
    name: frozenset[str] = frozenset()

    @cached_property
    def words(self) -> frozenset[str]:
        """The words, order aside."""
        return frozenset(self.near)

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Words that stand together: "distal phalanx" of a middle finger is no "middle phalanx"."""
        return frozenset(pairwise(self.near))


def both_sides(book: Book, code: str, setting: Setting) -> list[str]:
    """The codes for a named category: two where both sides are affected and no bilateral code exists (I.B.13)."""
    if setting.side != "bilateral":
        return list(filter(None, [specify(book, code, setting)]))
    joint = specify(book, code, setting)
    if "bilateral" in book.title(joint).lower():
        return [joint]
    pair = [specify(book, code, Setting(setting.near, side, setting.name)) for side in ("right", "left")]
    sided = all(side in book.title(found).lower() for side, found in zip(("right", "left"), pair, strict=True))
    return pair if sided else list(filter(None, [joint]))


def specify(book: Book, code: str, setting: Setting) -> str:
    """The billable code for a named category, "" when the code book has none below it."""
    if code not in book.entries:
        return ""
    if book.billable(code):
        return _sharpened(book, code, setting)
    if book.vague(code) and book.entries[code].parent:
        code = _best(book, code, book.siblings(code), setting, prefer=code)
    while code and not book.billable(code):
        below = book.below.get(code, [])
        if not below:
            return ""
        stem = code
        code = _seventh(below, setting) if len(below[0]) == 7 else _best(book, stem, below, setting)
        if _invents_a_side(book.title(code), book.title(stem), setting):
            return ""
    return code


def _invents_a_side(title: str, stem: str, setting: Setting) -> bool:
    """Whether descending would state a side that nobody documented: the book has no unspecified one (I.B.13)."""
    return not setting.side and bool(SIDE_WORD.search(title)) and not SIDE_WORD.search(stem)


def _sharpened(book: Book, code: str, setting: Setting) -> str:
    """A vague code's neighbour, where the documentation names what the vague code leaves open."""
    if len(code) == 7:
        stem = book.entries[code].parent
        return code if not book.vague(stem) else specify(book, _sharpened(book, stem, setting), setting)
    parent = book.entries[code].parent
    if not parent or not book.vague(code):
        return code
    better = _best(book, code, book.siblings(code), setting, prefer=code)
    return better if better == code or book.billable(better) else specify(book, better, setting)


def _best(book: Book, stem: str, below: list[str], setting: Setting, prefer: str = "") -> str:
    """The code whose title fits the documentation best beyond what `stem` says; the open-ended one failing that."""
    known = title_words(book.title(stem))
    if prefer:
        known |= setting.name
    elif " and " in book.title(stem):
        known -= _dividing(book, tuple(below))
    scored = [(_fit(book, child, known, setting) + (LOYALTY if child == prefer else 0.0), child) for child in below]
    top = max(score for score, _ in scored)
    return next(child for score, child in scored if math.isclose(score, top, abs_tol=1e-9))


def _dividing(book: Book, below: tuple[str, ...]) -> frozenset[str]:
    """The words in some of these titles and not in others: "Subluxation and dislocation" divides into both."""
    titles = [title_words(book.title(code)) for code in below]
    return frozenset.union(*titles) - frozenset.intersection(*titles)


def _fit(book: Book, code: str, known: frozenset[str], setting: Setting) -> float:
    """How well the words that tell this code from its parent are documented; 0 is "nothing said"."""
    title = book.title(code)
    score = _side_fit(title, setting.side)
    telling = title_words(title) - known - {"right", "left", "bilateral"}
    # Exactly, whatever the order of the set: a last bit must not break a tie.
    score += math.fsum(_word_fit(word, word in setting.words) for word in telling)
    score += 0.4 * sum(pair in setting.pairs for pair in title_pairs(title) if telling.intersection(pair))
    lowered = title.lower()
    if "subluxation" in lowered and "dislocation" not in lowered and "subluxation" not in setting.words:
        # The book files both under one stem; what is out of joint is dislocated unless said to be partly so.
        score -= 1.0
    if " of other " in lowered:
        score -= 0.5
    if lowered.startswith("other") or "other specified" in lowered:
        return score - 0.6
    if "unspecified" in lowered:
        return score + 0.3
    if "with" in lowered.split() and not (telling & setting.words):
        return score - 0.5
    return score if telling else score + 0.1


def _word_fit(word: str, documented: bool) -> float:
    if word == "displaced":
        # I.C.19.c: a fracture not specified as displaced or nondisplaced is coded as displaced.
        return 0.3
    if documented:
        return 2.0
    return -3.0 if word in DEMANDING else -1.6


def _side_fit(title: str, side: str) -> float:
    sides = {found.lower() for found in SIDE_WORD.findall(title)}
    if not sides:
        return 0.0
    if "bilateral" in sides and sides != {"bilateral"}:
        sides = {"bilateral"}
    if not side:
        return -2.0
    return 3.0 if side in sides else -4.0


def _seventh(below: list[str], setting: Setting) -> str:
    """The seventh character of an injury: initial unless healing or a late effect is documented."""
    wanted = "A0"
    if SEQUELA & setting.words:
        wanted = "SA0"
    elif HEALING & setting.words:
        wanted = "DA0"
    elif "open" in setting.words:
        wanted = "BA0"
    letters = {code[6]: code for code in below}
    return next((letters[letter] for letter in wanted if letter in letters), below[0])
