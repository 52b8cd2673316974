"""Everything that the page of one second look shows, for the person who looks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Prefetch

from medcode.codebook import lookup
from medcode.codebook.grouping import Grouping
from review.models import (
    AssignedCode,
    AuditedCode,
    Chart,
    ChartAudit,
    ErrorKind,
    Evidence,
    LabResult,
    Medication,
    Role,
    User,
)
from review.note_view import NoteView, view_note
from review.reports.audit_lines import as_drgs, first_of, groupings, lines
from review.reports.second_look import GUIDELINES, Drgs, Score, score

Status = ChartAudit.Status


@dataclass(frozen=True, slots=True)
class LineView:
    """One line for the template: what differs and what may be done about it."""

    row: AuditedCode
    coder_first: bool
    first: bool
    last_place: bool

    @property
    def differs(self) -> bool:
        return self.row.code != self.row.coder_code

    @property
    def is_finding(self) -> bool:
        return self.differs or bool(self.row.kind)

    @property
    def sign(self) -> str:
        """The difference as one word."""
        if not self.row.coder_code:
            return "added"
        if not self.row.code:
            return "removed"
        if self.differs:
            return "changed"
        return self.row.get_kind_display().lower() if self.row.kind else "agreed"

    @property
    def guideline(self) -> str:
        return GUIDELINES.get(self.row.kind, "")

    @property
    def needs_poa(self) -> bool:
        return self.row.code_system == "ICD-10-CM"


class AuditPage:
    """What the templates read. The documentation is read only when a template asks for it."""

    def __init__(self, audit: ChartAudit, user: User) -> None:
        self.audit, self.user, self.chart = audit, user, audit.chart

    @cached_property
    def rows(self) -> list[AuditedCode]:
        return list(self.audit.codes.all())

    @cached_property
    def lines(self) -> list[LineView]:
        """The auditor's order; codes that are off it stay where the coder had them."""
        coder_first, first = first_of(self.rows, coder=True), first_of(self.rows, coder=False)
        on = max((row.sequence or 0 for row in self.rows), default=0)
        ordered = sorted(self.rows, key=lambda row: (row.sequence or row.coder_sequence or 0, row.sequence is None))
        return [LineView(row, row.pk == coder_first, row.pk == first, row.sequence == on) for row in ordered]

    @property
    def findings(self) -> list[LineView]:
        return [line for line in self.lines if line.is_finding]

    @property
    def agreed(self) -> list[LineView]:
        return [line for line in self.lines if not line.is_finding]

    @property
    def rebutted(self) -> list[LineView]:
        return [line for line in self.findings if line.row.answer == AuditedCode.Answer.REBUT]

    @cached_property
    def groupings(self) -> tuple[Grouping, Grouping] | None:
        return groupings(self.chart, lines(self.rows))

    @property
    def drgs(self) -> Drgs:
        return as_drgs(*self.groupings) if self.groupings else Drgs()

    @cached_property
    def score(self) -> Score:
        """As stored when closed, else as the lines stand now."""
        if self.audit.score:
            return Score.from_json(self.audit.score)
        return score(lines(self.rows), drgs=self.drgs, inpatient=self.inpatient)

    @property
    def inpatient(self) -> bool:
        return self.chart.encounter.is_inpatient

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """The kinds that a person chooses; principal, sequence and POA follow from the list itself."""
        derived = {ErrorKind.PRINCIPAL, ErrorKind.SEQUENCE, ErrorKind.POA}
        return [(value, label) for value, label in ErrorKind.choices if value not in derived]

    @property
    def poa_choices(self) -> list[tuple[str, str]]:
        return AssignedCode.Poa.choices

    @cached_property
    def systems(self) -> list[str]:
        return lookup.loaded_systems()

    @property
    def may_review(self) -> bool:
        return self.audit.status == Status.IN_REVIEW and self.audit.auditor_id == self.user.pk

    @property
    def may_take(self) -> bool:
        return self.audit.status == Status.DRAWN and self.user.role == Role.AUDITOR

    @property
    def may_answer(self) -> bool:
        return self.audit.status == Status.RETURNED and self.audit.coder_id == self.user.pk

    @property
    def may_finish(self) -> bool:
        answered = self.audit.status in (Status.AGREED, Status.REBUTTED)
        return answered and self.audit.auditor_id == self.user.pk and self.user.role == Role.AUDITOR

    @property
    def may_decide(self) -> bool:
        return self.audit.status == Status.ESCALATED and self.user.role == Role.SUPERVISOR

    @cached_property
    def documentation(self) -> Documentation:
        return Documentation(self.chart, with_evidence=True)


class Documentation:
    """The notes, medications and labs of a chart, read-only; with the model's evidence marked, or blind."""

    def __init__(self, chart: Chart, *, with_evidence: bool) -> None:
        self.chart, self.with_evidence = chart, with_evidence

    @cached_property
    def notes(self) -> list[NoteView]:
        suggestions = []
        if self.with_evidence:
            evidence = Prefetch("evidence", Evidence.objects.select_related("note").defer("note__text"))
            suggestions = list(self.chart.suggestions.exclude(state="withdrawn").prefetch_related(evidence))
        return [view_note(note, suggestions) for note in self.chart.notes.filter(superseded_at__isnull=True)]

    @cached_property
    def medications(self) -> list[Medication]:
        return list(self.chart.medications.all())

    @cached_property
    def labs(self) -> list[LabResult]:
        return list(self.chart.labs.all())


def may_open(audit: ChartAudit, user: User) -> bool:
    """Auditors and supervisors any; a coder their own, from the moment it was returned."""
    if user.role == Role.CODER:
        return audit.coder_id == user.pk and audit.status not in (Status.DRAWN, Status.IN_REVIEW)
    return True
