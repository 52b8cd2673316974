"""Reads a misspelt word as the nearest words of the book."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST = 6
SHORTEST, LONGEST = 4, 24
FAR = 100


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words as a matrix of letters, one row a word, padded with zeros; `frequency` breaks ties."""

    words: NDArray[np.bytes_]
    frequency: NDArray[np.uint32]

    def nearest(self, typed: str) -> list[str]:
        """The words fewest slips away from `typed`, which may be unfinished; the frequent ones first."""
        slips = 0 if len(typed) < SHORTEST else 1 if len(typed) < 7 else 2
        if not slips or not len(self.words) or not typed.isalpha() or len(typed) > LONGEST:
            return []
        letters = self.words.view(np.uint8).reshape(len(self.words), -1)
        started = np.flatnonzero(_plausible(letters, typed))
        near = _slips(letters[started], typed)
        best = int(near.min(initial=FAR))
        if best > 2 * slips + 1:
            return []
        found = started[near == best]
        order = np.argsort(-self.frequency[found].astype(np.int64), kind="stable")[:MOST]
        return [self.words[index].decode() for index in found[order]]


def _plausible(letters: NDArray[np.uint8], typed: str) -> NDArray[np.bool_]:
    """Words of about that length that begin with one of the first two letters typed, or have it second."""
    first, second = ord(typed[0]), ord(typed[1])
    long_enough = letters[:, max(0, len(typed) - 3)] != 0
    begins = (letters[:, 0] == first) | (letters[:, 0] == second) | (letters[:, 1] == first)
    plausible: NDArray[np.bool_] = long_enough & begins
    return plausible


def _slips(letters: NDArray[np.uint8], typed: str) -> NDArray[np.int16]:
    """For each word: twice the insertions, deletions, changes and swaps that turn `typed` into it.

    One more when they turn it into no more than the beginning of the word. Optimal string
    alignment, one cell of the table at a time for all words at once.
    """
    count, width = letters.shape
    width = min(width, len(typed) + 3)
    before = np.zeros((count, width + 1), dtype=np.int16)
    last = np.tile(np.arange(width + 1, dtype=np.int16), (count, 1))
    for row, letter in enumerate(typed.encode(), start=1):
        now = np.empty_like(last)
        now[:, 0] = row
        different = letters[:, :width] != letter
        for column in range(1, width + 1):
            cheapest = np.minimum(last[:, column], now[:, column - 1]) + 1
            np.minimum(cheapest, last[:, column - 1] + different[:, column - 1], out=cheapest)
            if row > 1 and column > 1:
                swapped = (letters[:, column - 2] == letter) & (letters[:, column - 1] == ord(typed[row - 2]))
                np.minimum(cheapest, np.where(swapped, before[:, column - 2] + 1, FAR), out=cheapest)
            now[:, column] = cheapest
        before, last = last, now
    ends = np.minimum(np.count_nonzero(letters, axis=1), FAR)
    finished = np.where(ends <= width, last[np.arange(count), np.minimum(ends, width)], FAR)
    begun = last[:, max(1, len(typed) - 2) :].min(axis=1)
    slips: NDArray[np.int16] = np.minimum(2 * finished, 2 * begun + 1).astype(np.int16)
    return slips
