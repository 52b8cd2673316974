"""Chart in, checked and calibrated proposals out.

In order: text → candidates → proposer → grounding → checks against the code book → calibration.
"""

from __future__ import annotations

from pathlib import Path

from inference import calibration, grounding, index, lexicon
from inference.calibration import Calibration
from inference.coding import drugs, external, longterm, status, wounds
from inference.coding.book import Book
from inference.grounding import Grounded
from inference.proposers.base import Proposer
from inference.proposers.builtin import Builtin
from inference.schema import Band, ChartText, Outcome, Proposal
from medcode.codebook.lexicon import tables
from medcode.codebook.snapshot import Snapshot

GENERATION = "builtin-2"  # raise with every change of rules that may change what is proposed

IMPROBABLE = "improbable"


class Engine:
    """A proposer with the checks around it. Holds no chart: one engine serves a worker's whole life."""

    def __init__(self, snapshot: Snapshot, proposer: Proposer, calibrated: Calibration) -> None:
        self.snapshot = snapshot
        self.proposer = proposer
        self.calibrated = calibrated

    @property
    def model_version(self) -> str:
        """Which edition of the proposer answers, for the record of each run."""
        return self.proposer.version

    def propose(self, chart: ChartText) -> Outcome:
        """The codes that the chart supports, most probable first, each with verbatim evidence."""
        claims = self.proposer.propose(chart)
        kept, dropped = grounding.ground(claims, chart, self.snapshot)
        proposals = [self._proposal(item) for item in kept if item.required or self._worth_showing(item)]
        proposals.sort(key=lambda item: (-item.confidence, item.code))
        shown = sum(item.band is not Band.LOW for item in proposals) + self.calibrated.most_low
        withheld = len(kept) - len(proposals[:shown])
        if withheld:
            dropped[IMPROBABLE] = withheld
        return Outcome(tuple(proposals[:shown]), self.proposer.name, self.model_version, dropped=dropped)

    def _worth_showing(self, item: Grounded) -> bool:
        return self.calibrated.probability(item.score) >= self.calibrated.floor

    def _proposal(self, item: Grounded) -> Proposal:
        confidence = self.calibrated.probability(item.score)
        return Proposal(
            code_system=self.snapshot.code_system,
            code=item.entry.code,
            description=item.entry.title,
            confidence=confidence,
            band=self.calibrated.band(confidence),
            evidence=item.evidence,
            reason=item.reason,
        )


def load(snapshot: Snapshot, cache_dir: Path | None = None) -> Engine:
    """An engine around the built-in proposer. `cache_dir` keeps the compiled dictionary between starts."""
    weights, calibrated = calibration.load()
    compiled = index.load(snapshot, lexicon.load(), cache_dir)
    proposer = Builtin(Book(snapshot), compiled, weights, f"{GENERATION}+{_digest()}")
    return Engine(snapshot, proposer, calibrated)


def _digest() -> str:
    """A short name for all data that decide what is proposed: lexicon, rule tables, weights, calibration."""
    rules = [drugs.TABLE, external.TABLE, longterm.TABLE, status.TABLE, wounds.TABLE]
    return tables.digest([*tables.tables(), *rules, calibration.BUILTIN])
