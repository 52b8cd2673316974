"""How much better the coder gets with every chart that a hospital codes: a learning curve on replayed decisions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from inference.calibration import Artefact
from inference.engine import Engine
from inference.evaluation import CATEGORY, agreement
from inference.evaluation.reliability import expected_error
from inference.proposers.builtin import Builtin
from inference.ranking import calibrating, validation
from inference.ranking.labelled import Labelled, Opinion, Source, first_opinions
from inference.ranking.table import Floats, Table, build
from inference.ranking.training import Plan, fitted

SIZES = (0, 5, 10, 20, 30, 40, 50, 80, 120, 200, 400)
REPEATS = 12  # random halves into "coded so far" and "still to come"
HELD_OUT = 0.3  # share of the charts that every point is measured on
UNSEEN = 0.5  # weight of a candidate that was not suggested and not added: nobody looked at it
SEED = 11
MEASURES = ("exact F1", "category F1", "HIGH precision", "HIGH per chart", "log loss", "calibration error")


@dataclass(frozen=True, slots=True)
class Point:
    """Means over all repeats, after training on this many charts; `spread` are standard deviations."""

    charts: int
    measured: dict[str, float]
    spread: dict[str, float]


def replayed(charts: Sequence[Labelled], engine: Engine) -> list[Labelled]:
    """The charts as a coder decides them who has the first opinion: accepts, rejects and adds accordingly."""
    found = []
    for chart in charts:
        kept = chart.opinions[0].kept
        shown = frozenset(item.code for item in engine.propose(chart.chart).proposals)
        found.append(replace(chart, opinions=(Opinion(kept, shown - kept, unseen=UNSEEN),)))
    return found


def curve(charts: Sequence[Labelled], proposer: Builtin, start: Artefact, code_system: str) -> list[Point]:
    """Agreement on charts held out, by the number of charts that were coded before. 0 is `start` as it is."""
    table = build([Source("decisions", tuple(charts), measured=True)], proposer, start.weights.by_feature)
    largest = len(charts) - round(HELD_OUT * len(charts))
    sizes = sorted({size for size in SIZES if size < largest} | {largest})
    rows: dict[int, list[list[float]]] = {size: [] for size in sizes}
    for split in _splits(charts):
        for size, point in _one(table, split, sizes, start, code_system):
            rows[size].append(point)
    return [_point(size, np.array(points)) for size, points in rows.items()]


def _splits(charts: Sequence[Labelled]) -> Iterator[tuple[list[Labelled], list[Labelled]]]:
    rng = np.random.default_rng(SEED)
    held = round(HELD_OUT * len(charts))
    for _ in range(REPEATS):
        order = [charts[place] for place in rng.permutation(len(charts))]
        yield order[held:], order[:held]


def _one(
    table: Table, split: tuple[list[Labelled], list[Labelled]], sizes: Sequence[int], start: Artefact, system: str
) -> Iterator[tuple[int, list[float]]]:
    coded, still_to_come = split
    test = table.part(np.isin(table.documents, [chart.key for chart in still_to_come])).merged()
    for size in sizes:
        artefact = start
        known = table.part(np.isin(table.documents, [chart.key for chart in coded[:size]]))
        if size and known.measured.any():
            artefact = fitted(known, coded[:size], Plan(start=start, code_system=system), {}).artefact
        yield size, _measures(artefact, test, still_to_come, system)


def _measures(artefact: Artefact, test: Table, charts: Sequence[Labelled], system: str) -> list[float]:
    judged = validation.judged(artefact, test, system)
    gold, shown = first_opinions(charts), judged.codes(judged.shown)
    sure = agreement(gold, judged.codes(judged.high))
    return [
        agreement(gold, shown).f1,
        agreement(gold, shown, CATEGORY).f1,
        sure.precision if sure.proposed else float("nan"),
        sure.proposed / len(charts),
        float(calibrating.loss(judged.probability, test.labels).mean()),
        expected_error(judged.probability, test.labels, np.ones(len(test.labels))),
    ]


def _point(size: int, points: Floats) -> Point:
    measured, spread = {}, {}
    for name, column in zip(MEASURES, points.T, strict=True):
        # A repeat in which nothing is HIGH has no precision of HIGH.
        known = column[~np.isnan(column)] if not np.isnan(column).all() else np.zeros(1)
        measured[name], spread[name] = round(float(known.mean()), 4), round(float(known.std()), 4)
    return Point(size, measured, spread)


def as_json(points: Sequence[Point], charts: int) -> dict[str, Any]:
    """The curve as a plot reads it: one list for each measure."""
    return {
        "x": [point.charts for point in points],
        "series": {name: [point.measured[name] for point in points] for name in MEASURES},
        "spread": {name: [point.spread[name] for point in points] for name in MEASURES},
        "charts": charts,
        "held_out": round(HELD_OUT * charts),
        "repeats": REPEATS,
    }
