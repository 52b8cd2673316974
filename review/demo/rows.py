"""The database rows of a simulated chart, built but not stored: `review.actions.simulating` stores them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from inference.models import InferenceRun, ModelVersion
from medcode.codebook.lookup import ReleaseChoice
from medcode.codebook.models import CodeSystem
from review.demo.behavior import Choice
from review.demo.history import Past
from review.models import (
    AssignedCode,
    Chart,
    Decision,
    Encounter,
    Evidence,
    LabResult,
    Medication,
    Note,
    Patient,
    RejectReason,
    Suggestion,
    User,
)

READING_SECONDS = 75  # a look through the notes before the first act
STATES = {
    "accept": Suggestion.State.ACCEPTED,
    "modify": Suggestion.State.MODIFIED,
    "reject": Suggestion.State.REJECTED,
}


@dataclass(frozen=True, slots=True)
class Stage:
    """What the rows of all charts refer to. `titles` holds the description of every code that is assigned."""

    coders: dict[str, User]
    model_versions: dict[str, ModelVersion]
    titles: dict[str, str]


@dataclass(slots=True)
class ChartRows:
    """All rows of one chart, each list in the order in which it must be stored."""

    patient: Patient
    encounter: Encounter
    run: InferenceRun
    chart: Chart
    notes: list[Note]
    medications: list[Medication]
    labs: list[LabResult]
    suggestions: list[Suggestion]
    evidence: list[Evidence]
    decisions: list[Decision] = field(default_factory=list)
    assigned: list[AssignedCode] = field(default_factory=list)


def build(past: Past, stage: Stage, release: ReleaseChoice) -> ChartRows:
    """The rows of a chart that was coded and closed."""
    patient, encounter = _who(past)
    notes = _notes(past)
    run = _run(past, stage, release, notes)
    chart = Chart(
        encounter=encounter,
        specialty=encounter.specialty,
        patient_class=encounter.patient_class,
        payer=encounter.payer,
        facility=encounter.facility,
        coding_date=past.coding_date,
        release=release.release,
        release_is_stand_in=release.stand_in,
        simulated=True,
        run=run,
        received_at=run.started_at,
    )
    for note in notes.values():
        note.chart = chart
    suggestions = _suggestions(past, chart, run)
    rows = ChartRows(
        patient=patient,
        encounter=encounter,
        run=run,
        chart=chart,
        notes=list(notes.values()),
        medications=[Medication(chart=chart, **asdict(each)) for each in past.incoming.medications],
        labs=[LabResult(chart=chart, **asdict(each)) for each in past.incoming.labs],
        suggestions=list(suggestions.values()),
        evidence=list(_evidence(past, suggestions, notes)),
    )
    _decide(rows, past, stage, suggestions)
    return rows


def _who(past: Past) -> tuple[Patient, Encounter]:
    incoming = past.incoming
    patient = Patient(
        source=incoming.source,
        mrn=incoming.patient.mrn,
        name=incoming.patient.name,
        sex=incoming.patient.sex,
        birth_date=incoming.patient.birth_date,
    )
    return patient, Encounter(
        source=incoming.source,
        source_id=incoming.source_id,
        patient=patient,
        account=incoming.account,
        patient_class=incoming.patient_class,
        specialty=incoming.specialty,
        facility=incoming.facility,
        payer=incoming.payer,
        attending=incoming.attending,
        disposition=incoming.disposition,
        age=incoming.age,
        admitted_on=incoming.admitted_on,
        discharged_on=incoming.discharged_on,
        simulated=True,
    )


def _notes(past: Past) -> dict[str, Note]:
    return {
        note.source_id: Note(
            source_id=note.source_id,
            kind=note.kind,
            title=note.title,
            author=note.author,
            written_at=note.written_at,
            position=position,
            text=note.text,
            text_sha256=hashlib.sha256(note.text.encode()).hexdigest(),
        )
        for position, note in enumerate(past.incoming.notes, start=1)
    }


def _run(past: Past, stage: Stage, release: ReleaseChoice, notes: dict[str, Note]) -> InferenceRun:
    outcome = past.reading.outcome
    digest = hashlib.sha256("".join(note.text_sha256 for note in notes.values()).encode())
    return InferenceRun(
        model_version=stage.model_versions[outcome.model_version],
        prompt_version=outcome.prompt_version,
        release=release.release,
        input_sha256=digest.hexdigest(),
        started_at=past.started_at - timedelta(hours=2),
        duration_ms=past.reading.milliseconds,
        suggestion_count=len(past.proposals),
        dropped=outcome.dropped,
    )


def _suggestions(past: Past, chart: Chart, run: InferenceRun) -> dict[str, Suggestion]:
    return {
        item.code: Suggestion(
            chart=chart,
            run=run,
            code_system=item.code_system,
            code=item.code,
            description=item.description[:400],
            confidence=item.confidence,
            band=item.band,
            rank=rank,
            reason=item.reason[:300],
        )
        for rank, item in enumerate(past.proposals, start=1)
    }


def _evidence(past: Past, suggestions: dict[str, Suggestion], notes: dict[str, Note]) -> Iterator[Evidence]:
    for item in past.proposals:
        for place, span in enumerate(item.evidence, start=1):
            yield Evidence(
                suggestion=suggestions[item.code],
                note=notes[span.note],
                begin=span.begin,
                end=span.end,
                text=span.text,
                position=place,
            )


def _decide(rows: ChartRows, past: Past, stage: Stage, suggestions: dict[str, Suggestion]) -> None:
    """Turn the coder's choices into the log, the states of the suggestions, and the assigned codes."""
    at = past.started_at + timedelta(seconds=READING_SECONDS)
    clock = _Desk(rows, stage, stage.coders[past.coder.username], at)
    for choice in past.choices:
        suggestion = suggestions.get(choice.code)
        if choice.first_thought:
            clock.change_of_mind(choice, suggestion)
        clock.act(choice, suggestion)
    gold = {code: place for place, code in enumerate(past.reading.sample.gold)}
    rows.assigned.sort(key=lambda each: gold.get(each.code, len(gold)))
    for sequence, each in enumerate(rows.assigned, start=1):
        each.sequence = sequence
        each.poa = _poa(each.code) if rows.encounter.is_inpatient else ""
    rows.chart.status = Chart.Status.FINAL
    rows.chart.version = len(rows.decisions) + 3
    rows.chart.needs_manual_review = any(choice.act == "reject" for choice in past.choices)
    rows.chart.finalized_at = clock.at + timedelta(seconds=20)
    rows.chart.finalized_by = clock.coder


def _poa(code: str) -> str:
    """Factors that influence health status are exempt from reporting; the rest came with the patient."""
    return AssignedCode.Poa.EXEMPT if code.startswith("Z") else AssignedCode.Poa.YES


class _Desk:
    """One coder at one chart, with the time going on."""

    def __init__(self, rows: ChartRows, stage: Stage, coder: User, at: datetime) -> None:
        self.rows, self.stage, self.coder, self.at = rows, stage, coder, at

    def act(self, choice: Choice, suggestion: Suggestion | None) -> None:
        decision = self._log(choice.act, suggestion, choice.seconds, final_code=choice.final, reason=choice.reason)
        if suggestion:
            suggestion.state = STATES[choice.act]
        if choice.final:
            self.rows.assigned.append(
                AssignedCode(
                    chart=self.rows.chart,
                    decision=decision,
                    code_system=decision.code_system,
                    code=choice.final,
                    description=self.stage.titles[choice.final],
                )
            )

    def change_of_mind(self, choice: Choice, suggestion: Suggestion | None) -> None:
        """A rejection that the coder takes back a moment later."""
        hasty = self._log("reject", suggestion, choice.seconds, reason=RejectReason.UNSUPPORTED)
        undo = self._log("undo", suggestion, 4, undoes=hasty)
        # The product's own undo repeats neither confidence nor model: it is about a decision, not a suggestion.
        undo.confidence, undo.band, undo.model_version, undo.prompt_version, undo.seconds_spent = (
            None,
            "",
            "",
            "",
            None,
        )

    def _log(self, act: str, suggestion: Suggestion | None, seconds: int, **values: object) -> Decision:
        self.at += timedelta(seconds=seconds)
        run = self.rows.run
        on_suggestion = (
            {
                "suggested_code": suggestion.code,
                "confidence": suggestion.confidence,
                "band": suggestion.band,
                "model_version": str(run.model_version),
                "prompt_version": run.prompt_version,
            }
            if suggestion
            else {}
        )
        decision = Decision(
            chart=self.rows.chart,
            suggestion=suggestion,
            coder=self.coder,
            act=act,
            code_system=suggestion.code_system if suggestion else CodeSystem.ICD10CM,
            seconds_spent=seconds,
            decided_at=self.at,
            specialty=self.rows.chart.specialty,
            simulated=True,
            **on_suggestion,
            **values,
        )
        self.rows.decisions.append(decision)
        return decision
