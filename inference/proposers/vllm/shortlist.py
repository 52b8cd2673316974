"""The codes among which a model chooses: what the built-in coder considered, and what each line of the notes looks up.

The built-in coder's claims come first, the improbable ones too, then BM25 over titles and inclusion terms fills up.
Lines addressed to a machine look nothing up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inference.evaluation.bm25 import Bm25, lines
from inference.grounding import Grounded
from inference.proposers.vllm.chart import Piece
from inference.schema import ChartText, Evidence
from inference.support import Judge
from medcode.codebook.snapshot import CodeEntry

MOST = 40  # candidates of a prompt
MOST_CLAIMED = 30  # of these, the built-in coder's
IMPROBABLE = 0.01  # the built-in coder's claims below this are noise
MOST_FOR_STATEMENT = 10
MOST_LINES = 2_000  # of a chart that are looked up; no chart of that many has less than enough candidates


@dataclass(frozen=True, slots=True)
class Candidate:
    """A billable code, and where in the notes it may stand."""

    entry: CodeEntry
    places: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Shortlist:
    """Every candidate of a chart, the likeliest first."""

    all: tuple[Candidate, ...]

    def within(self, chart: ChartText, pieces: Sequence[Piece], most: int = MOST) -> list[Candidate]:
        """The first candidates that stand in one of the pieces, in the order of their codes."""
        keys = {note.key: place for place, note in enumerate(chart.notes)}
        shown = [each for each in self.all if any(_in(span, keys[span.note], pieces) for span in each.places)]
        return sorted(shown[:most], key=lambda each: each.entry.code)

    def at(self, span: Evidence, margin: int = 0) -> list[Candidate]:
        """The candidates that stand in a span, or within `margin` code points of it; the likeliest first."""
        begin, end = span.begin - margin, span.end + margin
        return [
            each
            for each in self.all
            if any(it.note == span.note and it.begin < end and begin < it.end for it in each.places)
        ]


def _in(span: Evidence, note: int, pieces: Sequence[Piece]) -> bool:
    return any(piece.note == note and piece.begin <= span.begin and span.end <= piece.end for piece in pieces)


def shortlist(chart: ChartText, claimed: Iterable[tuple[Grounded, float]], judge: Judge, search: Bm25) -> Shortlist:
    """The candidates of a chart: `claimed` are the built-in coder's claims that stood, with their probabilities."""
    found: dict[str, Candidate] = {}
    for item, probability in sorted(claimed, key=lambda pair: (-pair[1], pair[0].entry.code)):
        places = tuple(span for span in item.evidence if not judge.injected(span))
        if places and probability >= IMPROBABLE and len(found) < MOST_CLAIMED:
            found[item.entry.code] = Candidate(item.entry, places)
    for entry, places in _looked_up(chart, judge, search):
        if entry.code not in found:
            found[entry.code] = Candidate(entry, places)
        elif len(found[entry.code].places) < MOST_CLAIMED:
            found[entry.code] = Candidate(entry, (*found[entry.code].places, *places))
    return Shortlist(tuple(found.values()))


def _looked_up(chart: ChartText, judge: Judge, search: Bm25) -> list[tuple[CodeEntry, tuple[Evidence, ...]]]:
    """Codes by the best score of a line, each with the lines that found it."""
    best: dict[int, float] = {}
    places: dict[int, list[Evidence]] = {}
    every = [line for note in chart.notes for line in lines(note)][:MOST_LINES]
    for place, words in every:
        if judge.injected(place):
            continue
        for number, score in search.nearest(words):
            best[number] = max(score, best.get(number, 0.0))
            places.setdefault(number, []).append(place)
    ordered = sorted(best, key=lambda number: (-best[number], number))
    return [(search.entries[number], tuple(places[number])) for number in ordered]
