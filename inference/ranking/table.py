"""Candidates as a design matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.proposers.builtin import Builtin
from inference.proposers.features import Features, described
from inference.ranking.labelled import Labelled, Source

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

MINIMUM_COUNT = 4  # candidates; rarer features keep the weight they have


@dataclass(frozen=True, slots=True)
class Row:
    """A candidate of a chart as one coder judged it."""

    document: str
    code: str
    features: Features
    label: float
    weight: float
    measured: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Row → document, code, features, label and weight. `measured` marks the rows that figures are taken on."""

    documents: NDArray[np.str_]
    codes: NDArray[np.str_]
    names: tuple[str, ...]
    values: Floats
    labels: Floats
    weights: Floats
    measured: Mask

    def part(self, rows: Mask) -> Table:
        """Some of the rows."""
        return Table(
            self.documents[rows],
            self.codes[rows],
            self.names,
            self.values[rows],
            self.labels[rows],
            self.weights[rows],
            self.measured[rows],
        )

    def merged(self) -> Table:
        """Each measured candidate once, its label 1 where at least one coder kept the code.

        A coder who reviews a suggestion keeps what is right, also where another did not bother to code it.
        """
        first: dict[tuple[str, str], int] = {}
        labels = self.labels.copy()
        for row in np.flatnonzero(self.measured):
            place = (str(self.documents[row]), str(self.codes[row]))
            known = first.setdefault(place, int(row))
            labels[known] = max(labels[known], self.labels[row])
        rows = np.array(list(first.values()), np.int64)
        merged = Table(self.documents, self.codes, self.names, self.values, labels, self.weights, self.measured)
        kept = np.zeros(len(labels), bool)
        kept[rows] = True
        return merged.part(kept)


def build(sources: Sequence[Source], proposer: Builtin, known: Iterable[str]) -> Table:
    """The candidates of every chart, once for each coder. `known` features are kept however rare."""
    rows = [row for source in sources for chart in source.charts for row in _rows(chart, source, proposer)]
    counts = Counter(name for row in rows for name in row.features)
    names = tuple(sorted({name for name, count in counts.items() if count >= MINIMUM_COUNT} | set(known)))
    place = {name: number for number, name in enumerate(names)}
    values = np.zeros((len(rows), len(names)))
    for number, row in enumerate(rows):
        for name, value in row.features.items():
            if name in place:
                values[number, place[name]] = value
    return Table(
        np.array([row.document for row in rows], np.str_),
        np.array([row.code for row in rows], np.str_),
        names,
        values,
        np.array([row.label for row in rows], float),
        np.array([row.weight for row in rows], float),
        np.array([row.measured for row in rows], bool),
    )


def _rows(labelled: Labelled, source: Source, proposer: Builtin) -> list[Row]:
    return [
        Row(
            labelled.key,
            candidate.code,
            features,
            float(candidate.code in opinion.kept),
            source.weight * opinion.weight_of(candidate.code),
            source.measured,
        )
        for candidate, features in described(proposer.case(labelled.chart))
        for opinion in labelled.opinions
    ]
