"""Chart in, checked and calibrated proposals out.

In order: text → candidates → proposer → grounding → checks against the code book → calibration.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inference import calibration, coding, grounding, index, lexicon
from inference.calibration import Artefact, Calibration
from inference.coding.book import Book
from inference.grounding import Grounded
from inference.llm.wire import Lane
from inference.proposers.base import Proposer, RawProposal
from inference.proposers.builtin import Builtin
from inference.schema import Band, ChartText, NoteText, Outcome, Proposal
from medcode.codebook.lexicon import tables
from medcode.codebook.snapshot import Snapshot

if TYPE_CHECKING:
    from inference.procedures import Procedures

GENERATION = "builtin-3"  # raise with every change of rules that may change what is proposed

IMPROBABLE = "improbable"
SHORT = 6  # characters of an artefact's digest in a version
# A note that asks for everything that is built at first use: a name of several words, a drug, an unknown problem.
WARM_UP = "ASSESSMENT AND PLAN\n1. Type 2 diabetes, on metformin.\n2. Painful gizmo of the left knee joint.\n"


@dataclass(frozen=True, slots=True)
class Tuned:
    """A proposer with the calibration of its scores: replaced together, or not at all."""

    proposer: Proposer
    calibrated: Calibration
    digest: str = ""


class Engine:
    """A proposer with the checks around it. Holds no chart: one engine serves a worker's whole life."""

    def __init__(self, snapshot: Snapshot, proposer: Proposer, calibrated: Calibration, digest: str = "") -> None:
        self.snapshot = snapshot
        self.tuned = Tuned(proposer, calibrated, digest)
        self.adoption = 0  # the last one that this engine followed; 0 is the packaged artefact
        self.procedures: Procedures | None = None
        self._siblings: dict[Procedures, Engine] = {}

    @property
    def proposer(self) -> Proposer:
        """What claims the codes."""
        return self.tuned.proposer

    @property
    def calibrated(self) -> Calibration:
        """What makes probabilities and bands of its scores."""
        return self.tuned.calibrated

    @property
    def model_version(self) -> str:
        """Which edition of the proposer answers, for the record of each run."""
        return self._named(self.tuned)

    def use(self, artefact: Artefact) -> None:
        """Answer with other weights and thresholds from the next chart on. Dictionary and rules stay."""
        proposer = self.tuned.proposer
        if isinstance(proposer, Builtin) and artefact.digest != self.tuned.digest:
            again = proposer.with_weights(artefact.weights, _version(artefact))
            self.tuned = Tuned(again, artefact.calibration(self.snapshot.code_system), artefact.digest)

    def warm_up(self) -> None:
        """Build what would otherwise be built at the first chart, so that forked workers share it."""
        self.propose(ChartText(notes=(NoteText("warm-up", WARM_UP),)))
        if self.procedures is not None:
            self.procedures.warm_up()

    def propose(self, chart: ChartText) -> Outcome:
        """The codes that the chart supports, most probable first, each with verbatim evidence."""
        tuned = self.tuned  # read once: another thread may exchange it
        likely, dropped = self.judged(tuned.proposer.propose(chart), chart, tuned)
        proposals = shown(likely, dropped, tuned.calibrated, self.snapshot.code_system)
        if self.procedures is not None:
            proposals += self.procedures.propose(chart, dropped)
        return Outcome(proposals, tuned.proposer.name, self._named(tuned), dropped=dropped)

    def beside(self, procedures: Procedures | None) -> Engine:
        """The same engine with procedures after its diagnoses; the same one again for the same procedures."""
        if procedures is None:
            return self
        if procedures not in self._siblings:
            self._siblings[procedures] = copy.copy(self)
        sibling = self._siblings[procedures]
        sibling.procedures, sibling.tuned, sibling.adoption = procedures, self.tuned, self.adoption
        return sibling

    def _named(self, tuned: Tuned) -> str:
        return tuned.proposer.version + (f"+{self.procedures.version}" if self.procedures else "")

    def judged(
        self, claims: Iterable[RawProposal], chart: ChartText, tuned: Tuned
    ) -> tuple[list[tuple[Grounded, float]], dict[str, int]]:
        """The claims that stand, each with its probability, and how many were dropped for which reason."""
        kept, dropped = grounding.ground(claims, chart, self.snapshot)
        return [(item, tuned.calibrated.probability(item.score)) for item in kept], dropped

    async def apropose(self, chart: ChartText, *, lane: Lane = Lane.BACKLOG) -> Outcome:
        """The same in a thread of its own, so that an event loop is not held up."""
        return await asyncio.to_thread(self.propose, chart)


def shown(
    likely: list[tuple[Grounded, float]], dropped: dict[str, int], calibrated: Calibration, code_system: str
) -> tuple[Proposal, ...]:
    """What a coder gets to see of the claims that stand, most probable first. The rest is counted in `dropped`."""
    proposals = [
        proposal(item, confidence, calibrated.band(confidence), code_system)
        for item, confidence in likely
        if item.required or confidence >= calibrated.floor
    ]
    proposals.sort(key=lambda item: (-item.confidence, item.code))
    most = sum(item.band is not Band.LOW for item in proposals) + calibrated.most_low
    withheld = len(likely) - len(proposals[:most])
    if withheld:
        dropped[IMPROBABLE] = dropped.get(IMPROBABLE, 0) + withheld
    return tuple(proposals[:most])


def proposal(item: Grounded, confidence: float, band: Band, code_system: str) -> Proposal:
    """A claim that stands, as a suggestion."""
    return Proposal(
        code_system=code_system,
        code=item.entry.code,
        description=item.entry.title,
        confidence=confidence,
        band=band,
        evidence=item.evidence,
        reason=item.reason,
    )


def load(snapshot: Snapshot, cache_dir: Path | None = None, artefact: Artefact | None = None) -> Engine:
    """An engine around the built-in proposer, with the packaged weights unless others are given.

    `cache_dir` keeps the compiled dictionary between starts.
    """
    learnt = artefact or calibration.load()
    compiled = index.load(snapshot, lexicon.load(), cache_dir)
    proposer = Builtin(Book(snapshot), compiled, learnt.weights, _version(learnt))
    return Engine(snapshot, proposer, learnt.calibration(snapshot.code_system), learnt.digest)


def _version(artefact: Artefact) -> str:
    """The generation, and short names of all data that decide what is proposed: tables, and what is learnt."""
    rules = sorted(Path(coding.__file__).parent.glob("*.tsv"))
    return f"{GENERATION}+{tables.digest([*tables.tables(), *rules])}.{artefact.digest[:SHORT]}"
