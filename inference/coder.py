"""What every engine offers, whatever stands behind it."""

from __future__ import annotations

from typing import Protocol

from inference.llm.wire import Lane
from inference.schema import ChartText, Outcome


class Coder(Protocol):
    """Chart in, checked and calibrated proposals out."""

    @property
    def model_version(self) -> str:
        """Which edition answers: changes whenever its output may."""

    def propose(self, chart: ChartText) -> Outcome:
        """The codes that the chart supports, most probable first, each with verbatim evidence."""

    async def apropose(self, chart: ChartText, *, lane: Lane = Lane.BACKLOG) -> Outcome:
        """The same without blocking the event loop. Raises `ServerAwayError` when it needs a server that is away."""
