"""Ridge logistic regression towards a prior, by damped Newton steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.calibration import Weights
from inference.ranking.priors import Prior
from inference.ranking.table import Floats, Table

STEPS = 50
SMALLEST_STEP = 1e-4
CLOSE_ENOUGH = 1e-6
FLATTEST = 30.0


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights, and how firmly the data hold each (the diagonal of the log-likelihood's curvature)."""

    weights: Weights
    firmness: dict[str, float]


def fit(table: Table, prior: Prior) -> Fit:
    """The most probable weights given the table's rows and the prior.

    A full Newton step can overshoot where the prior is far from the data; it is halved until the loss falls.
    """
    x = np.hstack([np.ones((len(table.labels), 1)), table.values])
    y, w = table.labels, table.weights
    believed = [(prior.weights.bias, prior.ridge), *map(prior.of, table.names)]
    start, ridge = np.array([value for value, _ in believed]), np.array([held for _, held in believed])

    def loss(beta: Floats) -> float:
        z = x @ beta
        return float((w * (np.logaddexp(0.0, z) - y * z)).sum() + 0.5 * (ridge * (beta - start) ** 2).sum())

    beta = start.copy()
    for _ in range(STEPS):
        p = logistic(x @ beta)
        gradient = x.T @ (w * (p - y)) + ridge * (beta - start)
        curvature = (x * (w * p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(curvature, gradient)
        share = 1.0
        while loss(beta - share * step) > loss(beta) and share > SMALLEST_STEP:
            share /= 2
        beta = beta - share * step
        if np.abs(step).max() < CLOSE_ENOUGH:
            break
    p = logistic(x @ beta)
    held = ((x**2) * (w * p * (1 - p))[:, None]).sum(axis=0)
    # A feature that these data lack keeps the weight it had.
    learned = {name: float(value) for name, value in zip(table.names, beta[1:], strict=True)}
    weights = Weights(float(beta[0]), {**prior.weights.by_feature, **learned})
    return Fit(weights, dict(zip(table.names, map(float, held[1:]), strict=True)))


def logistic(z: Floats) -> Floats:
    """1 ÷ (1 + e^-z), safe for any z."""
    result: Floats = 1 / (1 + np.exp(-np.clip(z, -FLATTEST, FLATTEST)))
    return result


def scores(table: Table, weights: Weights) -> Floats:
    """The raw score of every row."""
    beta = np.array([weights.by_feature.get(name, 0.0) for name in table.names])
    return logistic(weights.bias + table.values @ beta)
