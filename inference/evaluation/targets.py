"""Five accuracy figures of a published guide to fine-tuning coding models, each beside its target.

All over the shown bands, except the critical miss, which asks whether the coder could have seen the code at all.
The guide names the figures and targets; where it leaves their definition open, the one used is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from inference.evaluation import classes, intervals
from inference.evaluation.intervals import Counts, Figure
from inference.evaluation.rows import Gold, Judged, Key, Level

UNDIVIDED = 3  # characters of a category


@dataclass(frozen=True, slots=True)
class Target:
    """A figure of `of` codes, beside the target; `met` by the value, not by its interval. None: nothing to measure."""

    name: str
    definition: str
    target: str
    figure: Figure
    of: int
    met: bool | None


def targets(judged: Judged, drawn: Counts) -> list[Target]:
    """The five, in the guide's order."""
    exact = [_hits(gold.codes, shown, Level.EXACT) for gold, shown in _pairs(judged)]
    near = [_hits(gold.codes, shown, Level.CATEGORY) for gold, shown in _pairs(judged)]
    specific = [_specific(gold.codes, shown) for gold, shown in _pairs(judged)]
    false = [(len(shown - gold.codes), len(shown)) for gold, shown in _pairs(judged)]
    missed = [
        _missed(critical(gold), (item.key for item in items))
        for gold, items in zip(judged.gold, judged.ranked, strict=True)
    ]
    return [
        _target("exact match", "gold codes that are shown, all characters equal", 0.85, exact, drawn),
        _target(
            "three-character match", "gold codes of which a code of the same category is shown", 0.92, near, drawn
        ),
        _target(
            "specificity capture",
            "of the gold codes of four and more characters whose category is shown, those shown exactly",
            0.80,
            specific,
            drawn,
        ),
        _target("false suggestions", "shown codes that are not gold", 0.10, false, drawn, below=True),
        _target(
            "critical miss",
            "critical gold codes (principal or first-listed, and Advanced Illness) "
            "of which no code of the category is proposed in any band",
            0.03,
            missed,
            drawn,
            below=True,
        ),
    ]


def critical(gold: Gold) -> frozenset[Key]:
    """The codes whose loss hurts most: the principal diagnosis, where named, and advanced illness."""
    ill = {key for key in gold.codes if classes.belongs(key, classes.ADVANCED_ILLNESS)}
    return frozenset(ill | ({gold.principal} if gold.principal else set()))


def _pairs(judged: Judged) -> Iterable[tuple[Gold, frozenset[Key]]]:
    return zip(judged.gold, judged.shown, strict=True)


def _hits(wanted: frozenset[Key], shown: frozenset[Key], level: Level) -> tuple[int, int]:
    given = level.each(shown)
    return sum(level.of(key) in given for key in wanted), len(wanted)


def _specific(wanted: frozenset[Key], shown: frozenset[Key]) -> tuple[int, int]:
    given = Level.CATEGORY.each(shown)
    near = {key for key in wanted if len(key.code) > UNDIVIDED and Level.CATEGORY.of(key) in given}
    return len(near & shown), len(near)


def _missed(wanted: frozenset[Key], proposed: Iterable[Key]) -> tuple[int, int]:
    seen = Level.CATEGORY.each(proposed)
    return sum(Level.CATEGORY.of(key) not in seen for key in wanted), len(wanted)


def _target(
    name: str, definition: str, bound: float, rows: Sequence[tuple[int, int]], drawn: Counts, *, below: bool = False
) -> Target:
    over, under = np.array(rows, float).reshape(len(rows), 2).T
    figure = intervals.share(over, under, drawn)
    whole = int(under.sum())
    met = (figure.value < bound if below else figure.value >= bound) if whole else None
    return Target(name, definition, f"{'<' if below else '≥'} {bound:.0%}", figure, whole, met)
