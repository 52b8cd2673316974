"""A note as the chart page shows it: cut at the borders of its evidence, with its headings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from inference.text.sections import sections
from review.models import Note, Suggestion

State = Suggestion.State
# Where several suggestions rest on the same words, the mark shows the one that still needs a person.
URGENCY = {State.PENDING: 0, State.ACCEPTED: 1, State.MODIFIED: 2, State.REJECTED: 3}


@dataclass(frozen=True, slots=True)
class Span:
    """Evidence as the note's text needs it: where, for which suggestion, and the anchor that links lead to."""

    begin: int
    end: int
    suggestion: Suggestion
    anchor: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of note text. `suggestions` are those whose evidence covers it, the most urgent first."""

    text: str
    suggestions: tuple[Suggestion, ...] = ()
    anchors: tuple[int, ...] = ()
    heading: bool = False

    @property
    def ids(self) -> str:
        return " ".join(str(each.pk) for each in self.suggestions)

    @property
    def title(self) -> str:
        return "; ".join(f"{each.display} {each.description}" for each in self.suggestions)


@dataclass(slots=True)
class NoteView:
    """A note cut at the borders of its evidence."""

    note: Note
    segments: list[Segment]
    suggestion_count: int
    unread: bool = False


def view_note(note: Note, suggestions: Iterable[Suggestion]) -> NoteView:
    """Cut the note's text at every border of evidence, so that overlapping spans mark up cleanly."""
    spans = [
        Span(evidence.begin, evidence.end, suggestion, evidence.pk)
        for suggestion in suggestions
        for evidence in suggestion.evidence.all()
        if evidence.note_id == note.pk
    ]
    return NoteView(note, list(segments(note.text, spans)), len({span.suggestion.pk for span in spans}))


def segments(text: str, spans: list[Span]) -> Iterator[Segment]:
    """The text in order, each piece with the suggestions that cover the whole of it."""
    headings = list(heading_spans(text))
    heading_begins = {begin for begin, _ in headings}
    borders = {0, len(text), *(border for pair in headings for border in pair)}
    borders |= {border for span in spans for border in (span.begin, span.end)}
    ordered = sorted(borders)
    in_heading_until = 0
    for begin, end in pairwise(ordered):
        if begin in heading_begins:
            in_heading_until = dict(headings)[begin]
        covering = {span.suggestion.pk: span.suggestion for span in spans if span.begin <= begin and end <= span.end}
        yield Segment(
            text[begin:end],
            tuple(sorted(covering.values(), key=lambda each: (URGENCY[State(each.state)], each.rank))),
            tuple(span.anchor for span in spans if span.begin == begin),
            heading=begin < in_heading_until,
        )


def heading_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the section headings stand: the gaps between the sections' bodies."""
    end_of_last = 0
    for section in sections(text):
        if section.begin > end_of_last:
            yield end_of_last, section.begin
        end_of_last = section.end
