"""Turns the rows of a release into the arrays of its search index.

Codes are numbered in the order of their stored form, so that "everything that begins with E11"
is a slice, and so is everything below a category. Words are numbered in alphabetical order, and
the codes of a word lie together, so that "everything that begins with diab" is one slice too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medcode.codebook.search.priors import prior
from medcode.codebook.search.words import LIGHT_WORDS, STOP_WORDS, words

Ids = NDArray[np.uint32]
Floats = NDArray[np.float32]

WORD_BYTES = 28
PHRASE_BYTES = 72
LIGHT = 0.25
NO_END = 2**31 - 1
AFTER = "~"  # sorts after every character of a code


@dataclass(frozen=True, slots=True)
class Row:
    """A category or code as it is indexed; `names` are its own inclusion terms and index entries.

    `starts` and `ends` (ordinal days) narrow the release's own time.
    """

    code: str
    title: str
    billable: bool
    names: tuple[str, ...] = ()
    starts: int = 0
    ends: int = NO_END


@dataclass(frozen=True, slots=True)
class Arrays:
    """The index. `*_from` hold n+1 offsets into what follows them; texts are UTF-8.

    `names` of an entry are separated by newlines. `title_codes` are the codes with a word in their
    title; `other_codes` those with it in another name, or in a name or title of a category above.
    A phrase stands for the entries from `phrase_low` up to, not including, `phrase_high`; `phrase_best` is
    the likeliest billable one of them.
    """

    codes: NDArray[np.bytes_]
    billable: NDArray[np.bool_]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    weight: Floats
    prior: Floats
    titles_from: Ids
    titles: NDArray[np.uint8]
    names_from: Ids
    names: NDArray[np.uint8]
    vocabulary: NDArray[np.bytes_]
    title_from: Ids
    title_codes: Ids
    other_from: Ids
    other_codes: Ids
    phrases: NDArray[np.bytes_]
    phrase_low: Ids
    phrase_high: Ids
    phrase_best: Ids
    phrase_length: NDArray[np.uint8]
    phrase_words: NDArray[np.uint8]


def build(rows: Iterable[Row], phrases: dict[str, str], *, diagnosis: bool) -> Arrays:
    """The arrays for these rows. `phrases`: clinical name → stored form of the code or category it means."""
    entries = sorted(rows, key=lambda row: row.code)
    codes = [row.code for row in entries]
    led = _phrases_of(codes, phrases)
    names = [(*row.names, *led.get(row.code, ())) for row in entries]
    in_title = [set(words(row.title)) for row in entries]
    in_names = [set().union(*(words(name) for name in each)) for each in names]
    in_other = _inherited(codes, in_title, in_names)
    vocabulary = sorted({word[:WORD_BYTES] for each in (*in_title, *in_other) for word in each})
    title_from, title_codes = _postings(vocabulary, in_title)
    other_from, other_codes = _postings(vocabulary, in_other)
    titles_from, titles = _texts([row.title for row in entries])
    names_from, name_texts = _texts(["\n".join(each) for each in names])
    billable = np.array([row.billable for row in entries], dtype=bool)
    likely = [prior(row.code, row.title, len(led.get(row.code, ())), diagnosis=diagnosis) for row in entries]
    return Arrays(
        codes=np.array(codes or [""], dtype="S10")[: len(codes)],
        billable=billable,
        starts=np.array([row.starts for row in entries], dtype=np.int32),
        ends=np.array([row.ends for row in entries], dtype=np.int32),
        weight=np.array([_weight(row.title) for row in entries], dtype=np.float32),
        prior=np.array(likely, dtype=np.float32),
        titles_from=titles_from,
        titles=titles,
        names_from=names_from,
        names=name_texts,
        vocabulary=np.array(vocabulary or [""], dtype=f"S{WORD_BYTES}")[: len(vocabulary)],
        title_from=title_from,
        title_codes=title_codes,
        other_from=other_from,
        other_codes=other_codes,
        **_phrase_arrays(codes, led, np.where(billable, likely, -np.inf)),
    )


def _weight(title: str) -> float:
    """How much there is to say in a title: its words, of which some count little."""
    counted = [word for word in dict.fromkeys(words(title)) if word not in STOP_WORDS]
    return max(LIGHT, sum(LIGHT if word in LIGHT_WORDS else 1.0 for word in counted))


def _phrases_of(codes: Sequence[str], phrases: dict[str, str]) -> dict[str, list[str]]:
    """Code → the phrases that lead to it, for codes of this release only."""
    known = set(codes)
    led: dict[str, list[str]] = {}
    for phrase, target in phrases.items():
        if target in known:
            led.setdefault(target, []).append(phrase)
    return led


def _inherited(codes: Sequence[str], in_title: list[set[str]], own: list[set[str]]) -> list[set[str]]:
    """The words of an entry's other names and of the categories above it, less those of its title."""
    number = {code: index for index, code in enumerate(codes)}
    below: list[set[str]] = []  # what an entry hands down; parents come first in this order
    for index, code in enumerate(codes):
        above = next((number[code[:end]] for end in range(len(code) - 1, 2, -1) if code[:end] in number), None)
        below.append(own[index] | in_title[index] | (below[above] if above is not None else set()))
    return [below[index] - in_title[index] for index in range(len(codes))]


def _postings(vocabulary: list[str], words_of: list[set[str]]) -> tuple[Ids, Ids]:
    number = {word: index for index, word in enumerate(vocabulary)}
    per_entry = [sorted({number[word[:WORD_BYTES]] for word in each}) for each in words_of]
    word = np.fromiter((each for listed in per_entry for each in listed), dtype=np.uint32)
    entry = np.repeat(np.arange(len(words_of), dtype=np.uint32), [len(listed) for listed in per_entry])
    order = np.argsort(word, kind="stable")
    starts = np.searchsorted(word[order], np.arange(len(vocabulary) + 1)).astype(np.uint32)
    return starts, entry[order]


def _texts(texts: Sequence[str]) -> tuple[Ids, NDArray[np.uint8]]:
    encoded = [text.encode() for text in texts]
    starts = np.zeros(len(texts) + 1, dtype=np.uint32)
    np.cumsum([len(text) for text in encoded], out=starts[1:])
    return starts, np.frombuffer(b"".join(encoded), dtype=np.uint8)


def _phrase_arrays(codes: Sequence[str], led: dict[str, list[str]], likely: NDArray[np.float64]) -> dict[str, Any]:
    """Phrases sorted as the search writes what is typed, each with the slice of entries that it stands for."""
    ordered = sorted({(" ".join(words(phrase))[:PHRASE_BYTES], code) for code, each in led.items() for phrase in each})
    slices = [(bisect_left(codes, code), bisect_left(codes, code + AFTER)) for _, code in ordered]
    return {
        "phrases": np.array([phrase for phrase, _ in ordered] or [""], dtype=f"S{PHRASE_BYTES}")[: len(ordered)],
        "phrase_low": np.array([low for low, _ in slices], dtype=np.uint32),
        "phrase_high": np.array([high for _, high in slices], dtype=np.uint32),
        "phrase_best": np.array([low + int(likely[low:high].argmax()) for low, high in slices], dtype=np.uint32),
        "phrase_length": np.array([max(1, len(phrase)) for phrase, _ in ordered], dtype=np.uint8),
        "phrase_words": np.array([1 + phrase.count(" ") for phrase, _ in ordered], dtype=np.uint8),
    }
