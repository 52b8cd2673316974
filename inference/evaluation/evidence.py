"""How well the quoted evidence agrees with the spans that a coder marked.

Spans and tokens, by place (exact) and by wording wherever it stands (position-independent), after the
protocol of MDACE (Cheng et al. 2023). Measured on the codes that gold and system have in common: a
missed code is counted as a missed code elsewhere, not once more as missing evidence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from inference.evaluation import intervals
from inference.evaluation.intervals import Counts, Figure
from inference.evaluation.rows import Document, Judged
from inference.evaluation.scores import Scores

WORD = re.compile(r"[^\W_]+")
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Agreement over `codes` common to both, in `documents` that have gold spans. IoU: mean over these codes."""

    span: Scores
    span_anywhere: Scores
    token: Scores
    token_anywhere: Scores
    token_iou: Figure
    codes: int
    documents: int


@dataclass(frozen=True, slots=True)
class Verbatim:
    """How many quoted spans really stand where they say; the others are invented or misplaced."""

    quotes: int
    false: int


def evidence(judged: Judged, documents: Mapping[str, Document], drawn: Counts) -> Evidence | None:
    """None where no gold span exists."""
    if not any(gold.spans for gold in judged.gold):
        return None
    pairs = [_common(judged, place, documents[key].text) for place, key in enumerate(judged.ids)]
    overlaps = [[iou(_tokens(text, a), _tokens(text, b)) for text, a, b in found] for found in pairs]
    sums, sizes = (np.array([each(found) for found in overlaps], float) for each in (sum, len))
    marked = sum(bool(gold.spans) for gold in judged.gold)
    return Evidence(
        span=_scores(pairs, _spans, drawn),
        span_anywhere=_scores(pairs, _wordings, drawn),
        token=_scores(pairs, _tokens, drawn),
        token_anywhere=_scores(pairs, _words, drawn),
        token_iou=intervals.share(sums, sizes, drawn),
        codes=int(sizes.sum()),
        documents=marked,
    )


def _common(judged: Judged, place: int, text: str) -> list[tuple[str, frozenset[Place], frozenset[Place]]]:
    """Text, gold places and quoted places of each code that both have and that has gold spans."""
    marked: dict[object, set[Place]] = {}
    for span in judged.gold[place].spans:
        marked.setdefault(span.key, set()).add((span.begin, span.end))
    return [
        (text, frozenset(marked[item.key]), frozenset((begin, end) for begin, end, _ in item.evidence))
        for item in judged.ranked[place]
        if item.key in marked and item.key in judged.shown[place]
    ]


def _spans(text: str, places: frozenset[Place]) -> frozenset[object]:
    return frozenset(places)


def _wordings(text: str, places: frozenset[Place]) -> frozenset[object]:
    return frozenset(" ".join(WORD.findall(text[begin:end].casefold())) for begin, end in places)


def _tokens(text: str, places: frozenset[Place]) -> frozenset[object]:
    return frozenset(match.start() for begin, end in places for match in WORD.finditer(text, begin, end))


def _words(text: str, places: frozenset[Place]) -> frozenset[object]:
    return frozenset(word for begin, end in places for word in WORD.findall(text[begin:end].casefold()))


def iou(first: frozenset[object], second: frozenset[object]) -> float:
    """Intersection over union; 0 for two empty sets."""
    union = first | second
    return len(first & second) / len(union) if union else 0.0


def _scores(
    pairs: Iterable[list[tuple[str, frozenset[Place], frozenset[Place]]]],
    kind: Callable[[str, frozenset[Place]], frozenset[object]],
    drawn: Counts,
) -> Scores:
    rows = []
    for found in pairs:
        both = [(kind(text, gold), kind(text, quoted)) for text, gold, quoted in found]
        rows.append((sum(len(a & b) for a, b in both), sum(len(b) for _, b in both), sum(len(a) for a, _ in both)))
    right, quoted, gold = np.array(rows, float).reshape(len(rows), 3).T
    return Scores(
        intervals.share(right, quoted, drawn),
        intervals.share(right, gold, drawn),
        intervals.share(2 * right, quoted + gold, drawn),
        *(int(each.sum()) for each in (right, quoted, gold)),
    )


def verbatim(judged: Judged, documents: Mapping[str, Document]) -> Verbatim:
    """Checks every quote of every suggestion against the note."""
    quotes = [
        documents[key].text[begin:end] == text
        for key, items in zip(judged.ids, judged.ranked, strict=True)
        for item in items
        for begin, end, text in item.evidence
    ]
    return Verbatim(len(quotes), quotes.count(False))
