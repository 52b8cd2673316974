"""The baseline that every engine has to beat: each line of the note looked up with BM25 in the code book.

BM25 as in Robertson and Zaragoza (2009), k1 = 1.2, b = 0.75. A code's document is its title and inclusion
terms, a query is the words of one sentence that are not negated. No dictionary, no rules, nothing fitted: its
"confidence" is the score on a scale of 0 to 1, not a probability, and its bands are two round cuts of the score.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from inference.llm.wire import Lane
from inference.schema import Band, ChartText, Evidence, NoteText, Outcome, Proposal
from inference.text import assertion
from inference.text.assertion import Status
from inference.text.sections import sections
from inference.text.sentences import sentences
from inference.text.tokens import norms, tokens
from inference.text.wordlists import word_set
from medcode.codebook.snapshot import CodeEntry, Snapshot

VERSION = "bm25-1"
K1, B = 1.2, 0.75
PER_LINE = 3  # best codes of a line
MOST = 50  # codes of a chart
HIGH, MEDIUM = 30.0, 20.0  # scores
HALF = 100.0  # score that becomes a confidence of one half
FILLER = word_set(
    "the a an of and or in on at to for with without by is was were are be been has have had she he her his it they "
    "patient unspecified other specified not no any this that from as will we"
)


class Bm25:
    """An inverted index over the billable codes of a release."""

    model_version = VERSION

    def __init__(self, snapshot: Snapshot) -> None:
        self.code_system = snapshot.code_system
        self.entries = [entry for entry in snapshot.entries.values() if entry.billable]
        documents = [Counter(_words(entry)) for entry in self.entries]
        lengths = np.array([sum(words.values()) for words in documents], float)
        damping = K1 * (1 - B + B * lengths / max(lengths.mean(), 1.0))
        postings: dict[str, list[tuple[int, int]]] = {}
        for number, words in enumerate(documents):
            for word, times in words.items():
                postings.setdefault(word, []).append((number, times))
        self.postings: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]] = {}
        for word, found in postings.items():
            numbers, times_in = np.array(found, np.int64).T
            rarity = np.log(1 + (len(documents) - len(found) + 0.5) / (len(found) + 0.5))
            self.postings[word] = (numbers, rarity * times_in * (K1 + 1) / (times_in + damping[numbers]))

    def propose(self, chart: ChartText) -> Outcome:
        """The nearest codes of every line, best first."""
        best: dict[int, tuple[float, Evidence]] = {}
        for note in chart.notes:
            for place, words in lines(note):
                for number, score in self.nearest(words):
                    if number not in best or score > best[number][0]:
                        best[number] = (score, place)
        ordered = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))[:MOST]
        return Outcome(tuple(self._proposal(number, *found) for number, found in ordered), "bm25", VERSION)

    async def apropose(self, chart: ChartText, *, lane: Lane = Lane.BACKLOG) -> Outcome:
        """The same in a thread of its own."""
        return await asyncio.to_thread(self.propose, chart)

    def nearest(self, words: list[str]) -> list[tuple[int, float]]:
        """The numbers and scores of the best entries for these words, in no order."""
        known = [word for word in dict.fromkeys(words) if word in self.postings]
        if not known:
            return []
        totals = np.zeros(len(self.entries))
        for word in known:
            numbers, scores = self.postings[word]
            totals[numbers] += scores
        top = np.argpartition(-totals, min(PER_LINE, len(totals) - 1))[:PER_LINE]
        return [(int(number), float(totals[number])) for number in top if totals[number] > 0]

    def _proposal(self, number: int, score: float, place: Evidence) -> Proposal:
        entry = self.entries[number]
        band = Band.HIGH if score >= HIGH else Band.MEDIUM if score >= MEDIUM else Band.LOW
        return Proposal(
            self.code_system, entry.code, entry.title, score / (score + HALF), band, (place,), "nearest title"
        )


def _words(entry: CodeEntry) -> list[str]:
    return [word for text in (entry.title, *entry.terms) for word in norms(text) if word not in FILLER]


def lines(note: NoteText) -> Iterator[tuple[Evidence, list[str]]]:
    """The sentences of a note, each with its telling words that are not negated."""
    for part in sentences(note.text, sections(note.text)):
        found = tokens(note.text, part.begin, part.end)
        opened = assertion.scopes(found)
        words = [
            word.norm
            for word in found
            if word.norm not in FILLER
            and assertion.status_of(found, opened, word.begin, word.end) is not Status.NEGATED
        ]
        if words:
            begin, end = found[0].begin, found[-1].end
            yield Evidence(note.key, begin, end, note.text[begin:end]), words
