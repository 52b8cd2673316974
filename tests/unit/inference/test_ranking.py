"""The learning behind the built-in coder, on invented candidates with a known truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference import calibration
from inference.calibration import ArtefactError, Weights
from inference.engine import Engine
from inference.proposers.builtin import Builtin
from inference.ranking import calibrating, curves, labelled, logistic, reports, store, training, validation
from inference.ranking.labelled import Labelled, Opinion, Source
from inference.ranking.priors import SCRATCH, Prior
from inference.ranking.table import Floats, Table
from inference.ranking.training import Plan
from inference.schema import ChartText, NoteText

TRUTH = {"problem": 2.0, "symptom": -1.5, "silent": 0.0}
BIAS = -0.5


def invented(documents: int = 60, seed: int = 3) -> Table:
    """Ten candidates a document, kept as `TRUTH` makes it likely."""
    rng = np.random.default_rng(seed)
    names = tuple(sorted(TRUTH))
    values = (rng.random((documents * 10, len(names))) < 0.5).astype(float)
    likely = logistic.logistic(BIAS + values @ np.array([TRUTH[name] for name in names]))
    keys = np.repeat([f"d{number:03}" for number in range(documents)], 10)
    codes = np.array([f"A{number:03}" for number in range(documents * 10)])
    labels = (rng.random(len(likely)) < likely).astype(float)
    return Table(keys, codes, names, values, labels, np.ones(len(likely)), np.ones(len(likely), bool))


def charts_of(table: Table) -> list[Labelled]:
    """The charts whose coders kept what the table says."""
    kept = validation.codes(table, table.labels > 0)
    keys = sorted(set(map(str, table.documents)))
    return [Labelled(key, ChartText(notes=()), (Opinion(frozenset(kept.get(key, set()))),)) for key in keys]


def test_a_fit_finds_the_weights_that_made_the_data() -> None:
    found = logistic.fit(invented(400), Prior(Weights(0.0, {}), ridge=0.1)).weights
    assert found.bias == pytest.approx(BIAS, abs=0.25)
    assert {name: pytest.approx(value, abs=0.3) for name, value in TRUTH.items()} == found.by_feature


def test_a_fit_recovers_from_a_prior_that_is_far_off() -> None:
    far = Prior(Weights(25.0, {"problem": -40.0}), ridge=1e-3)
    assert logistic.fit(invented(400), far).weights.by_feature["problem"] == pytest.approx(2.0, abs=0.4)


def test_what_is_held_firmly_hardly_moves() -> None:
    prior = Prior(Weights(0.0, {"problem": -1.0}), firmness={"problem": 1e6})
    assert logistic.fit(invented(), prior).weights.by_feature["problem"] == pytest.approx(-1.0, abs=0.01)


def test_a_feature_that_the_data_lack_keeps_its_weight() -> None:
    prior = Prior(Weights(0.0, {"unheard of": 1.25}))
    assert logistic.fit(invented(), prior).weights.by_feature["unheard of"] == 1.25


@pytest.mark.parametrize("name", sorted(calibrating.MAPS))
def test_a_map_rises_and_is_right(name: str) -> None:
    rng = np.random.default_rng(7)
    scores = rng.random(2000)
    labels = (rng.random(2000) < scores**2).astype(float)
    points = calibrating.MAPS[name](scores, labels, calibrating.UNTOUCHED)
    places, shares = zip(*points, strict=True)
    assert list(places) == sorted(set(places))
    assert list(shares) == sorted(shares)
    assert calibrating.apply(points, np.array([0.3, 0.5, 0.8])) == pytest.approx([0.09, 0.25, 0.64], abs=0.08)


@pytest.mark.parametrize("labels", [np.zeros(40), np.ones(40)], ids=["all refused", "all kept"])
@pytest.mark.parametrize("name", sorted(calibrating.MAPS))
def test_one_sided_decisions_give_no_certainty(name: str, labels: Floats) -> None:
    points = calibrating.MAPS[name](np.linspace(0.2, 0.8, 40), labels, calibrating.UNTOUCHED)
    inner = [share for place, share in points if 0.25 < place < 0.75]
    assert all(0.0 <= share < 1.0 for share in inner)


def test_few_decisions_stay_near_the_calibration_before() -> None:
    before = calibration.load().calibration()
    one = calibrating.platt(np.array([0.5]), np.array([1.0]), calibrating.line(before))
    assert calibrating.apply(one, np.array([0.5]))[0] == pytest.approx(before.probability(0.5), abs=0.15)


def test_high_keeps_its_promise_and_medium_lies_below() -> None:
    table = invented(300)
    scores = validation.held_out(table, SCRATCH)
    points = calibrating.isotonic(scores, table.labels)
    gold = labelled.first_opinions(charts_of(table))
    limits = validation.limits_of(table, calibrating.apply(points, scores), gold)
    chosen = calibrating.apply(points, scores) >= limits.high
    assert limits.floor <= limits.medium <= limits.high
    if chosen.any():
        assert table.labels[chosen].mean() >= calibrating.HIGH_KEPT


def test_a_document_is_never_in_two_folds() -> None:
    table = invented()
    folds = validation.folds(table)
    for document in set(table.documents):
        assert len(set(folds[table.documents == document])) == 1
    assert set(folds) == set(range(validation.FOLDS))


def test_of_two_coders_one_is_enough_to_keep_a_code() -> None:
    two = Table(
        np.array(["d", "d", "d"]),
        np.array(["A", "A", "B"]),
        ("problem",),
        np.ones((3, 1)),
        np.array([0.0, 1.0, 0.0]),
        np.ones(3),
        np.ones(3, bool),
    )
    assert dict(zip(map(str, two.merged().codes), two.merged().labels, strict=True)) == {"A": 1.0, "B": 0.0}


def test_training_says_better_only_where_it_is() -> None:
    table = invented(200)
    charts = charts_of(table)
    bad = calibration.Artefact(Weights(0.0, {"problem": -3.0}), dict(calibration.load().calibrations), {})
    first = training.fitted(table, charts, Plan(start=bad, in_use=bad), {})
    assert first.better
    again = training.fitted(table, charts, Plan(start=first.artefact, in_use=first.artefact), {})
    assert not again.better


def test_without_a_comparison_nothing_is_called_better() -> None:
    table = invented()
    assert not training.fitted(table, charts_of(table), Plan(), {}).better


def test_refitting_the_calibration_leaves_the_weights(builtin: Engine) -> None:
    shipped = calibration.load()
    table = invented()
    refitted = training.fitted(table, charts_of(table), Plan(start=shipped, in_use=shipped, weights_stay=True), {})
    assert refitted.artefact.weights == shipped.weights
    assert refitted.artefact.calibrations != shipped.calibrations


NOTE = "ASSESSMENT\n1. Hypertension.\n2. {}.\nHPI\nShe has a cough and headache. History of asthma.\n"


@pytest.fixture(scope="module")
def charts() -> list[Labelled]:
    """Twelve visits whose coder codes hypertension and the second problem, and nothing else."""
    names = {"Gout": "M109", "Hypothyroidism": "E039", "Migraine": "G43909", "GERD": "K219"}
    pairs = [pair for _ in range(3) for pair in names.items()]
    return [
        Labelled(
            f"visit-{number}",
            ChartText(notes=(NoteText("note", NOTE.format(name)),)),
            (Opinion(frozenset({"I10", code})),),
        )
        for number, (name, code) in enumerate(pairs)
    ]


def proposer_of(engine: Engine) -> Builtin:
    assert isinstance(engine.proposer, Builtin)
    return engine.proposer


def test_charts_become_an_artefact_in_a_file(builtin: Engine, charts: list[Labelled], tmp_path: Path) -> None:
    sources = [Source("visits", tuple(charts), measured=True, files=("visits.jsonl",))]
    trained = training.train(sources, proposer_of(builtin), Plan(), "builtin-test")
    file = store.write(trained.artefact, tmp_path)
    assert store.read(file) == trained.artefact
    assert file.stat().st_size < store.LARGEST
    card = trained.artefact.card
    assert card["trained_on"][0]["documents"] == 12
    assert card["generation"] == "builtin-test"
    shown = " ".join(reports.lines(trained))
    assert "visits: 12 charts, 24 codes" in shown


def test_no_candidates_are_nothing_to_learn_from(builtin: Engine) -> None:
    empty = Labelled("empty", ChartText(notes=(NoteText("note", "Nothing."),)), (Opinion(frozenset()),))
    with pytest.raises(ValueError, match="candidate"):
        training.train([Source("none", (empty,), measured=True)], proposer_of(builtin), Plan(), "builtin-test")


def test_the_packaged_artefact_is_never_written_over(builtin: Engine) -> None:
    with pytest.raises(ArtefactError, match="release"):
        store.write(calibration.load(), calibration.BUILTIN.parent)


def test_a_learning_curve_has_a_point_for_every_size(builtin: Engine, charts: list[Labelled]) -> None:
    decided = curves.replayed(charts, builtin)
    assert all("I10" not in opinion.refused for chart in decided for opinion in chart.opinions)
    points = curves.curve(decided, proposer_of(builtin), calibration.load(), "ICD-10-CM")
    assert [point.charts for point in points] == [0, 5, 8]
    assert len(list(reports.curve_lines(points))) == 4
    plotted = curves.as_json(points, len(charts))
    assert {len(series) for series in plotted["series"].values()} == {3}


@pytest.mark.parametrize(
    ("code", "weight"), [("I10", 0.8), ("M109", 0.8), ("E785", 0.4)], ids=["kept", "refused", "unseen"]
)
def test_what_nobody_looked_at_counts_less(code: str, weight: float) -> None:
    opinion = Opinion(frozenset({"I10"}), frozenset({"M109"}), weight=0.8, unseen=0.5)
    assert opinion.weight_of(code) == weight
