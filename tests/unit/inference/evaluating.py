"""Small splits to compute by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inference.evaluation.protocol import Split, System
from inference.evaluation.rows import Document, Gold, Judged, Key, Predicted, Span, diagnosis
from inference.schema import Band, ChartText, NoteText

BOTH = frozenset({Band.HIGH, Band.MEDIUM})


def keys(codes: str) -> frozenset[Key]:
    """ "E11.9 I10" → their keys."""
    return frozenset(map(diagnosis, codes.split()))


def predicted(code: str, confidence: float, band: Band = Band.HIGH, *spans: tuple[int, int, str]) -> Predicted:
    return Predicted(diagnosis(code), confidence, band, f"title of {code}", spans)


def ranked(codes: str, band: Band = Band.HIGH) -> list[Predicted]:
    """Predictions in the order written, each less confident than the one before."""
    return [predicted(code, 0.9 - place / 100, band) for place, code in enumerate(codes.split())]


def document(text: str, specialty: str = "") -> Document:
    return Document(ChartText(notes=(NoteText("note", text),)), specialty)


def split(gold: Mapping[str, str], specialties: Mapping[str, str] | None = None) -> Split:
    """Identifier → gold codes, as a split whose notes say nothing."""
    documents = {key: document("Nothing.", (specialties or {}).get(key, "")) for key in gold}
    return Split(documents, {key: Gold(keys(codes)) for key, codes in gold.items()})


def judged(gold: Sequence[str], shown: Sequence[str]) -> Judged:
    """Gold and shown codes, document by document."""
    named = {str(place): codes for place, codes in enumerate(gold)}
    system = System("a", "1", {str(place): ranked(codes) for place, codes in enumerate(shown)})
    return split(named).judge(system)


def span(code: str, begin: int, end: int) -> Span:
    return Span(diagnosis(code), begin, end)
