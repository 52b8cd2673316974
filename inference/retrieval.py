"""The nearest names for a problem that the dictionary does not know word for word.

Names are ranked by the share of information they have in common with the problem: the summed
inverse document frequency of shared words over that of all words of both (a weighted Jaccard index).
Unlike BM25 the score has a fixed scale, so that "near enough" is one number.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property

from inference.index import CONNECTIVES, VAGUE, Index
from inference.mentions import Mention, Reading, nearest_side
from inference.text import assertion
from inference.text.assertion import Status
from inference.text.problems import Problem
from inference.text.sections import Kind
from inference.text.tokens import SIDES, Token, content, expanded, tokens
from inference.text.wordlists import word_set

NEAR_ENOUGH = 0.6
ASKED = 4  # rarest words of a problem whose names are compared
COMMON = 1500  # names; a word in more of them opens no comparison
IGNORED = CONNECTIVES | word_set("with without unspecified nos other specified status post new history")
GUESS = "guess"
HISTORY = "Z8"  # personal and family history: only for a problem that speaks of the past
PAST = word_set("history former previous prior ex quit past status post family remote")
MOST_GUESSES = 100  # problems of one note; no clinician lists more


class Retrieval:
    """An inverted index over the dictionary, built when first asked."""

    def __init__(self, index: Index) -> None:
        self.index = index

    @cached_property
    def _postings(self) -> dict[str, list[str]]:
        postings: dict[str, list[str]] = {}
        for name in self.index.names:
            for word in set(name.split(" ")) - IGNORED:
                postings.setdefault(word, []).append(name)
        return postings

    def _weight(self, word: str) -> float:
        return math.log(1 + len(self.index.names) / (1 + len(self._postings.get(word, ()))))

    def nearest(self, words: Sequence[str]) -> tuple[str, float]:
        """The best name for these words and its score between 0 and 1; ("", 0) when nothing is near."""
        asked = {word for word in words if word not in IGNORED and word not in SIDES}
        known = sorted((self._postings[word] for word in asked if word in self._postings), key=len)
        compared = {name for names in known[:ASKED] if len(names) < COMMON for name in names}
        total = math.fsum(map(self._weight, asked))
        scored = ((self._share(asked, total, name), name) for name in compared)
        score, name = min(((-share, name) for share, name in scored), default=(0.0, ""))
        return name, -score

    def _share(self, asked: set[str], total: float, name: str) -> float:
        own = set(name.split(" ")) - IGNORED
        shared = math.fsum(self._weight(word) for word in asked & own)
        return shared / (total + math.fsum(map(self._weight, own)) - shared)

    def guesses(self, reading: Reading) -> list[Mention]:
        """A mention for each listed problem in which the dictionary found nothing."""
        begins = [mention.begin for mention in reading.mentions]
        unknown = [
            problem
            for problem in reading.problems
            if problem.kind in (Kind.ASSESSMENT, Kind.DIAGNOSES)
            and bisect_left(begins, problem.begin) == bisect_left(begins, problem.end)
        ]
        return [guess for problem in unknown[:MOST_GUESSES] if (guess := self._guess(reading, problem)) is not None]

    def _guess(self, reading: Reading, problem: Problem) -> Mention | None:
        words: list[Token] = tokens(reading.text, problem.begin, problem.end)
        norms = [word.norm for word in content(expanded(words, self.index.abbreviations))]
        name, score = self.nearest(norms)
        # A vague word ("pain") is near to many names and means none of them.
        if score < NEAR_ENOUGH or VAGUE.issuperset(norms):
            return None
        if self.index.names[name][0].startswith(HISTORY) and PAST.isdisjoint(norms):
            return None
        begin, end = words[0].begin, words[-1].end
        status = assertion.status_of(words, assertion.scopes(words), begin, end)
        side = nearest_side(words, begin, end)
        target = self.index.names[name][0]
        settled = Status.AFFIRMED if status is Status.HISTORICAL else status
        return Mention(
            reading.key, begin, end, name, target, GUESS, settled, problem.kind, side, tuple(norms), problem=True
        )
