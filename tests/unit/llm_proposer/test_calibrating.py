"""A language model earns its bands on charts that were decided; the ensemble is no worse than either of its parts."""

from __future__ import annotations

import random

import pytest

from inference.calibration import parse
from inference.engine import Engine
from inference.evaluation import agreement
from inference.evaluation.bm25 import Bm25
from inference.llm.config import Config
from inference.llm_engine import EnsembleEngine, LlmEngine
from inference.proposers import ensemble
from inference.proposers.ensemble import MODEL_ODDS, log_odds
from inference.proposers.vllm.asking import Asker, Served
from inference.ranking import asked
from inference.ranking.asked import Answered, Answers
from inference.ranking.labelled import Labelled, Opinion, first_opinions
from inference.ranking.store import name_of
from inference.ranking.training import Trained
from inference.schema import ChartText
from tests.unit.llm_proposer.conftest import chart

CHARTS = 120
EACH = 8  # codes of a chart, of which about half are kept


@pytest.fixture(scope="module")
def asker(builtin: Engine, search: Bm25) -> Asker:
    return Asker(Config(urls=("http://127.0.0.1:9",)), builtin, search)


def opinions(rng: random.Random, kept: bool, skill: float) -> float | None:
    """A scripted engine's probability of a code: higher for what was kept; None where it does not name it."""
    if rng.random() < (0.15 if kept else 0.6):
        return None
    return min(0.99, max(0.01, rng.gauss(0.5 + (skill if kept else -skill), 0.18)))


def scripted(*, alone: bool, charts: int = CHARTS, seed: int = 3) -> tuple[Answers, Answers, Answers]:
    """The same charts as the ensemble, the built-in coder and the model see them."""
    rng = random.Random(seed)
    found: dict[str, list[Answered]] = {"both": [], "builtin": [], "model": []}
    for number in range(charts):
        kept = {f"K{code}" for code in range(EACH) if rng.random() < 0.5}
        views: dict[str, dict[str, dict[str, float]]] = {name: {} for name in found}
        for code in (f"K{place}" for place in range(EACH)):
            claimed, named = opinions(rng, code in kept, 0.22), opinions(rng, code in kept, 0.25)
            if claimed is not None or named is not None:
                views["both"][code] = ensemble.features(claimed, named)
            if claimed is not None:
                views["builtin"][code] = {MODEL_ODDS: log_odds(claimed)}
            if named is not None:
                views["model"][code] = {MODEL_ODDS: log_odds(named)}
        labelled = Labelled(f"chart-{number}", chart(), (Opinion(frozenset(kept)),))
        for name, codes in views.items():
            found[name].append(Answered(labelled, codes))
    return tuple(Answers(tuple(each), 0, "a subject", {"engine": "vllm"}) for each in found.values())  # type: ignore[return-value]


def f1(trained: Trained, answers: Answers) -> float:
    gold = first_opinions([each.labelled for each in answers.charts])
    return agreement(gold, trained.judgement.codes(trained.judgement.shown)).f1


def test_on_held_out_folds_the_ensemble_is_no_worse_than_either_part(asker: Asker) -> None:
    both, builtin, model = scripted(alone=False)
    joined = asked.calibrated(both, EnsembleEngine(asker), None, "scripted")
    parts = [asked.calibrated(each, LlmEngine(asker), None, "scripted") for each in (builtin, model)]
    assert f1(joined, both) >= max(f1(part, each) for part, each in zip(parts, (builtin, model), strict=True))
    assert joined.better


def test_the_built_in_coder_is_what_an_uncalibrated_ensemble_is_compared_with(asker: Asker) -> None:
    both, _, _ = scripted(alone=False)
    joined = asked.calibrated(both, EnsembleEngine(asker), None, "scripted")
    assert joined.gain is not None
    assert (joined.gain["agreement"].low or 0.0) > 0.0


def test_high_is_measured_or_empty(asker: Asker) -> None:
    _, _, model = scripted(alone=True)
    trained = asked.calibrated(model, LlmEngine(asker), None, "scripted")
    high = trained.judgement.high
    labels = trained.judgement.table.labels[high]
    assert len(labels) == 0 or labels.mean() >= 0.85, "held out, HIGH keeps its promise but for chance"
    few, _, _ = scripted(alone=True, charts=20)
    unsure = asked.calibrated(scripted(alone=True, charts=20)[2], LlmEngine(asker), None, "scripted")
    (calibration,) = unsure.artefact.calibrations.values()
    assert (calibration.high, calibration.medium) == (1.0, 1.0), "too few to promise anything"
    assert few.failed == 0


def test_the_artefact_counts_for_its_own_subject_only(asker: Asker) -> None:
    _, _, model = scripted(alone=True)
    engine = LlmEngine(asker, "icd-lora")
    artefact = asked.calibrated(model, engine, None, "scripted").artefact
    served = Served("org/base-7b", "icd-lora", 8192)
    engine.adopted = {engine.subject(served): artefact}
    assert engine.measured(served) is not None
    assert engine.measured(Served("org/base-7b", "", 8192)) is None
    assert engine.measured(Served("org/base-8b", "icd-lora", 8192)) is None
    assert EnsembleEngine(asker, "icd-lora").subject(served) != engine.subject(served)
    version = engine._version(served, engine.measured(served))
    assert version.endswith(f"cal-{artefact.digest[:6]}")
    assert len(version) <= 120


def test_names_that_are_too_long_for_a_version_keep_a_mark(asker: Asker) -> None:
    long = "/models/" + "very-long-name-" * 10
    versions = {
        EnsembleEngine(asker)._version(Served(long + end, "adapter-" * 10 + end, 0), None) for end in ("a", "b")
    }
    assert len(versions) == 2
    assert all(len(version) <= 120 for version in versions)
    assert all(asker.builtin.model_version in version for version in versions)


def test_an_artefact_is_named_after_its_engine(asker: Asker) -> None:
    _, _, model = scripted(alone=True, charts=20)
    artefact = asked.calibrated(model, LlmEngine(asker), None, "scripted").artefact
    assert name_of(artefact).startswith("vllm-")
    assert parse_again(artefact) == artefact.digest


def parse_again(artefact: object) -> str:
    from inference.calibration import Artefact, dump

    assert isinstance(artefact, Artefact)
    return parse(dump(artefact)).digest


def test_nothing_to_learn_from_is_said(asker: Asker) -> None:
    empty = Answers((Answered(Labelled("a", ChartText(notes=()), (Opinion(frozenset()),)), {}),), 0, "s", {})
    with pytest.raises(ValueError, match="nothing to calibrate"):
        asked.calibrated(empty, LlmEngine(asker), None, "scripted")
