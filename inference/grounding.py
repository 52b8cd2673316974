"""What a proposer claims against what the chart and the code book say.

A quote that does not occur verbatim in a note is not evidence; a code without evidence, a code that
the release does not have or that is not billable, a score that is no number between 0 and 1: each is
dropped and counted by reason.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from inference.proposers.base import Quote, RawProposal
from inference.schema import ChartText, Evidence, NoteText
from medcode.codebook.snapshot import CodeEntry, Snapshot, undotted

QUOTE_MISSING = "quote not in note"
NO_EVIDENCE = "no evidence"
UNKNOWN = "unknown code"
NOT_BILLABLE = "code not billable"
OUT_OF_RANGE = "score out of range"
REPEATED = "repeated code"
MOST_SPANS = 6  # of one suggestion; more highlights than these hide the note


@dataclass(frozen=True, slots=True)
class Grounded:
    """A claim that stood: a billable entry, its raw score, and evidence that is really there."""

    entry: CodeEntry
    score: float
    evidence: tuple[Evidence, ...]
    reason: str
    required: bool = False


def ground(
    claims: Iterable[RawProposal], chart: ChartText, snapshot: Snapshot
) -> tuple[list[Grounded], dict[str, int]]:
    """The claims that stand, in the order given, and how many were dropped for which reason."""
    dropped: Counter[str] = Counter()
    kept: dict[str, Grounded] = {}
    for claim in claims:
        grounded = _check(claim, chart, snapshot, dropped)
        if grounded is None:
            continue
        if grounded.entry.code in kept:
            dropped[REPEATED] += 1
        else:
            kept[grounded.entry.code] = grounded
    return list(kept.values()), dict(dropped)


def _check(claim: RawProposal, chart: ChartText, snapshot: Snapshot, dropped: Counter[str]) -> Grounded | None:
    entry = snapshot.entries.get(undotted(claim.code))
    if entry is None:
        dropped[UNKNOWN] += 1
    elif not entry.billable:
        dropped[NOT_BILLABLE] += 1
    elif not (math.isfinite(claim.score) and 0.0 <= claim.score <= 1.0):
        dropped[OUT_OF_RANGE] += 1
    else:
        evidence = _evidence(claim.quotes, chart, dropped)
        if evidence:
            return Grounded(entry, claim.score, evidence, claim.reason, claim.required)
        dropped[NO_EVIDENCE] += 1
    return None


def _evidence(quotes: Iterable[Quote], chart: ChartText, dropped: Counter[str]) -> tuple[Evidence, ...]:
    """The spans that are really there, in the order given; of two that overlap the first stays."""
    found: list[Evidence] = []
    for quote in quotes:
        span = locate(quote, chart.notes)
        if span is None:
            dropped[QUOTE_MISSING] += 1
        elif not any(span.note == each.note and span.begin < each.end and each.begin < span.end for each in found):
            found.append(span)
    return tuple(found[:MOST_SPANS])


def locate(quote: Quote, notes: Iterable[NoteText]) -> Evidence | None:
    """The verbatim place of a quote: where it says it stands, else its first occurrence, else None."""
    if not quote.text.strip():
        return None
    for note in notes:
        if quote.note and note.key != quote.note:
            continue
        begin = quote.begin if quote.begin is not None else note.text.find(quote.text)
        if begin >= 0 and note.text[begin : begin + len(quote.text)] == quote.text:
            return Evidence(note.key, begin, begin + len(quote.text), quote.text)
    return None
