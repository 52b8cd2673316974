"""The built-in proposer: dictionary, context rules and the coding guidelines, on one CPU core."""

from __future__ import annotations

import copy

from inference.calibration import Weights
from inference.candidates import Candidate, Case, gather
from inference.coding import (
    companions,
    diabetes,
    encounters,
    exclusive,
    external,
    gaps,
    heart,
    longterm,
    pain,
    pregnancy,
    settled,
    specialties,
    status,
    wounds,
)
from inference.coding.book import Book
from inference.index import Index
from inference.proposers.base import RawProposal
from inference.proposers.evidence import Finder, conviction
from inference.proposers.features import Features, described
from inference.retrieval import Retrieval
from inference.schema import ChartText

REQUIRED = frozenset({"drug", "long-term", "combined", "assumed"})  # "use additional code", "code first"


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

    def with_weights(self, weights: Weights, version: str) -> Builtin:
        """The same dictionary and rules under other weights."""
        other = copy.copy(self)
        other.weights, other.version = weights, version
        return other

    def propose(self, chart: ChartText) -> list[RawProposal]:
        """Every candidate code of the chart with its raw score."""
        return self.claims(self.case(chart))

    def claims(self, case: Case) -> list[RawProposal]:
        """The same from a case that was made before."""
        finder = Finder(case)
        return [self._raw(finder, candidate, features) for candidate, features in described(case)]

    def case(self, chart: ChartText) -> Case:
        """The chart's candidates after all coding rules, before scoring."""
        case = gather(chart, self.book, self.index, self.retrieval)
        wounds.apply(case)
        specialties.apply(case, self.index)
        settled.apply(case)
        companions.apply(case)
        diabetes.apply(case)
        heart.apply(case)
        pain.apply(case)
        longterm.apply(case)
        status.apply(case)
        pregnancy.apply(case)
        encounters.apply(case)
        exclusive.apply(case)
        external.apply(case, self.causes)
        specialties.conclude(case)
        gaps.apply(case)
        return case

    def _raw(self, finder: Finder, candidate: Candidate, features: Features) -> RawProposal:
        required = bool(candidate.flags & REQUIRED) and "integral" not in candidate.flags
        score = self.weights.score(features)
        if gaps.GAP in candidate.flags:
            # A question to the provider, never a code to take over: shown, and kept in the lowest band.
            score, required = min(score, gaps.HIGHEST_SCORE), True
        return RawProposal(candidate.code, score, finder.quotes(candidate), _reason(candidate), required)


def _reason(candidate: Candidate) -> str:
    """One sentence for the coder: where it stands and which rule touched it."""
    best = min(candidate.mentions, key=conviction)
    parts = ["listed as a problem" if best.problem else f"mentioned in {best.kind.value}"]
    parts += sorted(candidate.flags)
    return ", ".join(parts)
