"""Everything that the chart page shows, read in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from django.db.models import Prefetch

from inference.schema import Band
from inference.text.sections import sections
from review.actions.finalizing import Finding, findings
from review.models import (
    AssignedCode,
    Chart,
    Decision,
    Evidence,
    LabResult,
    Medication,
    Note,
    RejectReason,
    Suggestion,
    User,
)
from review.permissions import can_code

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


@dataclass(frozen=True, slots=True)
class KindView:
    """The assigned codes of one kind, in their own order."""

    label: str
    codes: tuple[AssignedCode, ...]


@dataclass
class ChartPage:
    """What the templates read. `editable`: this person may act on the chart now.

    The documentation is read when a template asks for it: the answer to an act shows none of it.
    """

    chart: Chart
    suggestions: list[Suggestion]
    assigned: list[AssignedCode]
    decisions: list[Decision]
    findings: list[Finding]
    editable: bool
    held_by: User | None
    bands: list[tuple[str, list[Suggestion]]] = field(default_factory=list)

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Reasons for an override, in the order of their keys."""
        return RejectReason.choices

    @property
    def kinds(self) -> list[KindView]:
        """Diagnoses, procedures, services; those of which there are any."""
        by_kind = {kind: tuple(each for each in self.assigned if each.kind == kind) for kind in AssignedCode.Kind}
        return [KindView(str(kind.label), codes) for kind, codes in by_kind.items() if codes]

    @property
    def undecided(self) -> int:
        return sum(each.state == State.PENDING for each in self.suggestions)

    @cached_property
    def notes(self) -> list[NoteView]:
        current = self.chart.notes.filter(superseded_at__isnull=True)
        return [view_note(note, self.suggestions) for note in current]

    @cached_property
    def medications(self) -> list[Medication]:
        return list(self.chart.medications.all())

    @cached_property
    def labs(self) -> list[LabResult]:
        return list(self.chart.labs.all())

    @property
    def decided(self) -> int:
        return len(self.suggestions) - self.undecided

    @property
    def errors(self) -> list[Finding]:
        return [each for each in self.findings if each.severity == "error"]

    @property
    def warnings(self) -> list[Finding]:
        return [each for each in self.findings if each.severity == "warning"]

    @property
    def infos(self) -> list[Finding]:
        return [each for each in self.findings if each.severity == "info"]

    @property
    def last_decision(self) -> Decision | None:
        """The one that Undo would take back."""
        standing = [each for each in self.decisions if each.act != Decision.Act.UNDO and not each.is_undone]  # type: ignore[attr-defined]
        return standing[-1] if standing else None


def load(chart: Chart, *, user: User) -> ChartPage:
    """The page of a chart as it stands, for this person."""
    suggestions = list(
        chart.suggestions.exclude(state=State.WITHDRAWN)
        .select_related("run__model_version")
        .prefetch_related(Prefetch("evidence", Evidence.objects.select_related("note").defer("note__text")))
        .order_by("rank", "id")
    )
    assigned = list(chart.assigned_codes.select_related("decision").prefetch_related("pointers__diagnosis"))
    held = chart.claimed_by if chart.is_held else None
    return ChartPage(
        chart=chart,
        suggestions=suggestions,
        assigned=assigned,
        decisions=_decisions(chart),
        findings=findings(chart) if chart.status == Chart.Status.READY else [],
        editable=can_code(user) and chart.status == Chart.Status.READY and held in (None, user),
        held_by=held if held != user else None,
        bands=[(band.value, [each for each in suggestions if each.band == band]) for band in Band],
    )


def _decisions(chart: Chart) -> list[Decision]:
    decisions = list(chart.decisions.select_related("coder", "undoes"))
    undone = {each.undoes_id for each in decisions if each.undoes_id}
    for decision in decisions:
        decision.is_undone = decision.pk in undone  # type: ignore[attr-defined]
    return decisions


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
