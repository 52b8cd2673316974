"""The counts of one week, and everything that is derived from them.

`Figures` is what `WeeklyReport.figures` stores: a small cube of counts, so that any table, rate
or interval comes from one row, and equals a recount from the decisions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from inference.schema import Band
from review.reports.statistics import Bin, Rate, calibration_error, reliability

TOP_CODES = 20
# What each band promises: the share of its suggestions that coders keep.
PROMISED = {Band.HIGH.value: (0.90, 1.0), Band.MEDIUM.value: (0.60, 0.90), Band.LOW.value: (0.0, 0.60)}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many decisions of each act. `suggested` are those on a suggestion, `assigned` those that code."""

    accepted: int = 0
    modified: int = 0
    rejected: int = 0
    added: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.accepted + other.accepted,
            self.modified + other.modified,
            self.rejected + other.rejected,
            self.added + other.added,
        )

    @property
    def overridden(self) -> int:
        return self.modified + self.rejected

    @property
    def suggested(self) -> int:
        return self.accepted + self.overridden

    @property
    def assigned(self) -> int:
        return self.accepted + self.modified + self.added

    @property
    def acceptance(self) -> Rate:
        return Rate(self.accepted, self.suggested)

    @property
    def override(self) -> Rate:
        return Rate(self.overridden, self.suggested)

    @property
    def missed(self) -> Rate:
        return Rate(self.added, self.assigned)


@dataclass(frozen=True, slots=True)
class Cell:
    """The tally of one specialty × band × code system × model version. Added codes have no band and no model."""

    specialty: str
    band: str
    code_system: str
    model_version: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class OverriddenCode:
    """A suggested code that coders changed: how often it was suggested, and why it was overridden."""

    code_system: str
    code: str
    suggested: int
    modified: int
    rejected: int
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def overridden(self) -> int:
        return self.modified + self.rejected

    @property
    def override(self) -> Rate:
        return Rate(self.overridden, self.suggested)


@dataclass(frozen=True, slots=True)
class ChartCount:
    """Charts of a specialty finalised in the week, and how many of them are simulated."""

    specialty: str
    charts: int
    simulated: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All counts of one week.

    `confidence` holds (percent, decided, accepted, undecided). `undecided` counts, by band, the suggestions
    that nobody decided before the chart was closed (only LOW ones may be left); no rate counts them.
    """

    charts: tuple[ChartCount, ...] = ()
    cells: tuple[Cell, ...] = ()
    codes: tuple[OverriddenCode, ...] = ()
    confidence: tuple[tuple[int, int, int, int], ...] = ()
    undecided: dict[str, int] = field(default_factory=dict)

    @property
    def undecided_count(self) -> int:
        return sum(self.undecided.values())

    @property
    def chart_count(self) -> int:
        return sum(each.charts for each in self.charts)

    @property
    def simulated_count(self) -> int:
        return sum(each.simulated for each in self.charts)

    @property
    def total(self) -> Tally:
        return sum((cell.tally for cell in self.cells), Tally())

    @property
    def bins(self) -> list[Bin]:
        return reliability(self.confidence)

    @property
    def calibration_error(self) -> float | None:
        return calibration_error(self.bins)

    def by_specialty(self) -> dict[str, Tally]:
        """In alphabetical order; a specialty whose charts needed no decision is there with zeros."""
        tallies = {each.specialty: Tally() for each in self.charts} | self._by(lambda cell: cell.specialty)
        return dict(sorted(tallies.items()))

    def by_band(self) -> dict[str, Tally]:
        """HIGH, MEDIUM, LOW, each present even when empty."""
        found = self._by(lambda cell: cell.band)
        return {band.value: found.get(band.value, Tally()) for band in Band}

    def by_code_system(self) -> dict[str, Tally]:
        return dict(sorted(self._by(lambda cell: cell.code_system).items()))

    def by_model_version(self) -> dict[str, Tally]:
        """Only decisions on suggestions: an added code has no model."""
        return {name: tally for name, tally in sorted(self._by(lambda cell: cell.model_version).items()) if name}

    def _by(self, key: Callable[[Cell], str]) -> dict[str, Tally]:
        sums: dict[str, Tally] = {}
        for cell in self.cells:
            sums[key(cell)] = sums.get(key(cell), Tally()) + cell.tally
        return sums

    def as_json(self) -> dict[str, Any]:
        """The form that the database stores."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Figures:
        """Read what `as_json` wrote."""
        return cls(
            charts=tuple(ChartCount(**each) for each in stored["charts"]),
            cells=tuple(Cell(**{**each, "tally": Tally(**each["tally"])}) for each in stored["cells"]),
            codes=tuple(OverriddenCode(**each) for each in stored["codes"]),
            confidence=tuple((each[0], each[1], each[2], each[3]) for each in stored["confidence"]),
            undecided=dict(stored["undecided"]),
        )


def top_codes(rows: Iterable[tuple[str, str, str, str, int]], limit: int = TOP_CODES) -> tuple[OverriddenCode, ...]:
    """The most often overridden codes, from counted rows (code system, suggested code, act, reason, count)."""
    acts: dict[tuple[str, str], Counter[str]] = {}
    reasons: dict[tuple[str, str], Counter[str]] = {}
    for code_system, code, act, reason, count in rows:
        acts.setdefault((code_system, code), Counter())[act] += count
        if act in ("modify", "reject"):
            reasons.setdefault((code_system, code), Counter())[reason] += count
    codes = [
        OverriddenCode(
            *key, acts[key].total(), acts[key]["modify"], acts[key]["reject"], dict(reasons[key].most_common())
        )
        for key in reasons
    ]
    return tuple(sorted(codes, key=lambda each: (-each.overridden, -each.suggested, each.code))[:limit])
