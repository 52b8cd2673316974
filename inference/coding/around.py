"""What the sentences around a mention affirm: the words that qualify a named condition.

A word that the sentence denies ("without perforation"), or says of a relative or of what may come, qualifies nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from inference.candidates import Candidate, Case
from inference.mentions import Mention, Reading
from inference.text import assertion
from inference.text.assertion import Status
from inference.text.sections import Kind
from inference.text.sentences import Sentence
from inference.text.tokens import Token

UNSAID = frozenset({Status.NEGATED, Status.RESOLVED, Status.FAMILY, Status.HYPOTHETICAL})
DOUBTED = UNSAID | {Status.POSSIBLE, Status.HISTORICAL}
EXCLUDED = frozenset({Kind.FAMILY, Kind.ALLERGIES, Kind.INSTRUCTIONS})
DENYING = frozenset({"without", "no", "not", "non"})
RESUMING = frozenset({"with", "but", "due", "secondary", "now"})
DENIED_WORDS = 6  # how far "without" reaches


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence of a note with its words, which of them it affirms, and where "without" denies.

    `lacking`: places of words that stand behind "without", up to the next "with" or "but".
    """

    reading: Reading
    sentence: Sentence
    words: list[Token]
    affirmed: frozenset[str]
    lacking: frozenset[int]

    @property
    def text(self) -> str:
        """The sentence as written."""
        return self.reading.text[self.sentence.begin : self.sentence.end]

    def mention(self, begin: int, end: int, name: str = "", *, problem: bool = False) -> Mention:
        """Evidence at `[begin, end)` of the note that no dictionary name stands for."""
        near = tuple(word.norm for word in self.words)
        place = (self.reading.key, begin, end, name, "", "context", Status.AFFIRMED, self.sentence.kind)
        return Mention(*place, "", near, problem=problem)


class Around:
    """The sentences of a chart, found by mention."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.readings = {reading.key: reading for reading in case.readings}
        self.known: dict[tuple[str, int], Clause] = {}

    @cached_property
    def _begins(self) -> dict[str, list[int]]:
        return {key: [part.begin for part, _ in each.sentences] for key, each in self.readings.items()}

    def clause(self, mention: Mention) -> Clause | None:
        """The sentence that holds a mention."""
        reading = self.readings.get(mention.note)
        index = bisect_right(self._begins.get(mention.note, []), mention.begin) - 1
        return self._clause(reading, index) if reading is not None and index >= 0 else None

    def _clause(self, reading: Reading, index: int) -> Clause:
        place = (reading.key, index)
        if place not in self.known:
            sentence, words = reading.sentences[index]
            self.known[place] = Clause(reading, sentence, words, *_affirmed(words))
        return self.known[place]

    def clauses(self, pattern: re.Pattern[str]) -> Iterable[tuple[Clause, re.Match[str]]]:
        """The places where a pattern stands in a sentence that affirms it."""
        for reading in self.case.readings:
            for match in pattern.finditer(reading.text):
                index = bisect_right(self._begins[reading.key], match.start()) - 1
                if index < 0:
                    continue
                clause = self._clause(reading, index)
                if clause.sentence.kind not in EXCLUDED and _stands(clause.words, match.start(), match.end()):
                    yield clause, match

    def told(self, pattern: re.Pattern[str]) -> list[Mention]:
        """Mentions for the places where a pattern stands affirmed."""
        return [clause.mention(match.start(), match.end()) for clause, match in self.clauses(pattern)]

    def words(self, candidate: Candidate) -> frozenset[str]:
        """The words that the sentences of a candidate affirm."""
        found = [self.clause(mention) for mention in candidate.mentions]
        return frozenset().union(*(clause.affirmed for clause in found if clause is not None))


def _affirmed(words: list[Token]) -> tuple[frozenset[str], frozenset[int]]:
    """The folded words that a sentence affirms, and the places that its "without" denies."""
    denied: set[int] = set()
    lacking: set[int] = set()
    for scope in assertion.scopes(words):
        if scope.status in UNSAID:
            denied.update(range(scope.first, scope.last))
    for index, word in enumerate(words):
        if word.norm in DENYING:
            reach = _reach(words, index)
            denied.update(reach)
            lacking.update(reach if word.norm == "without" else ())
    return frozenset(word.norm for index, word in enumerate(words) if index not in denied), frozenset(lacking)


def _reach(words: list[Token], index: int) -> range:
    end = index + 1
    while end < min(len(words), index + 1 + DENIED_WORDS) and words[end].norm not in RESUMING:
        end += 1
    return range(index, end)


def _stands(words: list[Token], begin: int, end: int) -> bool:
    return assertion.status_of(words, assertion.scopes(words), begin, end) not in DOUBTED
