"""Everything that the chart page shows, read in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

from django.db.models import Prefetch

from inference.schema import Band
from review import stay as stays
from review.actions import undoing, workbench
from review.actions.finalizing import Finding
from review.guidance import Advice, Guidance, guidance
from review.keys import ACTS, Act
from review.models import (
    AssignedCode,
    Chart,
    ChartTime,
    Decision,
    Evidence,
    LabResult,
    Medication,
    NoteRead,
    RejectReason,
    Suggestion,
    User,
)
from review.note_view import NoteView, view_note
from review.note_view import Segment as Segment
from review.note_view import Span as Span
from review.note_view import segments as segments
from review.permissions import can_code
from review.stay import Effect, Marks, Stay
from review.track_record import TrackRecord, track_records

State = Suggestion.State


@dataclass(frozen=True, slots=True)
class Card:
    """A suggestion with what else the page knows of it. What is about money is None where it is hidden."""

    suggestion: Suggestion
    advice: tuple[Advice, ...] = ()
    record: TrackRecord | None = None
    marks: Marks | None = None
    effect: Effect | None = None
    editable: bool = False

    @property
    def version(self) -> str:
        """A short name for all that its template reads and that can change while the page is open."""
        advice = [(each.finding, each.remedies) for each in self.advice]
        facts = (self.suggestion.state, advice, self.record, self.marks, self.effect, self.editable)
        return f"{crc32(repr(facts).encode()):x}"


@dataclass(frozen=True, slots=True)
class Row:
    """An assigned code with its findings and marks. `carries`: the DRG hangs on it alone."""

    code: AssignedCode
    advice: tuple[Advice, ...] = ()
    marks: Marks | None = None
    carries: bool = False


@dataclass(frozen=True, slots=True)
class KindView:
    """The assigned codes of one kind, in their own order."""

    label: str
    rows: tuple[Row, ...]


@dataclass
class ChartPage:
    """What the templates read. `editable`: this person may act on the chart now.

    The documentation is read when a template asks for it: the answer to an act shows none of it.
    """

    chart: Chart
    user: User
    suggestions: list[Suggestion]
    assigned: list[AssignedCode]
    decisions: list[Decision]
    editable: bool
    held_by: User | None

    @property
    def holder(self) -> User | None:
        """Who has the chart now."""
        return self.chart.claimed_by if self.chart.is_held else None

    @property
    def is_mine(self) -> bool:
        return self.holder == self.user

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Reasons for an override, in the order of their keys."""
        return RejectReason.choices

    @property
    def undecided(self) -> int:
        return sum(each.state == State.PENDING for each in self.suggestions)

    @property
    def decided(self) -> int:
        return len(self.suggestions) - self.undecided

    # --- guidelines -------------------------------------------------------------------------------

    @cached_property
    def guidance(self) -> Guidance:
        if self.chart.status != Chart.Status.READY:
            return Guidance()
        return guidance(self.chart, self.assigned, self.suggestions)

    @property
    def findings(self) -> list[Finding]:
        return [each.finding for each in self.guidance.listed]

    @property
    def errors(self) -> list[Finding]:
        return [each for each in self.findings if each.severity == "error"]

    @property
    def warnings(self) -> list[Finding]:
        return [each for each in self.findings if each.severity == "warning"]

    @property
    def infos(self) -> list[Finding]:
        return [each for each in self.findings if each.severity == "info"]

    # --- money ------------------------------------------------------------------------------------

    @cached_property
    def money_switch(self) -> bool:
        """Whether this person wants money hidden until all is decided."""
        return workbench.hides_money(self.user)

    @cached_property
    def shows_money(self) -> bool:
        undecided = self.undecided or self.chart.hides_suggestions
        return not (self.money_switch and undecided and self.chart.status == Chart.Status.READY)

    @cached_property
    def stay(self) -> Stay | None:
        """The DRG of an inpatient chart; None for outpatients, and while money is hidden."""
        return stays.stay(self.chart, self.assigned) if self.shows_money else None

    @cached_property
    def _marks(self) -> Mapping[str, Marks]:
        listed: list[Suggestion | AssignedCode] = [*self.suggestions, *self.assigned]
        codes = {each.code for each in listed if each.code_system == "ICD-10-CM"}
        found = stays.marks(codes, self.chart.coding_date)
        return found if self.shows_money else {code: Marks(poa_exempt=each.poa_exempt) for code, each in found.items()}

    # --- codes ------------------------------------------------------------------------------------

    @cached_property
    def bands(self) -> list[tuple[str, list[Card]]]:
        records = track_records(self.chart, self.suggestions) if self.suggestions else {}
        effects = stays.effects(self.stay, self.suggestions) if self.stay else {}
        cards = [
            Card(
                each,
                self.guidance.suggestions.get(each.pk, ()),
                records.get((each.code_system, each.code)),
                self._marks.get(each.code),
                effects.get(each.pk),
                self.editable,
            )
            for each in self.suggestions
        ]
        return [(band.value, [each for each in cards if each.suggestion.band == band]) for band in Band]

    @cached_property
    def kinds(self) -> list[KindView]:
        """Diagnoses, procedures, services; those of which there are any."""
        return [
            KindView(str(kind.label), rows)
            for kind in AssignedCode.Kind
            if (rows := tuple(self._row(each) for each in self.assigned if each.kind == kind))
        ]

    def changed(self, shown: str) -> list[Card] | None:
        """The cards that a page draws again; None where it shows others, or none, and draws all.

        `shown` is what the page says that it has, in its order: "<primary key>:<version> …".
        """
        pairs = [each.partition(":") for each in shown.split()]
        cards = [card for _, cards in self.bands for card in cards]
        if not pairs or [key for key, _, _ in pairs] != [str(card.suggestion.pk) for card in cards]:
            return None
        return [card for card, (_, _, known) in zip(cards, pairs, strict=True) if card.version != known]

    def _row(self, code: AssignedCode) -> Row:
        carries = bool(self.stay and code.code in self.stay.carriers)
        return Row(code, self.guidance.assigned.get(code.pk, ()), self._marks.get(code.code), carries)

    @cached_property
    def last_act(self) -> Decision | None:
        """What Undo would take back."""
        return undoing.last_act(self.chart)

    # --- documentation ----------------------------------------------------------------------------

    @cached_property
    def notes(self) -> list[NoteView]:
        current = list(self.chart.notes.filter(superseded_at__isnull=True))
        read = set(NoteRead.objects.filter(person=self.user, note__in=current).values_list("note", flat=True))
        views = [view_note(note, self.suggestions) for note in current]
        for view in views:
            view.unread = view.note.pk not in read
        return views

    @cached_property
    def note_tree(self) -> list[tuple[str, list[NoteView]]]:
        """The notes by type, each type in the order of its dates; types in the order of their first note."""
        kinds: dict[str, list[NoteView]] = {}
        for view in self.notes:
            kinds.setdefault(view.note.kind or "Other documents", []).append(view)
        for views in kinds.values():
            views.sort(key=lambda view: (view.note.written_at is None, view.note.written_at, view.note.position))
        return list(kinds.items())

    @cached_property
    def medications(self) -> list[Medication]:
        return list(self.chart.medications.all())

    @cached_property
    def labs(self) -> list[LabResult]:
        return list(self.chart.labs.all())

    # --- the person -------------------------------------------------------------------------------

    @cached_property
    def keys(self) -> dict[str, str]:
        return workbench.keys(self.user)

    @property
    def key_groups(self) -> list[tuple[str, list[tuple[str, Act]]]]:
        """For the overlay: heading, then key and act."""
        groups: dict[str, list[tuple[str, Act]]] = {}
        for act in ACTS:
            groups.setdefault(act.group, []).append((self.keys[act.name], act))
        return list(groups.items())

    @cached_property
    def seconds(self) -> int:
        """Active seconds of this person on this chart."""
        row = ChartTime.objects.filter(chart=self.chart, person=self.user).values_list("seconds", flat=True)
        return row.first() or 0


def load(chart: Chart, *, user: User) -> ChartPage:
    """The page of a chart as it stands, for this person. A blind chart has no suggestions until its list is saved."""
    shown = chart.suggestions.exclude(state=State.WITHDRAWN)
    if chart.hides_suggestions:
        shown = shown.none()
    suggestions = list(
        shown.select_related("run__model_version")
        .prefetch_related(Prefetch("evidence", Evidence.objects.select_related("note").defer("note__text")))
        .order_by("rank", "id")
    )
    held = chart.claimed_by if chart.is_held else None
    return ChartPage(
        chart=chart,
        user=user,
        suggestions=suggestions,
        assigned=list(chart.assigned_codes.select_related("decision").prefetch_related("pointers__diagnosis")),
        decisions=_decisions(chart),
        editable=can_code(user) and chart.status == Chart.Status.READY and held in (None, user),
        held_by=held if held != user else None,
    )


def _decisions(chart: Chart) -> list[Decision]:
    decisions = list(chart.decisions.select_related("coder", "undoes"))
    undone = {each.undoes_id for each in decisions if each.undoes_id}
    for decision in decisions:
        decision.is_undone = decision.pk in undone  # type: ignore[attr-defined]
    return decisions
