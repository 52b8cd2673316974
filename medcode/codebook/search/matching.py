"""Which entries a typed word stands for, and how well: one weight for each entry of the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medcode.codebook.search.building import AFTER, NO_END, PHRASE_BYTES, WORD_BYTES, Arrays
from medcode.codebook.search.spelling import Vocabulary
from medcode.codebook.search.synonyms import synonyms
from medcode.codebook.search.words import spellings

Weights = NDArray[np.uint8]

# In hundredths, so that the weights of a hundred thousand entries are a hundred thousand bytes.
WHOLE, BEGUN, SYNONYM, OTHER, OTHER_BEGUN, MEANT = 100, 80, 85, 60, 45, 55
ONLY_BEGUN, RESPELT = 60, 95
MOST_RESPELT = 2000
LONGEST_TYPED = 4  # words that together may be one abbreviation or one clinical name


@dataclass(slots=True)
class Group:
    """Words of the query that belong together, and the weight they give to each entry.

    `ways` are the other words that they may stand for.
    """

    typed: tuple[str, ...]
    weight: Weights
    ways: tuple[tuple[str, ...], ...] = ()

    @property
    def says(self) -> int:
        """How many words of a title it may account for."""
        return max([len(self.typed), *(len(way) for way in self.ways)])


class Matcher:
    """Questions to the arrays of one index."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        frequency = np.diff(arrays.title_from) + np.diff(arrays.other_from)
        self._vocabulary = Vocabulary(arrays.vocabulary, frequency.astype(np.uint32))
        self._respelt: dict[str, str] = {}
        self.is_narrowed = bool((arrays.starts > 0).any() or (arrays.ends < NO_END).any())

    def title(self, entry: int) -> str:
        """The title of an entry."""
        starts = self.arrays.titles_from
        return self.arrays.titles[starts[entry] : starts[entry + 1]].tobytes().decode()

    def names(self, entry: int) -> tuple[str, ...]:
        """Its other names."""
        starts = self.arrays.names_from
        listed = self.arrays.names[starts[entry] : starts[entry + 1]].tobytes().decode()
        return tuple(listed.split("\n")) if listed else ()

    def is_valid(self, entry: int, on: int) -> bool:
        """Whether the code may be used on that ordinal day."""
        return bool(self.arrays.starts[entry] <= on <= self.arrays.ends[entry])

    def span(self, low: str, high: str) -> tuple[int, int]:
        """Numbers of the vocabulary's words from `low` up to `high`."""
        # Of the same type as the array: numpy would copy the whole array to compare it with another.
        found = np.searchsorted(self.arrays.vocabulary, np.array([low, high], dtype=self.arrays.vocabulary.dtype))
        return int(found[0]), int(found[1])

    def begun(self, word: str) -> tuple[int, int]:
        """Numbers of the vocabulary's words that begin with `word`."""
        return self.span(word[: WORD_BYTES - 1], word[: WORD_BYTES - 1] + AFTER)

    def under(self, prefix: str) -> slice:
        """The entries whose code begins with `prefix` (stored form)."""
        ends = np.array([prefix[:10].encode(), (prefix[:9] + AFTER).encode()], dtype="S10")
        found = np.searchsorted(self.arrays.codes, ends)
        return slice(int(found[0]), int(found[1]))

    def has(self, word: str) -> bool:
        """Whether any word of the book, or any code, begins so, in any of its spellings."""
        if any(low < high for low, high in map(self.begun, spellings(word))):
            return True
        under = self.under(word.upper())
        return int(under.stop) > int(under.start)

    def nearest(self, word: str) -> str:
        """The word of the book that a misspelt one is read as, or ""."""
        if word not in self._respelt:
            if len(self._respelt) >= MOST_RESPELT:
                self._respelt.clear()
            self._respelt[word] = next(iter(self._vocabulary.nearest(word)), "")
        return self._respelt[word]

    def add(self, weight: Weights, word: str, *, percent: int = 100, unfinished: bool = True) -> None:
        """Raise `weight` where the word occurs, better in a title than elsewhere, better whole than begun."""
        arrays = self.arrays
        low, high = self.begun(word) if unfinished and len(word) > 1 else (0, 0)
        whole, after = self.span(word[:WORD_BYTES], word[: WORD_BYTES - 1] + "\x01")
        for entries, value in (
            (arrays.other_codes[arrays.other_from[low] : arrays.other_from[high]], OTHER_BEGUN),
            (arrays.other_codes[arrays.other_from[whole] : arrays.other_from[max(whole, after)]], OTHER),
            (arrays.title_codes[arrays.title_from[low] : arrays.title_from[high]], BEGUN),
            (arrays.title_codes[arrays.title_from[whole] : arrays.title_from[max(whole, after)]], WHOLE),
        ):
            if len(entries):
                weight[entries] = np.maximum(weight[entries], value * percent // 100)

    def of_word(self, word: str, *, unfinished: bool) -> Group:
        """One typed word: as it stands, in other spellings, as an abbreviation or synonym, as a code begun."""
        group = self.of_words((word,), unfinished=unfinished)
        if any(letter.isdigit() for letter in word) and len(word) > 2:
            group.weight[self.under(word.upper())] = WHOLE
        return group

    def of_words(self, typed: tuple[str, ...], *, unfinished: bool) -> Group:
        """Typed words that stand together; several are an abbreviation, or a synonym, or each word for itself."""
        group = Group(typed, np.zeros(len(self.arrays.codes), dtype=np.uint8), synonyms().get(typed, ()))
        if len(typed) == 1:
            for way, word in enumerate(spellings(typed[0])):
                self.add(group.weight, word, percent=RESPELT if way else 100, unfinished=unfinished)
        else:
            self._add_all(group.weight, typed, WHOLE)
        if group.ways:
            # "pe" is pulmonary embolism before it is the beginning of "peripheral".
            begun = BEGUN * ONLY_BEGUN // 100
            group.weight[group.weight < SYNONYM] = np.minimum(group.weight[group.weight < SYNONYM], begun)
        for words in group.ways:
            self._add_all(group.weight, words, SYNONYM)
        return group

    def _add_all(self, weight: Weights, words: Sequence[str], percent: int) -> None:
        """Raise `weight` where all of these words occur."""
        least = np.zeros_like(weight)
        self.add(least, words[0], percent=percent)
        for word in words[1:]:
            own = np.zeros_like(weight)
            self.add(own, word, percent=percent)
            np.minimum(least, own, out=least)
        np.maximum(weight, least, out=weight)

    def phrases(self, typed: str, *, unfinished: bool) -> range:
        """Numbers of the clinical names that are, or begin with, what is typed."""
        text = typed[: PHRASE_BYTES - 1]
        ends = np.array([text, text + (AFTER if unfinished else "\x01")], dtype=self.arrays.phrases.dtype)
        found = np.searchsorted(self.arrays.phrases, ends)
        return range(int(found[0]), int(found[1]))

    def meant_by(self, phrase: int) -> slice:
        """The entries that a clinical name stands for, with everything in the same category."""
        code = self.arrays.codes[self.arrays.phrase_low[phrase]].decode()
        return self.under(code[:3])
