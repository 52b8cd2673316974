"""From raw scores to probabilities, and from probabilities to bands.

Two maps are known: Platt's, a logistic line through the scores' log odds, and the isotonic one (pool adjacent
violators). Which is better is a question to the data, answered by cross-validation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from inference.calibration import Calibration
from inference.ranking.logistic import logistic
from inference.ranking.table import Floats

SURE = 1e-4  # scores nearer to 0 or 1 than this are taken as this
PLATT_POINTS = 40
PLATT_STEPS = 50
UNTOUCHED = (0.0, 1.0)  # the score is the probability
LOOSELY, FIRMLY = 1.0, 10.0  # ridge towards that line; towards the line of the calibration before

HIGH_KEPT = 0.90  # what the reports hold HIGH to
MEDIUM_KEPT = 0.60  # and MEDIUM
FEWEST_IN_BAND = 15  # candidates; a share of fewer says nothing
GRID = np.round(np.arange(0.30, 0.985, 0.01), 2)
EQUALLY_GOOD = 0.006  # difference in F1 that these few documents cannot tell from chance
FIRST = 10  # suggestions that a coder reads without scrolling
AFFORDABLE = 0.005  # loss of recall among the first ten that a floor may cost
HIGHEST_FLOOR = 0.12
MOST_LOW = 15  # suggestions of the lowest band that a chart may show

Points = tuple[tuple[float, float], ...]
Line = tuple[float, float]
Fitter = Callable[[Floats, Floats, Line], Points]


class Bands(NamedTuple):
    """The thresholds of HIGH and MEDIUM, and the floor under LOW."""

    high: float
    medium: float
    floor: float


def line(before: Calibration) -> Line:
    """The logistic line nearest to a calibration, where few new data should not lead far away from it."""
    middle = np.linspace(0.05, 0.95, PLATT_POINTS)
    shares = np.clip([before.probability(float(place)) for place in middle], 0.01, 0.99)
    slope, level = np.polyfit(_log_odds(middle), _log_odds(shares), 1)
    return float(level), float(slope)


def platt(scores: Floats, labels: Floats, towards: Line = UNTOUCHED) -> Points:
    """Points of the logistic line through the scores' log odds."""
    odds = _log_odds(scores)
    x = np.column_stack([np.ones(len(odds)), odds])
    start, ridge = np.array(towards), LOOSELY if towards == UNTOUCHED else FIRMLY
    beta = start.copy()
    for _ in range(PLATT_STEPS):
        p = logistic(x @ beta)
        gradient = x.T @ (p - labels) + ridge * (beta - start)
        curvature = (x * (p * (1 - p))[:, None]).T @ x + ridge * np.eye(2)
        beta = beta - np.linalg.solve(curvature, gradient)
    places = np.linspace(0.0, 1.0, PLATT_POINTS + 1)
    shares = logistic(beta[0] + max(0.0, float(beta[1])) * _log_odds(places))
    return _points(places, shares)


def isotonic(scores: Floats, labels: Floats, towards: Line = UNTOUCHED) -> Points:
    """Points of a non-decreasing map from score to kept share (pool adjacent violators)."""
    pools: list[list[float]] = []  # [candidates, kept, sum of scores]
    for i in np.argsort(scores, kind="stable"):
        pools.append([1.0, float(labels[i]), float(scores[i])])
        while len(pools) > 1 and pools[-2][1] * pools[-1][0] >= pools[-1][1] * pools[-2][0]:
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    places = np.array([0.0, *(score / total for total, _, score in pools), 1.0])
    # One kept and one refused are shared out over each pool, so that no small pool claims certainty.
    shares = np.array([0.0, *((kept + 0.5) / (total + 1.0) for total, kept, _ in pools), 0.0])
    return _points(places, np.maximum.accumulate(shares))


MAPS: dict[str, Fitter] = {"Platt": platt, "isotonic": isotonic}


def _points(places: Floats, shares: Floats) -> Points:
    """Rounded for the file, places strictly rising."""
    points: dict[float, float] = {}
    for place, share in zip(places, shares, strict=True):
        points[round(float(place), 4)] = round(float(share), 4)
    return tuple(points.items())


def apply(points: Points, scores: Floats) -> Floats:
    """Probabilities of scores."""
    places, shares = zip(*points, strict=True)
    result: Floats = np.interp(scores, places, shares)
    return result


def _log_odds(scores: Floats) -> Floats:
    clipped = np.clip(scores, SURE, 1 - SURE)
    result: Floats = np.log(clipped / (1 - clipped))
    return result


def loss(probability: Floats, labels: Floats) -> Floats:
    """The log loss of each row: small where a probability was right to be sure."""
    p = np.clip(probability, SURE, 1 - SURE)
    result: Floats = -(labels * np.log(p) + (1 - labels) * np.log(1 - p))
    return result


def bands(
    probability: Floats,
    kept: Floats,
    agreement_at: Callable[[float], float],
    recall_at: Callable[[float], float],
) -> Bands:
    """Thresholds that keep the promises on held-out candidates.

    HIGH is the lowest threshold from which on at least `HIGH_KEPT` were kept. MEDIUM has, among those between which
    and HIGH `MEDIUM_KEPT` are expected to be kept, the best agreement with the coders; of equally good ones the
    lowest, since a code too many is a click to refuse and a code missed has to be searched. Expected is the mean
    probability: so few candidates lie between the two that counting them would follow chance.
    """
    high = _high(probability, kept)
    agreed = {
        float(limit): agreement_at(float(limit))
        for limit in GRID
        if limit <= high and _expected(probability, float(limit), high) >= MEDIUM_KEPT
    }
    best = max(agreed.values(), default=0.0)
    medium = min((limit for limit, value in agreed.items() if value >= best - EQUALLY_GOOD), default=high)
    affordable = [f for f in np.arange(0.0, HIGHEST_FLOOR, 0.01) if recall_at(float(f)) >= recall_at(0.0) - AFFORDABLE]
    return Bands(round(high, 2), round(medium, 2), round(float(max(affordable)), 2))


def _high(probability: Floats, kept: Floats) -> float:
    def reached(limit: float) -> bool:
        chosen = probability >= limit
        return bool(chosen.sum() >= FEWEST_IN_BAND and kept[chosen].mean() >= HIGH_KEPT)

    # Where no threshold shows it, next to nothing is HIGH: a band that breaks its promise is worse than an empty one.
    return min((float(limit) for limit in GRID if reached(float(limit))), default=float(GRID[-1]))


def _expected(probability: Floats, low: float, high: float) -> float:
    """The mean probability between two thresholds; that of the upper one where nothing lies between."""
    between = (probability >= low) & (probability < high)
    return float(probability[between].mean()) if between.any() else high


def calibration(points: Points, limits: Bands) -> Calibration:
    """The map and the thresholds as the engine uses them."""
    places, shares = zip(*points, strict=True)
    return Calibration(places, shares, limits.high, limits.medium, limits.floor, MOST_LOW)
