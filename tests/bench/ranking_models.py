"""Whether boosted trees rank candidates better than the logistic model: cross-validated, and across sets.

    pip install scikit-learn
    python tests/bench/ranking_models.py NOTES.jsonl GOLD.jsonl [SECOND.jsonl] [--others NOTES.jsonl GOLD.jsonl]

The trees are for this comparison only; nothing at run time needs them. Prints figures; asserts nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import django
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier  # type: ignore[import-not-found, unused-ignore]
from sklearn.metrics import average_precision_score, log_loss  # type: ignore[import-not-found, unused-ignore]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medcode.settings")
os.environ.setdefault("MEDCODE_NO_SERVICES", "1")
django.setup()

from inference import engine  # noqa: E402
from inference.proposers.builtin import Builtin  # noqa: E402
from inference.ranking import labelled, logistic, validation  # noqa: E402
from inference.ranking.labelled import Source  # noqa: E402
from inference.ranking.priors import SCRATCH  # noqa: E402
from inference.ranking.table import Floats, Table, build  # noqa: E402
from medcode.codebook.loaders import icd10cm  # noqa: E402

Model = Callable[[Table, Table], Floats]


def linear(train: Table, test: Table) -> Floats:
    return logistic.scores(test, logistic.fit(train, SCRATCH).weights)


def trees(train: Table, test: Table) -> Floats:
    model = HistGradientBoostingClassifier(
        learning_rate=0.06, max_iter=150, max_leaf_nodes=8, min_samples_leaf=12, l2_regularization=5
    )
    model.fit(train.values, train.labels, sample_weight=train.weights)
    found: Floats = model.predict_proba(test.values)[:, 1]
    return found


def main(own: list[str], others: list[str]) -> None:
    coder = engine.load(icd10cm.snapshot())
    assert isinstance(coder.proposer, Builtin)
    sources = [Source("own", tuple(labelled.from_files(Path(own[0]), [Path(p) for p in own[1:]])), measured=True)]
    if others:
        sources.append(Source("others", tuple(labelled.from_files(Path(others[0]), [Path(others[1])])), 0.1))
    table = build(sources, coder.proposer, SCRATCH.weights.by_feature)
    for name, model in {"logistic": linear, "trees": trees}.items():
        found = np.zeros(len(table.labels))
        place = validation.folds(table)
        for fold in range(validation.FOLDS):
            rows = place == fold
            found[rows] = model(table.part(~rows & table.measured), table.part(rows))
        show(f"{name}, cross-validated", table, found)
        if others:
            found = np.zeros(len(table.labels))
            found[table.measured] = model(table.part(~table.measured), table.part(table.measured))
            show(f"{name}, trained on the others", table, found)


def show(name: str, table: Table, found: Floats) -> None:
    merged, scores = validation.merged_scores(table, found)
    precision = average_precision_score(merged.labels, scores)
    lost = log_loss(merged.labels, np.clip(scores, 1e-4, 1 - 1e-4))
    print(f"{name:32} average precision {precision:.3f}  log loss {lost:.3f}")


if __name__ == "__main__":
    cut = sys.argv.index("--others") if "--others" in sys.argv else len(sys.argv)
    main(sys.argv[1:cut], sys.argv[cut + 1 :])
