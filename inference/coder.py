"""What every engine offers, whatever stands behind it."""

from __future__ import annotations

from typing import Protocol

from inference.schema import ChartText, Outcome


class Coder(Protocol):
    """Chart in, checked and calibrated proposals out."""

    @property
    def model_version(self) -> str:
        """Which edition answers: changes whenever its output may."""

    def propose(self, chart: ChartText) -> Outcome:
        """The codes that the chart supports, most probable first, each with verbatim evidence."""
