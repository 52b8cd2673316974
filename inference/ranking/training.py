"""Train, measure, compare: the artefact that results says by itself whether it is worth adopting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from inference.calibration import DEFAULT_SYSTEM, Artefact, Weights
from inference.evaluation.intervals import Figure
from inference.proposers.builtin import Builtin
from inference.ranking import calibrating, validation
from inference.ranking.calibrating import MAPS, UNTOUCHED, Bands
from inference.ranking.labelled import Labelled, Source, first_opinions
from inference.ranking.logistic import Fit, fit, scores
from inference.ranking.priors import SCRATCH, Prior
from inference.ranking.table import Floats, Table, build
from inference.ranking.validation import Judgement

TRUST = (0.05, 0.3, 1.0)  # how much the data behind the start count beside one's own; chosen by cross-validation
FEWEST_FOR_BANDS = 300  # candidates; with fewer the thresholds of the start stay
TOLERATED = 0.005  # fall of agreement that a surely smaller log loss may cost
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Trained:
    """The artefact, the cross-validated judgement behind its card, and the gain over the one in use (None: none)."""

    artefact: Artefact
    judgement: Judgement
    gain: dict[str, Figure] | None
    before: dict[str, object] | None

    @property
    def better(self) -> bool:
        """Whether agreement surely rises, or probabilities surely get sharper at no real loss of agreement.

        False where nothing was compared.
        """
        if self.gain is None:
            return False
        agreed, sharper = self.gain["agreement"], self.gain["log loss"]
        return (agreed.low or 0.0) > 0.0 or ((sharper.low or 0.0) > 0.0 and agreed.value >= -TOLERATED)


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train. `start`: the artefact whose weights are the prior; None starts from what any coder would say.

    `in_use` is what the result is compared with. `weights_stay` fits the calibration only, of `start`.
    """

    start: Artefact | None = None
    in_use: Artefact | None = None
    weights_stay: bool = False
    code_system: str = DEFAULT_SYSTEM


def train(sources: Sequence[Source], proposer: Builtin, plan: Plan, generation: str) -> Trained:
    """Fit on labelled charts. Figures are taken on the measured sources, by cross-validation over documents.

    Raises `ValueError` when no measured chart has a candidate.
    """
    known = (plan.start.weights if plan.start else SCRATCH.weights).by_feature
    table = build(sources, proposer, known)
    if not table.measured.any():
        raise ValueError("None of the charts has a candidate code to learn from.")
    charts = [chart for source in sources if source.measured for chart in source.charts]
    return fitted(table, charts, plan, _origin(sources, generation))


def fitted(table: Table, charts: Sequence[Labelled], plan: Plan, origin: dict[str, Any]) -> Trained:
    """The same from a table of candidates."""
    gold = first_opinions(charts)
    towards = calibrating.line(plan.start.calibration(plan.code_system)) if plan.start else UNTOUCHED
    trials: list[tuple[float, int, str, Prior, Floats, Floats]] = []
    for prior in _priors(plan):
        candidates, merged = validation.merged_scores(table, _scores(table, plan, prior))
        for name, fitter in MAPS.items():
            probability = validation.cross_fitted(candidates, merged, fitter, towards)
            lost = float(calibrating.loss(probability, candidates.labels).mean())
            trials.append((lost, len(trials), name, prior, merged, probability))
    _, _, name, prior, merged, probability = min(trials, key=lambda trial: trial[:2])
    judgement = _banded(table.merged(), probability, gold, plan)
    points = MAPS[name](merged, judgement.table.labels, towards)
    limits = _limits(judgement, calibrating.apply(points, merged), gold, plan)
    final = Fit(plan.start.weights, plan.start.firmness) if plan.weights_stay and plan.start else fit(table, prior)
    before = validation.judged(plan.in_use, judgement.table, plan.code_system) if plan.in_use else None
    card = {
        **origin,
        "candidates": len(table.labels),
        "method": _method(plan, prior, name),
        "bands": PROMISES,
        "cross_validated": validation.figures(judgement, charts),
    }
    others = plan.start.calibrations if plan.start else {}
    calibrations = {**others, plan.code_system: calibrating.calibration(points, limits)}
    artefact = Artefact(_rounded(final.weights), calibrations, card, _held(final, plan))
    return Trained(
        artefact,
        judgement,
        validation.gain(before, judgement, gold) if before else None,
        validation.figures(before, charts) if before else None,
    )


PROMISES = (
    "HIGH: lowest probability from which on at least 90% of the held-out candidates were kept by a coder. MEDIUM: of "
    "the thresholds between which and HIGH at least 60% are expected to be kept, the one of best micro-F1 (exact plus "
    "category). FLOOR: highest probability, up to 0.12, that costs at most 0.005 of the recall among the first ten. "
    "Kept means by at least one coder; agreement with any one coding is bounded by what two coders agree on."
)


def _priors(plan: Plan) -> list[Prior]:
    if plan.start is None:
        return [SCRATCH]
    start = plan.start
    trusted = TRUST if start.firmness and not plan.weights_stay else TRUST[-1:]
    return [Prior(start.weights, {name: trust * held for name, held in start.firmness.items()}) for trust in trusted]


def _scores(table: Table, plan: Plan, prior: Prior) -> Floats:
    """Held-out scores; weights that stay never saw these documents."""
    return scores(table, prior.weights) if plan.weights_stay else validation.held_out(table, prior)


def _banded(candidates: Table, probability: Floats, gold: validation.Gold, plan: Plan) -> Judgement:
    if plan.start is None or len(probability) >= FEWEST_FOR_BANDS:
        return validation.banded(candidates, probability, gold)
    kept = plan.start.calibration(plan.code_system)
    return Judgement(candidates, probability, probability >= kept.high, probability >= kept.medium)


def _limits(judgement: Judgement, probability: Floats, gold: validation.Gold, plan: Plan) -> Bands:
    if plan.start is not None and len(probability) < FEWEST_FOR_BANDS:
        kept = plan.start.calibration(plan.code_system)
        return Bands(kept.high, kept.medium, kept.floor)
    return validation.limits_of(judgement.table, probability, gold)


def _method(plan: Plan, prior: Prior, name: str) -> str:
    begun = "the weights before" if plan.start else "prior beliefs"
    weights = "weights unchanged" if plan.weights_stay else f"ridge logistic regression towards {begun}"
    return f"{weights}; {validation.FOLDS}-fold by document; {name} map, chosen by cross-validated log loss"


def _origin(sources: Sequence[Source], generation: str) -> dict[str, Any]:
    return {
        "generation": generation,
        "date": datetime.now(UTC).date().isoformat(),
        "trained_on": [
            {
                "source": source.name,
                "files": list(source.files),
                "weight": source.weight,
                "measured": source.measured,
                "documents": len(source.charts),
                "codes": sum(len(opinion.kept) for chart in source.charts for opinion in chart.opinions[:1]),
            }
            for source in sources
        ],
    }


def _rounded(weights: Weights) -> Weights:
    kept = {name: round(value, DIGITS) for name, value in weights.by_feature.items()}
    return Weights(round(weights.bias, DIGITS), {name: value for name, value in kept.items() if value})


def _held(final: Fit, plan: Plan) -> dict[str, float]:
    """How firmly the weights are held now. What the start knew stays known."""
    before = plan.start.firmness if plan.start and not plan.weights_stay else {}
    names = sorted({*before, *final.firmness})
    total = {name: round(before.get(name, 0.0) + final.firmness.get(name, 0.0), 2) for name in names}
    return {name: value for name, value in total.items() if value and np.isfinite(value)}
