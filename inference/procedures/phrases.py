"""Names of procedures in a note's words: the longest first, wherever sides and small words stand between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from inference.text.tokens import DETERMINERS, SIDES, Token, tokens

FOLDER = Path(__file__).parent
LONGEST = 9  # words
SMALL = DETERMINERS | {"and", ""}
# Abbreviations that are words, or something else, unless they are written in capitals.
CAPITALS = frozenset({"lp", "tee", "ect", "bal", "des", "tep", "btl", "thr", "tha", "niv", "evd", "peg", "mvr", "avr",
                      "bso", "lhc", "rhc", "tpa", "icd", "svd", "lap", "tka", "tkr", "bka", "tma", "epi", "mmr",
                      "tte", "kub", "tpn", "cpr", "ffp", "tapp", "plif", "i d"})  # fmt: skip


class Found(NamedTuple):
    """A name at `text[begin:end]`; `key` is its normal form."""

    begin: int
    end: int
    key: str


def rows(name: str) -> Iterator[list[str]]:
    """The lines of a table of this package, cut at tabs."""
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def key_of(phrase: str) -> str:
    """The normal form under which names are compared: folded words, no small ones."""
    return " ".join(word.norm for word in _kept(tokens(phrase)))


def _kept(words: Iterable[Token]) -> list[Token]:
    unified = (Token(SIDES.get(word.norm, word.norm), word.begin, word.end) for word in words)
    return [word for word in unified if word.norm not in SMALL]


class Phrases:
    """A set of names, asked sentence by sentence."""

    def __init__(self, names: Iterable[str]) -> None:
        self.keys = frozenset(filter(None, map(key_of, names)))
        self._longest: dict[str, int] = {}
        for key in self.keys:
            first, *rest = key.split(" ")
            self._longest[first] = max(self._longest.get(first, 0), 1 + len(rest))

    def find(self, text: str, words: Sequence[Token]) -> list[Found]:
        """The names of a sentence in order, longest first, never overlapping."""
        if not any(word.norm in self._longest for word in words):
            return []
        full = _kept(words)
        bare = [word for word in full if word.norm not in SIDES]
        found = [*self._in_order(text, full), *(self._in_order(text, bare) if len(bare) < len(full) else ())]
        return _apart(found)

    def _in_order(self, text: str, words: list[Token]) -> Iterator[Found]:
        for start, word in enumerate(words):
            longest = min(self._longest.get(word.norm, 0), len(words) - start, LONGEST)
            for length in range(longest, 0, -1):
                key = " ".join(each.norm for each in words[start : start + length])
                if key in self.keys and (key not in CAPITALS or text[word.begin : word.end].isupper()):
                    yield Found(word.begin, words[start + length - 1].end, key)
                    break


def _apart(found: list[Found]) -> list[Found]:
    kept: list[Found] = []
    for each in sorted(set(found), key=lambda item: (-item.key.count(" "), item.end - item.begin, item.begin)):
        if not any(each.begin < other.end and other.begin < each.end for other in kept):
            kept.append(each)
    return sorted(kept)
