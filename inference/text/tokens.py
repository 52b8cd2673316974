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
# Words in -s that are no plurals.
SINGULAR = word_set("aids sirs pots sars mers sids pcos luts nows nas melas lems plms pans pandas dress iris colles "
                    "mumps rabies herpes diabetes does goes always perhaps gas lens ards pres acos gerds")  # fmt: skip
SHORTHAND = {"neg": "negative", "pos": "positive"}
ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6"}
# Words after which a Roman numeral is a number ("stage IV", "type II", "NYHA class III").
NUMBERED = frozenset({"type", "stage", "grade", "class", "phase", "degree"})
# Words after which "A" is a letter, not an article: "influenza A", "hepatitis A", "group A strep".
LETTERED = frozenset({"influenza", "flu", "hepatitis", "hep", "vitamin", "group", "type", "hemophilia", "class"})
LETTER_A = "(a)"
# Words before which it is an article after all: "influenza a week ago".
SPANS = word_set("year month week day hour few couple long while decade number lot little")
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
    word = SHORTHAND.get(word, word)
    if len(word) > 5:
        word = word.replace("ae", "e").replace("oe", "e").replace("tumour", "tumor").replace("isation", "ization")
    return _singular(word) if len(word) > 3 and word.endswith("s") and word not in SINGULAR else word


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
    result: list[Token] = []
    skip = False
    for index, token in enumerate(found):
        if not skip:
            after = found[index + 1] if index + 1 < len(found) else None
            result.append(_in_context(text, result[-1] if result else None, token, after))
        skip = not skip and result[-1].end > token.end
    return result


def _in_context(text: str, before: Token | None, token: Token, after: Token | None) -> Token:
    """A token that its neighbours make another word: "stage II", "w/o", "L knee", "hepatitis A"."""
    if token.end - token.begin > 3:
        return token
    norm, end = token.norm, token.end
    if before is not None and norm in ROMAN and before.norm in NUMBERED:
        norm = ROMAN[norm]
    elif norm == "a" and before is not None and before.norm in LETTERED:
        norm = norm if after is not None and after.norm in SPANS else LETTER_A
    elif norm == "w" and text[end : end + 1] == "/":
        norm, end = _with(text, token, after)
    elif norm in ("l", "r") and _names_a_side(text, before, token, after):
        norm = "left" if norm == "l" else "right"
    return Token(norm, token.begin, end) if norm != token.norm else token


def _with(text: str, token: Token, after: Token | None) -> tuple[str, int]:
    """ "w/o" and "w/"; "w/u" is neither."""
    if after is None or after.begin > token.end + 1 or after.end - after.begin > 1:
        return "with", token.end
    return ("without", after.end) if after.norm == "o" else (token.norm, token.end)


def _names_a_side(text: str, before: Token | None, token: Token, after: Token | None) -> bool:
    """A lone capital before a word: "L knee", "(R) hip"; "2 L nasal cannula" is a volume."""
    if not text[token.begin].isupper() or after is None or not text[after.begin].isalpha():
        return False
    counted = before is not None and before.norm[-1:].isdigit()
    return not counted and after.end - after.begin > 2 and text[token.end : after.begin] in (" ", ") ")


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
