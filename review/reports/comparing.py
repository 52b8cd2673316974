"""Champion against challenger as numbers. Pure functions over what each proposed and what became final.

A reader's codes are its suggestions in HIGH and MEDIUM, measured against the codes that the coder made final. The
coder saw the champion's suggestions and not the challenger's, which favours the champion.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from inference.evaluation.intervals import Counts, Figure, Floats, draws, figure, ratio
from review.reports.statistics import SMALL, Rate

TOP = 25
Codes = frozenset[str]


@dataclass(frozen=True, slots=True)
class Compared:
    """One chart: what each proposed, and what the coder made final. Codes in stored form."""

    chart_id: int
    specialty: str
    champion: Codes
    challenger: Codes
    final: Codes

    @property
    def only_champion(self) -> Codes:
        return self.champion - self.challenger

    @property
    def only_challenger(self) -> Codes:
        return self.challenger - self.champion


@dataclass(frozen=True, slots=True)
class Scores:
    """Micro-averaged over codes, each with the 95% interval of a bootstrap over charts."""

    precision: Figure
    recall: Figure
    f1: Figure


@dataclass(frozen=True, slots=True)
class Row:
    """Both readers over the same charts; `f1_gain` is the challenger's F1 less the champion's, drawn in pairs."""

    label: str
    charts: int
    champion: Scores
    challenger: Scores
    f1_gain: Figure

    @property
    def small(self) -> bool:
        return self.charts < SMALL

    @property
    def verdict(self) -> str:
        """Whether the interval of the gain leaves zero out; small samples are not judged."""
        if self.small:
            return f"too few to tell (under {SMALL})"
        if self.f1_gain.low is not None and self.f1_gain.low > 0:
            return "challenger is better"
        return (
            "champion is better" if self.f1_gain.high is not None and self.f1_gain.high < 0 else "no difference seen"
        )


@dataclass(frozen=True, slots=True)
class OneSided:
    """A code that one reader proposed where the other did not: on how many charts, and how often it became final."""

    code: str
    charts: int
    final: Rate


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole report. `same` counts charts on which both proposed exactly the same codes; `shared` the codes."""

    total: Row | None = None
    specialties: tuple[Row, ...] = ()
    same: Rate = field(default_factory=lambda: Rate(0, 0))
    shared: Rate = field(default_factory=lambda: Rate(0, 0))
    only_champion: tuple[OneSided, ...] = ()
    only_challenger: tuple[OneSided, ...] = ()


def compare(charts: list[Compared]) -> Comparison:
    """The report over these charts."""
    if not charts:
        return Comparison()
    by_specialty: dict[str, list[Compared]] = {}
    for each in charts:
        by_specialty.setdefault(each.specialty, []).append(each)
    return Comparison(
        total=row("All charts", charts),
        specialties=tuple(row(name, group) for name, group in sorted(by_specialty.items())),
        same=Rate(sum(each.champion == each.challenger for each in charts), len(charts)),
        shared=Rate(
            sum(len(each.champion & each.challenger) for each in charts),
            sum(len(each.champion | each.challenger) for each in charts),
        ),
        only_champion=one_sided(charts, lambda each: each.only_champion),
        only_challenger=one_sided(charts, lambda each: each.only_challenger),
    )


def row(label: str, charts: list[Compared]) -> Row:
    """Both readers over the same charts, with the same charts drawn for both."""
    drawn = draws(len(charts))
    champion, first = _scores(charts, lambda each: each.champion, drawn)
    challenger, second = _scores(charts, lambda each: each.challenger, drawn)
    gain = figure(challenger.f1.value - champion.f1.value, second - first)
    return Row(label, len(charts), champion, challenger, gain)


def _scores(charts: list[Compared], codes: Callable[[Compared], Codes], drawn: Counts) -> tuple[Scores, Floats]:
    """A reader's scores, and its F1 in each resample (none for a single chart, which says nothing of the next)."""
    hits = np.array([len(codes(each) & each.final) for each in charts], float)
    proposed = np.array([len(codes(each)) for each in charts], float)
    final = np.array([len(each.final) for each in charts], float)
    whole = (proposed + final) / 2  # F1 is hits over the mean of both counts (Dice)
    weights = drawn if len(charts) > 1 else drawn[:0]
    values, resampled = [], []
    for under in (proposed, final, whole):
        value = float(hits.sum() / under.sum()) if under.sum() else 0.0
        resampled.append(ratio(weights @ hits, weights @ under))
        values.append(figure(value, resampled[-1]))
    return Scores(*values), resampled[-1]


def one_sided(charts: Iterable[Compared], codes: Callable[[Compared], Codes]) -> tuple[OneSided, ...]:
    """The codes that one reader alone proposed, the most frequent first."""
    proposed: Counter[str] = Counter()
    final: Counter[str] = Counter()
    for each in charts:
        proposed.update(codes(each))
        final.update(codes(each) & each.final)
    listed = sorted(proposed, key=lambda code: (-proposed[code], code))[:TOP]
    return tuple(OneSided(code, proposed[code], Rate(final[code], proposed[code])) for code in listed)
