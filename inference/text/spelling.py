"""Misspelled names of conditions: one letter too many, too few, wrong, or two swapped, in a word of seven or more.

Conservative on purpose. Only a word that no name knows is corrected, to one word that several names have in
common, with the same first and last letter ("arthritic" is no slip for "arthritis"); where two words are
equally near, none is chosen. Wolf Garbe's symmetric deletes make a look-up independent of the vocabulary's size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from inference.text.tokens import Token
from inference.text.wordlists import word_set

SHORTEST = 7  # letters, of the word as written
COMMON = 3  # names that a word must stand in to be what somebody meant
# Ordinary words, one letter away from a clinical one.
ORDINARY = word_set(
    "patient patients playing started prevent typically remained bending construction consent addition meditation "
    "identify adduction abduction brother medical content instead another between through without married divorced "
    "previous previously continue continued continues regular regularly recent recently several percent possible "
    "probable special relation location attention intention mention position condition conditions station mission "
    "removed resolved involved improved exposed planning staying working walking lifting reading feeling looking "
    "starting stating morning evening history reports reported related appears present"
)


class Speller:
    """Corrections towards the words of a vocabulary: word → in how many names it stands."""

    def __init__(self, frequency: Mapping[str, int]) -> None:
        self.frequency = frequency

    @cached_property
    def _deletes(self) -> dict[str, list[str]]:
        """A common word less one letter, and whole → the words it comes from."""
        found: dict[str, list[str]] = {}
        for word, count in self.frequency.items():
            if count >= COMMON and len(word) >= SHORTEST - 1 and word.isalpha():
                for variant in {word, *_less_one(word)}:
                    found.setdefault(variant, []).append(word)
        return found

    def correct(self, word: str) -> str:
        """The word that was meant, or the word itself."""
        if len(word) < SHORTEST or word in self.frequency or word in ORDINARY or not word.isalpha():
            return word
        variants = [word, *_less_one(word)]
        near = {known for variant in variants for known in self._deletes.get(variant, ()) if _one_slip(word, known)}
        return near.pop() if len(near) == 1 else word

    def corrected(self, words: Sequence[Token]) -> list[Token]:
        """The words of a sentence, corrected; offsets stay those of the text."""
        return [
            word if (right := self.correct(word.norm)) == word.norm else Token(right, word.begin, word.end)
            for word in words
        ]


def _less_one(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(1, len(word) - 1)]


def _one_slip(written: str, meant: str) -> bool:
    """Whether one insertion, omission, substitution or swap of neighbours lies between two words."""
    if written[0] != meant[0] or written[-1] != meant[-1] or abs(len(written) - len(meant)) > 1:
        return False
    begin = next((i for i, (a, b) in enumerate(zip(written, meant, strict=False)) if a != b), len(meant))
    a, b = written[begin:], meant[begin:]
    if len(written) == len(meant):
        return a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
    return a[1:] == b or a == b[1:]
