"""Fits the built-in proposer's weights and calibration, and writes them with a card.

    python -m inference.fitting NOTES.jsonl GOLD.jsonl [SECOND_GOLD.jsonl]

Notes are `{"id", "text"}` a line, gold `{"id", "codes"}`. Ridge logistic regression over
`proposers.features`; ten-fold cross-validation by document gives the honest scores on which the
monotone map (pool adjacent violators) and the thresholds are chosen. Data stays where it is: only
weights of general features are written.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference import batch, calibration, index, lexicon
from inference.calibration import Weights
from inference.coding.book import Book
from inference.evaluation import CATEGORY, agreement
from inference.proposers.builtin import Builtin
from inference.proposers.features import features
from medcode.codebook.loaders import icd10cm
from medcode.codebook.snapshot import undotted

Floats = NDArray[np.float64]
FOLDS = 10
RIDGE = 2.0
SECOND_WEIGHT = 0.35  # a second coder's opinion, beside the adjudicated one
MINIMUM_COUNT = 4  # candidates; rarer features keep weight 0
HIGH_PRECISION = 0.82
FIRST = 10  # suggestions that a coder reads without scrolling
AFFORDABLE = 0.005  # loss of recall among the first ten that a floor may cost
HIGHEST_FLOOR = 0.12
MOST_LOW = 15  # suggestions of the lowest band that a chart may show
EQUALLY_GOOD = 0.006  # difference in F1 that these few documents cannot tell from chance
# Prior belief, towards which the ridge pulls: what any coder would say before seeing data.
PRIOR = {
    "problem": 2.5, "plan problem": 1.5, "rule integral": -3.0, "never affirmed": -1.0,
    "symptom beside disease": -0.5,
    "in review of systems": -0.5, "in examination": -0.5, "others listed": -1.0, "in diagnoses": 2.0,
    "guessed": -0.5, "rule drug": -1.0, "pregnancy": -1.5, "symptom": -0.5, "rule combined": 0.5, "rule assumed": 0.3,
    "drug given": 0.4,
    "in assessment": 0.7, "assessed, nothing listed": 1.5, "unstructured": 2.2, "chronic inpatient": 1.5,
    "only by term": -0.3, "problem earlier": 1.2, "not at discharge": -1.2, "status inpatient": 2.2,
    "pregnant patient": 2.5, "rule long-term": 4.0, "rule stated": 1.5, "rule family": -0.5,
}  # fmt: skip
PRIOR_BIAS = -1.5


@dataclass(frozen=True, slots=True)
class Table:
    """Candidates as a design matrix: row → document, code, features; labels and weights by row."""

    documents: list[str]
    codes: list[str]
    names: list[str]
    values: Floats
    labels: Floats
    weights: Floats


def main(arguments: Sequence[str]) -> None:
    """Fit on the named files and write `calibrations/builtin.json`."""
    notes = _lines(arguments[0])
    golds = [{row["id"]: [undotted(code) for code in row["codes"]] for row in _lines(path)} for path in arguments[1:]]
    table = build(notes, golds)
    held_out = cross_validate(table)
    mapping = isotonic(*kept_by_any(table, held_out))
    bias, weights = fit(table, np.ones(len(table.labels), bool))
    bands = thresholds(table, held_out, mapping, golds[0])
    figures = held_out_figures(table, held_out, mapping, bands, golds)
    stored = {
        "card": {**card(arguments, table, golds), "cross_validated": figures},
        "bands": bands,
        "most_low": MOST_LOW,
        "mapping": mapping,
        "bias": round(bias, 4),
        "weights": {name: round(float(w), 4) for name, w in sorted(zip(table.names, weights, strict=True)) if w},
    }
    calibration.BUILTIN.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps({"bands": bands, **figures}, indent=1) + "\n")


def build(notes: list[dict[str, Any]], golds: list[dict[str, list[str]]]) -> Table:
    """The candidates of every note that a coder coded, once for each coder."""
    snapshot = icd10cm.snapshot()
    proposer = Builtin(Book(snapshot), index.load(snapshot, lexicon.load(), None), Weights(0.0, {}), "fitting")
    rows: list[tuple[str, str, dict[str, float], float, float]] = []
    for note in notes:
        opinions = zip(golds, (1.0, SECOND_WEIGHT), strict=False)
        coders = [(gold[note["id"]], weight) for gold, weight in opinions if note["id"] in gold]
        if not coders:
            continue
        _, chart = batch.parse(json.dumps(note), 1)
        case = proposer.case(chart)
        for candidate in case.candidates.values():
            described = features(case, candidate)
            rows += [(note["id"], candidate.code, described, float(candidate.code in c), w) for c, w in coders]
    return _table(rows)


def _table(rows: list[tuple[str, str, dict[str, float], float, float]]) -> Table:
    counts: dict[str, int] = {}
    for _, _, described, _, _ in rows:
        for name in described:
            counts[name] = counts.get(name, 0) + 1
    # A feature that these data lack keeps its prior weight.
    names = sorted({name for name, count in counts.items() if count >= MINIMUM_COUNT} | set(PRIOR))
    values = np.array([[described.get(name, 0.0) for name in names] for _, _, described, _, _ in rows])
    labels = np.array([label for *_, label, _ in rows])
    weights = np.array([weight for *_, weight in rows])
    return Table([row[0] for row in rows], [row[1] for row in rows], names, values, labels, weights)


def fit(table: Table, chosen: NDArray[np.bool_]) -> tuple[float, Floats]:
    """Bias and weights by Newton's method on the chosen rows, pulled towards the prior."""
    x = np.hstack([np.ones((int(chosen.sum()), 1)), table.values[chosen]])
    y, w = table.labels[chosen], table.weights[chosen]
    prior = np.array([PRIOR_BIAS, *(PRIOR.get(name, 0.0) for name in table.names)])
    ridge = np.full(len(prior), RIDGE)
    beta = prior.copy()
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        gradient = x.T @ (w * (p - y)) + ridge * (beta - prior)
        hessian = (x * (w * p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        beta -= step
        if np.abs(step).max() < 1e-6:
            break
    return float(beta[0]), beta[1:]


def cross_validate(table: Table) -> Floats:
    """For every row, the score of a model that never saw the row's document."""
    documents = sorted(set(table.documents))
    fold_of = {document: number % FOLDS for number, document in enumerate(documents)}
    folds = np.array([fold_of[document] for document in table.documents])
    scores = np.zeros(len(folds))
    for fold in range(FOLDS):
        bias, weights = fit(table, folds != fold)
        rows = folds == fold
        scores[rows] = 1 / (1 + np.exp(-np.clip(bias + table.values[rows] @ weights, -30, 30)))
    return scores


def kept_by_any(table: Table, scores: Floats) -> tuple[Floats, Floats]:
    """Each candidate once: its held-out score, and 1 where at least one coder kept the code.

    A coder who reviews a suggestion keeps what is right, also where another did not bother to code it.
    """
    kept: dict[tuple[str, str], tuple[float, float]] = {}
    for place, score, label in zip(zip(table.documents, table.codes, strict=True), scores, table.labels, strict=True):
        kept[place] = (float(score), max(float(label), kept.get(place, (0.0, 0.0))[1]))
    found = np.array(list(kept.values()))
    return found[:, 0], found[:, 1]


def isotonic(scores: Floats, labels: Floats) -> list[list[float]]:
    """Points of a non-decreasing map from score to kept share (pool adjacent violators)."""
    order = np.argsort(scores)
    pools: list[list[float]] = []  # [candidates, kept, sum of scores]
    for i in order:
        pools.append([1.0, labels[i], scores[i]])
        while len(pools) > 1 and pools[-2][1] * pools[-1][0] >= pools[-1][1] * pools[-2][0]:
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    points = [[0.0, 0.0]]
    for total, kept, score in pools:
        # One kept and one refused are added to each pool, so that no small pool claims certainty.
        share = round((kept + 0.5) / (total + 1.0), 4)
        place = round(score / total, 4)
        if place > points[-1][0]:
            points.append([place, max(share, points[-1][1])])
    return [*points, [1.0, points[-1][1]]] if points[-1][0] < 1 else points


def thresholds(
    table: Table, scores: Floats, mapping: list[list[float]], gold: dict[str, list[str]]
) -> dict[str, float]:
    """HIGH: lowest probability at which held-out precision holds. MEDIUM: where held-out F1 is as good as best."""
    places, shares = zip(*mapping, strict=True)
    probability = np.interp(scores, places, shares)
    f1: dict[float, float] = {}
    high = 1.0
    for limit in np.arange(0.30, 0.98, 0.01):
        kept = _kept(table, probability >= limit)
        exact = agreement(gold, kept)
        f1[float(limit)] = (exact.f1 + agreement(gold, kept, CATEGORY).f1) / 2
        if exact.precision >= HIGH_PRECISION and high == 1.0:
            high = float(limit)
    # A code too many is a click to refuse, a code missed has to be searched: ties go to the lower limit.
    medium = min(limit for limit, value in f1.items() if value >= max(f1.values()) - EQUALLY_GOOD)
    floor = _floor(table, probability, gold)
    return {"HIGH": round(max(high, medium), 2), "MEDIUM": round(medium, 2), "FLOOR": round(floor, 2)}


def _floor(table: Table, probability: Floats, gold: dict[str, list[str]]) -> float:
    """The highest probability below which suggestions can be withheld at hardly any loss of recall."""
    ranked: dict[str, dict[str, float]] = {}
    for document, code, value in zip(table.documents, table.codes, probability, strict=True):
        ranked.setdefault(document, {})[code] = float(value)
    first = {key: sorted(found, key=lambda code: -found[code])[:FIRST] for key, found in ranked.items()}

    def recall(limit: float) -> float:
        kept = {key: [code for code in codes if ranked[key][code] >= limit] for key, codes in first.items()}
        return agreement(gold, kept).recall

    affordable = [f for f in np.arange(0.0, HIGHEST_FLOOR, 0.01) if recall(float(f)) >= recall(0.0) - AFFORDABLE]
    return float(max(affordable))


def held_out_figures(
    table: Table,
    scores: Floats,
    mapping: list[list[float]],
    bands: dict[str, float],
    golds: list[dict[str, list[str]]],
) -> dict[str, str]:
    """Agreement of models with documents that they never saw, by band and coder."""
    places, shares = zip(*mapping, strict=True)
    probability = np.interp(scores, places, shares)
    figures = {}
    for name, limit in (("HIGH and MEDIUM", bands["MEDIUM"]), ("HIGH", bands["HIGH"])):
        kept = _kept(table, probability >= limit)
        for number, gold in enumerate(golds, start=1):
            figures[f"{name}, coder {number}, exact"] = str(agreement(gold, kept))
            figures[f"{name}, coder {number}, category"] = str(agreement(gold, kept, CATEGORY))
    return figures


def _kept(table: Table, chosen: NDArray[np.bool_]) -> dict[str, set[str]]:
    kept: dict[str, set[str]] = {}
    for row in np.flatnonzero(chosen):
        kept.setdefault(table.documents[row], set()).add(table.codes[row])
    return kept


def card(arguments: Sequence[str], table: Table, golds: list[dict[str, list[str]]]) -> dict[str, Any]:
    """What the numbers in the file were fitted on."""
    return {
        "fitted_on": [Path(path).name for path in arguments],
        "date": datetime.now(UTC).date().isoformat(),
        "documents": len(set(table.documents)),
        "candidates": len(table.labels),
        "coders": [{"documents": len(gold), "codes": sum(map(len, gold.values()))} for gold in golds],
        "method": f"ridge logistic regression, {FOLDS}-fold by document, pool adjacent violators",
        "bands": (
            "MEDIUM starts where cross-validated micro-F1 (exact plus category) is best, "
            "HIGH where cross-validated exact precision "
            f"against the first coder reaches {HIGH_PRECISION}. Below FLOOR nothing is shown: the highest probability "
            f"that costs at most {AFFORDABLE} of the recall among the first {FIRST}, up to {HIGHEST_FLOOR}. "
            "The probability is that of at least one coder having kept the code; agreement with any one "
            "coding is bounded by what two coders agree on (exact F1 0.5-0.57)."
        ),
    }


def _lines(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    main(sys.argv[1:])
