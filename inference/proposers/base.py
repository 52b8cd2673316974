"""What every proposer gives: claims, not facts. `grounding` decides which of them stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from inference.schema import ChartText


@dataclass(frozen=True, slots=True)
class Quote:
    """Words a proposer claims to have read. `note` "" and `begin` None mean "somewhere in the chart"."""

    text: str
    note: str = ""
    begin: int | None = None


@dataclass(frozen=True, slots=True)
class RawProposal:
    """A claimed code, dotted or not, with a raw score between 0 and 1 and its quotes, best first.

    `required`: a coding rule asks for it beside another code, so it is shown however improbable.
    """

    code: str
    score: float
    quotes: tuple[Quote, ...]
    reason: str = ""
    required: bool = False


class Proposer(Protocol):
    """Reads a chart and claims codes. `name` and `version` go into the run's record."""

    @property
    def name(self) -> str:
        """What kind of proposer this is ("builtin", "vllm")."""

    @property
    def version(self) -> str:
        """Which edition of it: changes whenever its output may."""

    def propose(self, chart: ChartText) -> list[RawProposal]:
        """The claimed codes, in any order."""
