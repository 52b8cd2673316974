"""Precision, recall and F1 over documents (micro) and over codes (macro), exact sets, codes off the list.

Sets of codes are given document by document. Everything undefined is 0, as in the published protocols.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inference.evaluation import intervals
from inference.evaluation.intervals import Counts, Figure, Floats
from inference.evaluation.rows import Judged, Key, Level

Sets = Sequence[frozenset[Key]]


@dataclass(frozen=True, slots=True)
class Scores:
    """Precision, recall, F1; `right` of `proposed` and of `gold` codes, each counted once a document."""

    precision: Figure
    recall: Figure
    f1: Figure
    right: int
    proposed: int
    gold: int


@dataclass(frozen=True, slots=True)
class Macro:
    """Means over the `codes` that occur in the gold of the documents measured."""

    precision: Figure
    recall: Figure
    f1: Figure
    codes: int


@dataclass(frozen=True, slots=True)
class OffList:
    """Proposed codes that no gold of the split holds: how many, how many kinds, and as a share of all proposed."""

    proposed: int
    kinds: int
    share: float


def compared(gold: Sets, shown: Sets, level: Level) -> tuple[list[frozenset[Key]], list[frozenset[Key]]]:
    """Both sides at this level."""
    return [level.each(keys) for keys in gold], [level.each(keys) for keys in shown]


def counts(gold: Sets, shown: Sets) -> Floats:
    """Right, proposed, gold by document: documents × 3."""
    rows = [(len(a & b), len(b), len(a)) for a, b in zip(gold, shown, strict=True)]
    return np.array(rows, float).reshape(len(rows), 3)


def micro(gold: Sets, shown: Sets, level: Level, drawn: Counts) -> Scores:
    """Over all codes of all documents."""
    table = counts(*compared(gold, shown, level))
    right, proposed, wanted = table.T
    return Scores(
        intervals.share(right, proposed, drawn),
        intervals.share(right, wanted, drawn),
        intervals.share(2 * right, proposed + wanted, drawn),
        *(int(each) for each in table.sum(axis=0)),
    )


def macro(gold: Sets, shown: Sets, level: Level, drawn: Counts) -> Macro:
    """Precision, recall and F1 of each code of the gold, then their means.

    A wrong code that no gold holds lowers no code's figures here; `micro` and `off_list` show it.
    """
    wanted, given = compared(gold, shown, level)
    place = {key: number for number, key in enumerate(sorted(frozenset().union(*wanted)))}
    sides = [
        _occurrences(sets, place) for sets in (wanted, given, [a & b for a, b in zip(wanted, given, strict=True)])
    ]

    def means(weights: Floats) -> Floats:
        gold_n, given_n, right_n = (_by_code(documents, codes, weights, len(place)) for documents, codes in sides)
        here = gold_n > 0  # a resample may lack a code altogether
        if not here.any():
            return np.zeros(3)
        return np.array([ratio[here].mean() for ratio in _ratios(right_n, given_n, gold_n)])

    whole = means(np.ones(len(gold)))
    again = np.array([means(weights.astype(float)) for weights in drawn] if intervals.enough(drawn) else [])
    columns = again.T if len(again) else [again] * 3
    precision, recall, f1 = (intervals.figure(float(v), column) for v, column in zip(whole, columns, strict=True))
    return Macro(precision, recall, f1, len(place))


def _by_code(documents: Counts, codes: Counts, weights: Floats, kinds: int) -> Floats:
    """Weighted occurrences of each code."""
    return np.bincount(codes, weights=weights[documents], minlength=kinds).astype(float)


def _ratios(right: Floats, given: Floats, gold: Floats) -> tuple[Floats, Floats, Floats]:
    return (
        intervals.ratio(right, given),
        intervals.ratio(right, gold),
        intervals.ratio(2 * right, given + gold),
    )


def _occurrences(sets: Sets, place: dict[Key, int]) -> tuple[Counts, Counts]:
    """Document and code number of every occurrence of a code that has a place."""
    pairs = [(document, place[key]) for document, keys in enumerate(sets) for key in keys if key in place]
    documents, codes = np.array(pairs, np.int64).reshape(len(pairs), 2).T
    return documents, codes


def exact_set(judged: Judged, drawn: Counts) -> Figure:
    """Share of documents whose shown codes are exactly the gold codes."""
    same = [float(a == b) for a, b in zip(judged.wanted, judged.shown, strict=True)]
    return intervals.mean(np.array(same), drawn)


def off_list(judged: Judged) -> OffList:
    """What was shown although no document of the split has it. It counts as wrong everywhere else too."""
    known = frozenset[Key]().union(*judged.wanted)
    shown = [key for keys in judged.shown for key in keys]
    strange = [key for key in shown if key not in known]
    return OffList(len(strange), len(set(strange)), len(strange) / len(shown) if shown else 0.0)


def difference(first: Judged, second: Judged, level: Level, drawn: Counts) -> Figure:
    """How much higher the micro F1 of `second` is than that of `first`, on the same documents drawn together."""
    tables = [counts(*compared(each.wanted, each.shown, level)) for each in (first, second)]

    def f1(weights: Floats, table: Floats) -> Floats:
        right, proposed, wanted = (weights @ table).T
        return intervals.ratio(2 * right, proposed + wanted)

    whole = [float(f1(np.ones((1, len(table))), table)[0]) for table in tables]
    if not intervals.enough(drawn):
        return Figure(whole[1] - whole[0])
    again = [f1(drawn.astype(float), table) for table in tables]
    return intervals.figure(whole[1] - whole[0], again[1] - again[0])
