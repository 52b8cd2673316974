"""Words of a note with their exact offsets, and the normal form under which words are compared.

The same normal form is used for notes, lexicon and code titles; only that consistency matters,
so the folding of plurals and British spellings is rough on purpose. Everything is linear in
the text: one non-backtracking pattern finds the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from inference.text.wordlists import word_set

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
VOWELS = frozenset("aeiouy")
ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6"}
# Words after which a Roman numeral is a number ("stage IV", "type II", "NYHA class III").
NUMBERED = frozenset({"type", "stage", "grade", "class", "phase", "degree"})
DETERMINERS = word_set("the a an his her their my our your this that these those some patient of")
SIDES = {
    "right": "right", "rt": "right", "left": "left", "lt": "left",
    "bilateral": "bilateral", "bilaterally": "bilateral", "both": "bilateral", "bilat": "bilateral",
    "sided": "", "side": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """One word: `text[begin:end]`, and its normal form."""

    norm: str
    begin: int
    end: int


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """The normal form of one word: lower case, singular, American spelling."""
    word = word.lower().replace("’", "'")
    word = word.removesuffix("'s").replace("'", "")
    if len(word) > 5:
        word = word.replace("ae", "e").replace("oe", "e").replace("tumour", "tumor").replace("isation", "ization")
    return _singular(word) if len(word) > 3 and word.endswith("s") else word


def _singular(word: str) -> str:
    # "crps" and "gbs" are abbreviations, no plurals.
    if word.endswith(("ss", "us", "is")) or VOWELS.isdisjoint(word):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if len(word) > 6 and word.endswith(("oses", "ases")):
        return word[:-2] + "is"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1]


def tokens(text: str, begin: int = 0, end: int | None = None) -> list[Token]:
    """The words of `text[begin:end]`, offsets into `text`."""
    stop = len(text) if end is None else end
    found = [Token(fold(match.group()), match.start(), match.end()) for match in WORD.finditer(text, begin, stop)]
    return _number(found)


def _number(found: list[Token]) -> list[Token]:
    for index in range(1, len(found)):
        token = found[index]
        if token.norm in ROMAN and found[index - 1].norm in NUMBERED:
            found[index] = Token(ROMAN[token.norm], token.begin, token.end)
    return found


def norms(phrase: str) -> list[str]:
    """The normal forms of a phrase's words, in order."""
    return [token.norm for token in tokens(phrase)]


def expanded(found: Iterable[Token], abbreviations: dict[str, tuple[str, ...]]) -> list[Token]:
    """The words with abbreviations written out; an expansion keeps its abbreviation's offsets."""
    result: list[Token] = []
    for token in found:
        written = abbreviations.get(token.norm, (token.norm,))
        result.extend(Token(norm, token.begin, token.end) for norm in written)
    return result


def content(found: Iterable[Token]) -> list[Token]:
    """Without determiners: "fracture of the radius" and "fracture radius" compare as equal."""
    return [token for token in found if token.norm not in DETERMINERS]


def sideless(found: Iterable[Token]) -> list[Token]:
    """Without words of laterality, which decide a code's digits, never its category."""
    return [token for token in found if token.norm not in SIDES]
