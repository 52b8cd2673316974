"""The words of a chart that speak for a candidate, the most convincing first.

Mentions of one condition that stand together, and the words beside them that its title asks for, are quoted as one
span: "acute on chronic systolic heart failure", not "heart failure". A combination code is best shown by what names
the complication, since the bare disease would do for another code as well.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from inference.candidates import Candidate, Case
from inference.coding.book import title_words
from inference.mentions import Mention, Reading
from inference.proposers.base import Quote
from inference.text.assertion import Status
from inference.text.sections import Kind
from inference.text.sentences import Sentence
from inference.text.tokens import Token
from inference.text.wordlists import word_set

MOST_QUOTES = 6
LONGEST_QUOTE = 160  # code points; a longer one is a passage, not evidence
BETWEEN_MENTIONS = 4  # words that may part two mentions of one span
FILLERS = word_set("of the in with due to on a an by from associated secondary acute type and")
STOP = re.compile(r"[.;:\n]")
APART = re.compile(r"[.,;:\n]")
COMPLICATION = re.compile(r"\bwith\b|\bdue to\b|\bin\b", re.IGNORECASE)
# Where evidence convinces a coder most.
PLACES = (
    Kind.DIAGNOSES,
    Kind.ASSESSMENT,
    Kind.PLAN,
    Kind.COURSE,
    Kind.HPI,
    Kind.CHIEF_COMPLAINT,
    Kind.RESULTS,
    Kind.PMH,
)


@dataclass(frozen=True, slots=True)
class Span:
    """`text[begin:end]` of the note `note`, with the mentions in it and the folded words that it says."""

    note: str
    begin: int
    end: int
    mentions: tuple[Mention, ...]
    words: frozenset[str]


class Finder:
    """Finds quotes in the notes of one case."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.readings = {reading.key: reading for reading in case.readings}
        self.begins = {key: [part.begin for part, _ in each.sentences] for key, each in self.readings.items()}

    def quotes(self, candidate: Candidate) -> tuple[Quote, ...]:
        """At most `MOST_QUOTES` verbatim quotes, best first, none overlapping or repeating another of its note."""
        title = self.case.book.title(candidate.code)
        ranked = sorted(self._spans(candidate, title_words(title)), key=lambda span: self._rank(span, title))
        chosen: dict[tuple[str, str], Quote] = {}
        for span in ranked:
            text = self.readings[span.note].text[span.begin : span.end]
            chosen.setdefault((span.note, " ".join(text.lower().split())), Quote(text, span.note, span.begin))
        return tuple(chosen.values())[:MOST_QUOTES]

    def _spans(self, candidate: Candidate, title: frozenset[str]) -> list[Span]:
        by_sentence: dict[tuple[str, int], list[Mention]] = {}
        for mention in candidate.mentions:
            number = bisect_right(self.begins[mention.note], mention.begin) - 1
            by_sentence.setdefault((mention.note, number), []).append(mention)
        found = []
        for (note, number), mentions in by_sentence.items():
            part, words = self.readings[note].sentences[number]
            found += _clusters(self.readings[note], part, words, mentions, title)
        return found

    def _rank(self, span: Span, title: str) -> tuple[bool, int, bool, bool, int, float, int, int]:
        best = min(span.mentions, key=conviction)
        doubted, unlisted, place, _ = conviction(best)
        combined = COMPLICATION.split(title, maxsplit=1)[1:]
        # In halves, so that "diabetic" alone does not count as naming the complication.
        named = round(2 * self._share(title_words(combined[0]), span)) if combined else 0
        early = bool(self.case.final) and span.note not in self.case.final
        fit = self._share(title_words(title), span)
        return (doubted, -named, unlisted, early, place, -fit, span.begin - span.end, span.begin)

    def _share(self, asked: frozenset[str], span: Span) -> float:
        """How much of what is asked for the span says: in its own words, or by the code that its names stand for."""
        meant = frozenset[str]().union(*(title_words(self.case.book.title(each.target)) for each in span.mentions))
        return len(asked & (span.words | meant)) / max(1, len(asked))


def conviction(mention: Mention) -> tuple[bool, bool, int, int]:
    """Smaller for a mention that convinces more: affirmed, a listed problem, in a telling section, early."""
    place = PLACES.index(mention.kind) if mention.kind in PLACES else len(PLACES)
    return (mention.status is not Status.AFFIRMED, not mention.problem, place, mention.begin)


def _clusters(
    reading: Reading, part: Sentence, words: list[Token], mentions: list[Mention], title: frozenset[str]
) -> list[Span]:
    """The mentions of one sentence, joined where little parts them, widened to the words that the title asks for."""
    groups: list[list[Mention]] = []
    for mention in sorted(mentions, key=lambda each: (each.begin, -each.end)):
        last = max((each.end for each in groups[-1]), default=0) if groups else 0
        if groups and (mention.begin < last or _near(reading.text, words, last, mention.begin)):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    found: list[Span] = []
    for group in groups:
        begin, end = min(each.begin for each in group), max(each.end for each in group)
        left = found[-1].end if found else part.begin
        begin, end = _widened(reading.text, words, (begin, end), max(left, begin - LONGEST_QUOTE // 2), title)
        said = {word.norm for word in words if begin <= word.begin and word.end <= end}
        said.update(word for each in group for word in each.name.split(" "))
        if not (found and begin < found[-1].end):
            found.append(Span(reading.key, begin, end, tuple(group), frozenset(said)))
    return found


def _near(text: str, words: list[Token], left: int, right: int) -> bool:
    between = sum(left <= word.begin < right for word in words)
    return (
        between <= BETWEEN_MENTIONS and APART.search(text, left, right) is None and right - left < LONGEST_QUOTE // 2
    )


def _widened(
    text: str, words: list[Token], span: tuple[int, int], leftmost: int, title: frozenset[str]
) -> tuple[int, int]:
    """The span with words of the title that stand beside it, nothing but fillers between."""
    begin, end = span
    for word in reversed([word for word in words if leftmost <= word.begin and word.end <= begin]):
        if STOP.search(text, word.end, begin) or not (word.norm in title or word.norm in FILLERS):
            break
        begin = word.begin if word.norm in title else begin
    for word in (word for word in words if word.begin >= end):
        if STOP.search(text, end, word.begin) or not (word.norm in title or word.norm in FILLERS):
            break
        if word.end - begin > LONGEST_QUOTE:
            break
        end = word.end if word.norm in title else end
    return begin, end
