"""The built-in proposer: dictionary, context rules and the coding guidelines, on one CPU core."""

from __future__ import annotations

from inference.calibration import Weights
from inference.candidates import Candidate, Case, gather
from inference.coding import (
    diabetes,
    encounters,
    exclusive,
    external,
    heart,
    longterm,
    pain,
    pregnancy,
    settled,
    status,
    wounds,
)
from inference.coding.book import Book
from inference.index import Index
from inference.mentions import Mention
from inference.proposers.base import Quote, RawProposal
from inference.proposers.features import features
from inference.retrieval import Retrieval
from inference.schema import ChartText
from inference.text.assertion import Status
from inference.text.sections import Kind

MOST_QUOTES = 5
REQUIRED = frozenset({"drug", "long-term", "combined", "assumed"})  # "use additional code", "code first"
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


class Builtin:
    """Proposes codes from a compiled index and a set of weights."""

    name = "builtin"

    def __init__(self, book: Book, index: Index, weights: Weights, version: str) -> None:
        self.book = book
        self.index = index
        self.retrieval = Retrieval(index)
        self.weights = weights
        self.version = version
        self.causes = external.load()

    def propose(self, chart: ChartText) -> list[RawProposal]:
        """Every candidate code of the chart with its raw score."""
        case = self.case(chart)
        return [self._raw(case, candidate) for candidate in case.candidates.values() if candidate.mentions]

    def case(self, chart: ChartText) -> Case:
        """The chart's candidates after all coding rules, before scoring."""
        case = gather(chart, self.book, self.index, self.retrieval)
        wounds.apply(case)
        settled.apply(case)
        diabetes.apply(case)
        heart.apply(case)
        pain.apply(case)
        longterm.apply(case)
        status.apply(case)
        pregnancy.apply(case)
        encounters.apply(case)
        exclusive.apply(case)
        external.apply(case, self.causes)
        return case

    def _raw(self, case: Case, candidate: Candidate) -> RawProposal:
        score = self.weights.score(features(case, candidate))
        required = bool(candidate.flags & REQUIRED) and "integral" not in candidate.flags
        return RawProposal(candidate.code, score, _quotes(case, candidate), _reason(candidate), required)


def _quotes(case: Case, candidate: Candidate) -> tuple[Quote, ...]:
    texts = {reading.key: reading.text for reading in case.readings}
    ordered = sorted(candidate.mentions, key=_conviction)
    spans = dict.fromkeys((mention.note, mention.begin, mention.end) for mention in ordered)
    return tuple(Quote(texts[note][begin:end], note, begin) for note, begin, end in list(spans)[:MOST_QUOTES])


def _conviction(mention: Mention) -> tuple[bool, bool, int, int]:
    place = PLACES.index(mention.kind) if mention.kind in PLACES else len(PLACES)
    return (not mention.problem, mention.status is not Status.AFFIRMED, place, mention.begin)


def _reason(candidate: Candidate) -> str:
    """One sentence for the coder: where it stands and which rule touched it."""
    best = min(candidate.mentions, key=_conviction)
    parts = ["listed as a problem" if best.problem else f"mentioned in {best.kind.value}"]
    parts += sorted(candidate.flags)
    return ", ".join(parts)
