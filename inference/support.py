"""Whether a quote speaks for a code: the words are really there, but do they say what the code says?

A model that was talked into a code can still quote the words that talked it into it. So a claimed code needs a quote
that names its condition, by a name the dictionary knows, by words of its titles, or by a drug given for it; that the
note affirms for this patient; and that stands in no passage addressed to a machine (`inference.injection`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import cached_property

from inference.candidates import CONCLUDING, FAMILY_HISTORY, Case
from inference.coding.drugs import supports
from inference.coding.history import CHRONIC
from inference.index import CONNECTIVES, VAGUE, Index
from inference.injection import Span, passages, touches
from inference.schema import Evidence, Setting
from inference.text import assertion
from inference.text.assertion import Status
from inference.text.sections import Kind
from inference.text.sentences import Sentence
from inference.text.tokens import DETERMINERS, SIDES, Token, expanded, norms
from inference.text.wordlists import word_set
from medcode.codebook.snapshot import CodeEntry

INSTRUCTED = "quote addressed to a machine"
NOT_ASSERTED = "quote denies it, or speaks of others or of the past"
UNRELATED = "quote says something else"
CATEGORY = 3  # characters
ENOUGH = 0.6  # share of a name's information that a quote must hold
# Words that no condition is told by.
STOCK = CONNECTIVES | DETERMINERS | frozenset(SIDES) | word_set(
    "with without unspecified nos nec other specified not elsewhere classified status post due to as from or into "
    "initial subsequent sequela encounter part site region mild moderate severe primary secondary current recent new "
    "old type stage grade level low high left right upper lower multiple single due code"
)  # fmt: skip
WEAK = STOCK | VAGUE


class Names:
    """What the conditions of each category are called, and how telling each word is. One per dictionary."""

    def __init__(self, index: Index) -> None:
        self.index = index
        # Names are asked about over and over; there are only as many as the dictionary and the code book have.
        self._tellings: dict[str, tuple[frozenset[str], float]] = {}
        self._titled: dict[str, tuple[str, ...]] = {}

    @cached_property
    def _by_category(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, (code, _) in self.index.names.items():
            found.setdefault(code[:CATEGORY], []).append(name)
        return found

    def weight(self, word: str) -> float:
        """The information in a word: small for one that many names hold."""
        return math.log(1 + len(self.index.names) / (1 + self.index.frequency.get(word, 0)))

    def likeness(self, words: frozenset[str], entry: CodeEntry) -> tuple[float, frozenset[str]]:
        """The largest share (0 … 1) of the information of a name of the code's category that these words hold, and
        the words that hold it."""
        named = self._by_category.get(entry.code[:CATEGORY], ())
        found = (self._share(words, name) for name in (*self._titles(entry), *named))
        return max(found, key=lambda pair: pair[0], default=(0.0, frozenset()))

    def _share(self, words: frozenset[str], name: str) -> tuple[float, frozenset[str]]:
        telling, total = self._telling(name)
        shared = telling & words
        if not shared or (shared <= WEAK and shared != telling):
            return 0.0, shared
        return math.fsum(map(self.weight, shared)) / total, shared

    def _titles(self, entry: CodeEntry) -> tuple[str, ...]:
        if entry.code not in self._titled:
            self._titled[entry.code] = tuple(" ".join(norms(text)) for text in (entry.title, *entry.terms))
        return self._titled[entry.code]

    def _telling(self, name: str) -> tuple[frozenset[str], float]:
        """The words of a name that tell conditions apart, and the information in them."""
        known = self._tellings.get(name)
        if known is None:
            telling = frozenset(name.split(" ")) - STOCK
            known = self._tellings[name] = telling, math.fsum(map(self.weight, telling))
        return known


class Judge:
    """Judges quotes of one chart, whose notes the built-in coder has read."""

    def __init__(self, case: Case, names: Names) -> None:
        self.case = case
        self.names = names
        self.readings = {reading.key: reading for reading in case.readings}

    @cached_property
    def addressed(self) -> dict[str, tuple[Span, ...]]:
        """Note → its passages addressed to a machine."""
        return {reading.key: passages(reading.text) for reading in self.case.readings}

    def injected(self, span: Evidence) -> bool:
        """Whether any of the span stands in such a passage."""
        return touches(self.addressed.get(span.note, ()), span.begin, span.end)

    def objection(self, entry: CodeEntry, span: Evidence) -> str:
        """Why this span does not speak for the code; "" where it does."""
        if self.injected(span):
            return INSTRUCTED
        if self._considered(entry.code, span):
            return ""
        found = [self._asserted(entry.code, status, kind, span) for status, kind in self._named(entry, span)]
        if not found:
            found = [self._asserted(entry.code, status, kind, span) for status, kind in self._worded(entry, span)]
        if not found:
            return "" if self._treated(entry.code, span) else UNRELATED
        return "" if any(found) else NOT_ASSERTED

    def _considered(self, code: str, span: Evidence) -> bool:
        """Whether the coding rules took the code from these very words."""
        candidate = self.case.candidates.get(code)
        return candidate is not None and any(
            each.note == span.note and each.begin < span.end and span.begin < each.end for each in candidate.mentions
        )

    def _named(self, entry: CodeEntry, span: Evidence) -> Iterator[tuple[Status, Kind]]:
        """Status and section of the names in the span that the dictionary files near the code."""
        for mention in self.readings[span.note].mentions:
            if mention.begin < span.end and span.begin < mention.end and related(mention.target, entry.code):
                yield mention.status, mention.kind

    def _worded(self, entry: CodeEntry, span: Evidence) -> Iterator[tuple[Status, Kind]]:
        """The same for each sentence whose words within the span are like a name of the code."""
        for part, words in self._sentences(span):
            inside = [word for word in words if word.begin < span.end and span.begin < word.end]
            said = frozenset(word.norm for word in expanded(inside, self.names.index.abbreviations))
            share, shared = self.names.likeness(said, entry)
            if share >= ENOUGH:
                yield self._status(words, [word for word in inside if word.norm in shared] or inside), part.kind

    def _status(self, words: list[Token], telling: list[Token]) -> Status:
        """The status of some words of a sentence: what casts doubt on one of them casts doubt on all."""
        opened = assertion.scopes(words)
        found = {assertion.status_of(words, opened, word.begin, word.end) for word in telling}
        return next((status for status in assertion.PRECEDENCE if status in found), Status.AFFIRMED)

    def _sentences(self, span: Evidence) -> Iterator[tuple[Sentence, list[Token]]]:
        for part, words in self.readings[span.note].sentences:
            if part.begin < span.end and span.begin < part.end:
                yield part, words

    def _treated(self, code: str, span: Evidence) -> bool:
        """Whether the span names a drug that is given for the condition."""
        return any(
            drug.note == span.note and drug.begin < span.end and span.begin < drug.end and supports(drug.name, code)
            for drug in self.case.drugs
        )

    def _asserted(self, code: str, status: Status, kind: Kind, span: Evidence) -> bool:
        """Whether a mention of this status counts for the code; as the built-in coder's rules have it."""
        inpatient = self.case.chart.setting is Setting.INPATIENT
        if kind is Kind.FAMILY and status is Status.AFFIRMED:
            status = Status.FAMILY
        if kind is Kind.INSTRUCTIONS and status is Status.AFFIRMED:
            status = Status.HYPOTHETICAL
        concluded = inpatient and kind in CONCLUDING and (not self.case.final or span.note in self.case.final)
        if status is Status.FAMILY:
            return code.startswith(FAMILY_HISTORY)
        if status in (Status.HISTORICAL, Status.RESOLVED):
            return code.startswith(("Z", *CHRONIC)) or (concluded and status is Status.RESOLVED)
        # Guidelines II.H: uncertain at discharge counts as established. IV.H: never for outpatients.
        return status is Status.AFFIRMED or (status is Status.POSSIBLE and concluded)


def related(one: str, other: str) -> bool:
    """Whether two stored codes stand in one category."""
    return one[:CATEGORY] == other[:CATEGORY]


def untouched(spans: Iterable[Evidence], judge: Judge) -> tuple[Evidence, ...]:
    """The spans outside passages addressed to a machine."""
    return tuple(span for span in spans if not judge.injected(span))
