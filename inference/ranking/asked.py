"""A language model's calibration, or the ensemble's: what coders kept says what its answers are worth.

The map and the weights are fitted and measured as the built-in coder's are: cross-validated over documents, HIGH only
where at least 90% of held-out suggestions were kept, and no bands at all from too few of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from inference.calibration import Artefact, Calibration, Weights
from inference.llm.errors import BadAnswerError, RequestRefusedError
from inference.llm_engine import EnsembleEngine, LlmEngine
from inference.proposers import ensemble
from inference.proposers.ensemble import BUILTIN, BUILTIN_ODDS, FEATURES, MODEL_ODDS, UNMEASURED, Features
from inference.ranking import training
from inference.ranking.labelled import Labelled
from inference.ranking.table import Table
from inference.ranking.training import Plan, Trained

AS_IT_IS = Calibration((0.0, 1.0), (0.0, 1.0), high=1.0, medium=1.0, most_low=15)  # a score is its probability
ABSENT = -6.0  # log odds of what an engine does not name
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Answered:
    """What an engine made of one chart: stored code → features, before calibration."""

    labelled: Labelled
    codes: dict[str, Features]


@dataclass(frozen=True, slots=True)
class Answers:
    """All charts that were answered, how many were not, and what the answers belong to."""

    charts: tuple[Answered, ...]
    failed: int
    subject: str
    card: dict[str, Any]


async def ask(engine: LlmEngine, charts: Sequence[Labelled], at_once: int, progress: Progress) -> Answers:
    """Ask about every chart, `at_once` at a time. A chart that fails by itself is left out and counted.

    Raises `ServerAwayError`, and `ValueError` when no chart was answered.
    """
    gate, done = asyncio.Semaphore(at_once), 0

    async def one(labelled: Labelled) -> Answered | None:
        nonlocal done
        async with gate:
            try:
                weighed = await engine.weighed(labelled.chart)
            except (BadAnswerError, RequestRefusedError):
                return None
            finally:
                done += 1
                progress(done, len(charts))
        return Answered(labelled, {each.item.entry.code: engine.features(each) for each in weighed.codes})

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(labelled)) for labelled in charts]
    found = tuple(answered for task in tasks if (answered := task.result()) is not None)
    if not found:
        raise ValueError("None of the charts was answered.")
    served = await engine.asker.served(engine.client(), engine.adapter)
    card = {
        "engine": engine.name,
        "subject": engine.subject(served),
        "base_model": served.base,
        "adapter": served.adapter,
        "prompt_version": engine.asker.prompt_version,
        "builtin": engine.asker.builtin.model_version,
        "samples": engine.asker.config.samples,
    }
    return Answers(found, len(charts) - len(found), engine.subject(served), card)


def calibrated(answers: Answers, engine: LlmEngine, in_use: Artefact | None, source: str) -> Trained:
    """The artefact, compared with the calibration in use, else with what holds without one.

    Without one the ensemble is the built-in coder, and the model alone shows nothing but LOW. Raises `ValueError` when
    no chart has a code that stood.
    """
    found = table(answers)
    if not len(found.labels):
        raise ValueError("Of all answers not one code stood: there is nothing to calibrate.")
    system = engine.asker.builtin.snapshot.code_system
    together = isinstance(engine, EnsembleEngine)
    weights = ensemble.START if together else Weights(0.0, {MODEL_ODDS: 1.0})
    plan = Plan(
        start=Artefact(weights, {system: AS_IT_IS}, {}),
        in_use=in_use or (_builtin_alone(engine, system) if together else Artefact(weights, {system: UNMEASURED}, {})),
        weights_stay=not together,
        code_system=system,
    )
    charts = [each.labelled for each in answers.charts]
    trained = training.fitted(found, charts, plan, {**answers.card, **_origin(answers, source)})
    return replace(trained, artefact=replace(trained.artefact, firmness={}))


def table(answers: Answers) -> Table:
    """A row for each code of each chart and opinion. Everything is measured."""
    rows = [
        (each.labelled.key, code, features, float(code in opinion.kept), opinion.weight_of(code))
        for each in answers.charts
        for code, features in sorted(each.codes.items())
        for opinion in each.labelled.opinions
    ]
    values = np.array([[features.get(name, 0.0) for name in FEATURES] for _, _, features, _, _ in rows], float)
    return Table(
        np.array([document for document, *_ in rows], np.str_),
        np.array([code for _, code, *_ in rows], np.str_),
        FEATURES,
        values.reshape(len(rows), len(FEATURES)),
        np.array([label for *_, label, _ in rows], float),
        np.array([weight for *_, weight in rows], float),
        np.ones(len(rows), bool),
    )


def _builtin_alone(engine: LlmEngine, system: str) -> Artefact:
    """The built-in coder as it is, in the ensemble's features: other codes are next to impossible."""
    own = engine.asker.builtin.calibrated
    weights = Weights(ABSENT, {BUILTIN: -ABSENT, BUILTIN_ODDS: 1.0})
    return Artefact(weights, {system: replace(AS_IT_IS, high=own.high, medium=own.medium, floor=own.floor)}, {})


def _origin(answers: Answers, source: str) -> dict[str, Any]:
    charts = [each.labelled for each in answers.charts]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "unanswered": answers.failed,
        "trained_on": [
            {
                "source": source,
                "files": [],
                "weight": 1.0,
                "measured": True,
                "documents": len(charts),
                "codes": sum(len(opinion.kept) for chart in charts for opinion in chart.opinions[:1]),
            }
        ],
    }
