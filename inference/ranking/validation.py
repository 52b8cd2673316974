"""What a model is worth on documents that it never saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.calibration import Artefact, Calibration
from inference.evaluation import CATEGORY, agreement, intervals
from inference.evaluation.reliability import expected_error
from inference.ranking import calibrating
from inference.ranking.calibrating import FIRST, Bands, Fitter, Line, Points
from inference.ranking.labelled import Labelled, first_opinions
from inference.ranking.logistic import fit, scores
from inference.ranking.priors import Prior
from inference.ranking.table import Floats, Mask, Table

FOLDS = 10
SEED = 7
Gold = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Candidates (each once), the probability given to each, and which were shown how."""

    table: Table
    probability: Floats
    high: Mask
    shown: Mask

    def codes(self, chosen: Mask) -> dict[str, set[str]]:
        """Document → the chosen codes."""
        return codes(self.table, chosen)

    @property
    def documents(self) -> list[str]:
        """The documents, sorted."""
        return sorted({str(document) for document in self.table.documents})


def folds(table: Table) -> NDArray[np.int64]:
    """The fold of every row: rows of one document share it; -1 for rows that nothing is measured on."""
    documents = sorted({str(document) for document in table.documents[table.measured]})
    order = np.random.default_rng(SEED).permutation(len(documents))
    fold_of = {documents[place]: number % FOLDS for number, place in enumerate(order)}
    return np.array([fold_of.get(str(document), -1) for document in table.documents], np.int64)


def held_out(table: Table, prior: Prior) -> Floats:
    """For every measured row, the score of a model that never saw the row's document."""
    place = folds(table)
    found = np.zeros(len(place))
    for fold in range(FOLDS):
        rows = place == fold
        if rows.any():
            found[rows] = scores(table.part(rows), fit(table.part(~rows), prior).weights)
    return found


def merged_scores(table: Table, found: Floats) -> tuple[Table, Floats]:
    """Each measured candidate once, beside its score."""
    by_place = {
        (str(document), str(code)): float(score)
        for document, code, score in zip(table.documents, table.codes, found, strict=True)
    }
    merged = table.merged()
    pairs = zip(merged.documents, merged.codes, strict=True)
    return merged, np.array([by_place[str(document), str(code)] for document, code in pairs])


def cross_fitted(candidates: Table, found: Floats, fitter: Fitter, towards: Line) -> Floats:
    """The probability of every candidate by a map that was fitted on other documents."""
    place = folds(candidates)
    probability = np.zeros(len(found))
    for fold in sorted(set(place.tolist())):
        rows = place == fold
        points = fitter(found[~rows], candidates.labels[~rows], towards)
        probability[rows] = calibrating.apply(points, found[rows])
    return probability


def banded(candidates: Table, probability: Floats, gold: Gold) -> Judgement:
    """What is shown how, by thresholds that were chosen on other documents."""
    place = folds(candidates)
    high, shown = np.zeros(len(probability), bool), np.zeros(len(probability), bool)
    for fold in sorted(set(place.tolist())):
        rows = place == fold
        limits = limits_of(candidates.part(~rows), probability[~rows], gold)
        high[rows], shown[rows] = probability[rows] >= limits.high, probability[rows] >= limits.medium
    return Judgement(candidates, probability, high, shown)


def limits_of(candidates: Table, probability: Floats, gold: Gold) -> Bands:
    """The thresholds that keep the promises on these held-out candidates."""
    present = {str(document) for document in candidates.documents}
    wanted = {key: kept for key, kept in gold.items() if key in present}
    exact, category = (_Curve(candidates, probability, wanted, length) for length in (None, CATEGORY))
    first = _first(candidates, probability)
    among = _Curve(candidates.part(first), probability[first], wanted, None)
    return calibrating.bands(
        probability,
        candidates.labels,
        lambda limit: (exact.f1(limit) + category.f1(limit)) / 2,
        among.recall,
    )


class _Curve:
    """Micro agreement of the candidates above a threshold with gold, for many thresholds at little cost.

    Of candidates that are the same in their first `length` characters the most probable counts.
    """

    def __init__(self, candidates: Table, probability: Floats, wanted: Gold, length: int | None) -> None:
        asked = {(key, code[:length]) for key, codes_of in wanted.items() for code in codes_of}
        best: dict[tuple[str, str], float] = {}
        for document, code, value in zip(candidates.documents, candidates.codes, probability, strict=True):
            if str(document) in wanted:
                place = (str(document), str(code)[:length])
                best[place] = max(float(value), best.get(place, 0.0))
        self.gold = len(asked)
        self.probability = np.array(list(best.values()))
        self.right = np.array([place in asked for place in best], bool)

    def f1(self, limit: float) -> float:
        """F1 of what is at least this probable."""
        shown = self.probability >= limit
        total = int(shown.sum()) + self.gold
        return 2 * int((shown & self.right).sum()) / total if total else 0.0

    def recall(self, limit: float) -> float:
        """Recall of what is at least this probable."""
        return int((self.right & (self.probability >= limit)).sum()) / self.gold if self.gold else 0.0


def judged(artefact: Artefact, candidates: Table, code_system: str) -> Judgement:
    """What an artefact makes of candidates as it stands."""
    calibration: Calibration = artefact.calibration(code_system)
    points: Points = tuple(zip(calibration.scores, calibration.probabilities, strict=True))
    probability = calibrating.apply(points, scores(candidates, artefact.weights))
    return Judgement(candidates, probability, probability >= calibration.high, probability >= calibration.medium)


def figures(judgement: Judgement, charts: Sequence[Labelled]) -> dict[str, object]:
    """Agreement by band and coder, kept shares, calibration error and ranking, as the card shows them."""
    labels, probability = judgement.table.labels, judgement.probability
    found: dict[str, object] = {}
    for name, chosen in (("HIGH and MEDIUM", judgement.shown), ("HIGH", judgement.high)):
        kept = judgement.codes(chosen)
        for place in range(max(len(chart.opinions) for chart in charts)):
            gold = first_opinions(charts, place)
            found[f"{name}, coder {place + 1}, exact"] = str(agreement(gold, kept))
            found[f"{name}, coder {place + 1}, category"] = str(agreement(gold, kept, CATEGORY))
    found["kept by a coder"] = {
        "HIGH": _kept(labels, judgement.high),
        "MEDIUM": _kept(labels, judgement.shown & ~judgement.high),
        "LOW": _kept(labels, ~judgement.shown),
    }
    found["expected calibration error"] = round(expected_error(probability, labels, np.ones(len(labels))), 3)
    found["log loss"] = round(float(calibrating.loss(probability, labels).mean()), 3)
    among = codes(judgement.table, _first(judgement.table, probability))
    found[f"recall among the first {FIRST}"] = round(agreement(first_opinions(charts), among).recall, 3)
    return found


def gain(before: Judgement, after: Judgement, gold: Gold) -> dict[str, intervals.Figure]:
    """How much better the second is on the same documents, with 95% intervals over documents.

    `agreement`: of the mean of exact and category F1 at HIGH and MEDIUM. `log loss`: by how much it falls.
    """
    documents = [key for key in before.documents if key in gold]
    drawn = intervals.draws(len(documents))
    counts = [[_counts(each, key, gold[key]) for key in documents] for each in (before, after)]
    tables = [np.array(table, float).reshape(len(documents), 8) for table in counts]

    def agreed(weights: Floats) -> float:
        shares = [weights @ table for table in tables]
        f1 = [(_f1(share[0:3]) + _f1(share[3:6])) / 2 for share in shares]
        return float(f1[1] - f1[0])

    def sharper(weights: Floats) -> float:
        means = [(weights @ table[:, 6]) / max(1.0, float(weights @ table[:, 7])) for table in tables]
        return float(means[0] - means[1])

    return {"agreement": intervals.resampled(agreed, drawn), "log loss": intervals.resampled(sharper, drawn)}


def _counts(judgement: Judgement, document: str, wanted: frozenset[str]) -> list[float]:
    rows = judgement.table.documents == document
    given = {str(code) for code in judgement.table.codes[rows & judgement.shown]}
    short, asked = {code[:CATEGORY] for code in given}, {code[:CATEGORY] for code in wanted}
    lost = calibrating.loss(judgement.probability[rows], judgement.table.labels[rows])
    exact = [len(given & wanted), len(given), len(wanted)]
    return [*exact, len(short & asked), len(short), len(asked), float(lost.sum()), float(rows.sum())]


def _f1(share: Floats) -> float:
    right, given, wanted = share
    return float(2 * right / (given + wanted)) if given + wanted else 0.0


def _kept(labels: Floats, chosen: Mask) -> str:
    right, count = int(labels[chosen].sum()), int(chosen.sum())
    return f"{right / count:.3f} ({right}/{count})" if count else "none"


def _first(candidates: Table, probability: Floats) -> Mask:
    """The ten most probable candidates of each document."""
    chosen = np.zeros(len(probability), bool)
    taken: dict[str, int] = {}
    for row in np.argsort(-probability, kind="stable"):
        document = str(candidates.documents[row])
        taken[document] = taken.get(document, 0) + 1
        chosen[row] = taken[document] <= FIRST
    return chosen


def codes(table: Table, chosen: Mask) -> dict[str, set[str]]:
    """Document → the codes of the chosen rows."""
    kept: dict[str, set[str]] = {}
    for row in np.flatnonzero(chosen):
        kept.setdefault(str(table.documents[row]), set()).add(str(table.codes[row]))
    return kept
