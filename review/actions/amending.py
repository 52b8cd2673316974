"""What a source sends again about a chart that is stored already.

Absence deletes nothing: a source that sends one document of five has not withdrawn the other four.
Withdrawn documents are named in `retracted`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from review.actions import chart_rows
from review.actions.base import audit, change_status, enqueue_suggest
from review.actions.errors import ConflictError
from review.intake.incoming import IncomingChart, IncomingNote, IncomingPatient
from review.models import Chart, Note, Patient, User
from review.reports.weeks import hospital_zone


@dataclass(frozen=True, slots=True)
class Change:
    """What there is to store."""

    notes: tuple[IncomingNote, ...] = ()
    retracted: tuple[str, ...] = ()
    older: tuple[str, ...] = ()
    encounter: dict[str, Any] | None = None
    medications: bool = False
    labs: bool = False
    sex: bool = False

    @property
    def changed(self) -> bool:
        return bool(self.notes or self.retracted or self.encounter or self.medications or self.labs or self.sex)

    @property
    def only_about_the_patient(self) -> bool:
        return not (self.notes or self.retracted or self.encounter or self.medications or self.labs)


def amend(chart: Chart, sent: IncomingChart, current: dict[str, Note], *, by: User | None) -> Change:
    """Store what is new about a locked chart and send it back for suggestions.

    `current` holds its notes that are not superseded, by their name at the source.
    Raises `ConflictError` when the chart is final and something about it changed, or when what was
    sent is about another patient.
    """
    _check_patient(chart, sent, by)
    change = _change(chart, sent, current)
    if chart.status == Chart.Status.FINAL:
        if not change.only_about_the_patient:
            raise ConflictError(f"Chart {chart.public_id} is final; what has changed since was not stored.")
        change = Change(older=change.older)
    if change.changed:
        _store(chart, sent, change, current, by)
    return change


def _check_patient(chart: Chart, sent: IncomingChart, by: User | None) -> None:
    """Refuse another patient's content. A patient that only had a stand-in for an MRN gets the real one."""
    encounter = chart.encounter
    if sent.patient.mrn in ("", encounter.patient.mrn):
        return
    if encounter.patient.mrn not in (sent.patient.reference, sent.source_id[:64]):
        raise ConflictError(f"Chart {chart.public_id} is stored for another patient; nothing was changed.")
    encounter.patient, _ = Patient.objects.get_or_create(source=sent.source, mrn=sent.patient.mrn)
    encounter.save(update_fields=["patient"])
    audit("chart.patient_identified", by=by, chart=chart)


def update_patient(patient: Patient, sent: IncomingPatient, *, by: User | None) -> None:
    """Store what the source says now about name, sex and birthday; what it does not say stays."""
    said = {name: getattr(sent, name) for name in ("name", "birth_date") if getattr(sent, name)}
    if sent.sex != Patient.Sex.UNKNOWN:
        said["sex"] = sent.sex
    changed = [name for name, value in said.items() if getattr(patient, name) != value]
    if changed:
        for name in changed:
            setattr(patient, name, said[name])
        patient.save(update_fields=changed)
        audit("patient.updated", by=by, patient=patient.pk, fields=changed)


def _change(chart: Chart, sent: IncomingChart, current: dict[str, Note]) -> Change:
    different = [note for note in sent.notes if _differs(note, current.get(note.source_id))]
    older = {note.source_id for note in different if _is_older(note, current.get(note.source_id))}
    row = chart.encounter
    values = chart_rows.encounter_values(sent)
    return Change(
        notes=tuple(note for note in different if note.source_id not in older),
        older=tuple(sorted(older)),
        retracted=tuple(source_id for source_id in sent.retracted if source_id in current),
        encounter={name: value for name, value in values.items() if getattr(row, name) != value},
        medications=bool(sent.medications) and _facts(sent.medications) != _stored(chart, "medications", MEDICATION),
        labs=bool(sent.labs) and _facts(sent.labs) != _stored(chart, "labs", LAB),
        sex=sent.patient.sex not in (Patient.Sex.UNKNOWN, row.patient.sex),
    )


MEDICATION = ("name", "dose", "route", "frequency", "started_on")
LAB = ("name", "value", "unit", "reference", "flag", "taken_at")


def _facts(sent: tuple[Any, ...]) -> list[str]:
    return sorted(repr(tuple(_comparable(value) for value in asdict(each).values())) for each in sent)


def _stored(chart: Chart, relation: str, columns: tuple[str, ...]) -> list[str]:
    rows = getattr(chart, relation).values_list(*columns)
    return sorted(repr(tuple(_comparable(value) for value in row)) for row in rows)


def _comparable(value: Any) -> Any:
    """Moments as seconds: the same one may come back from the database in another time zone."""
    return value.timestamp() if hasattr(value, "timestamp") else value


def _differs(note: IncomingNote, stored: Note | None) -> bool:
    if stored is None or stored.text_sha256 != chart_rows.digest(note.text):
        return True
    said = {name: getattr(note, name) for name in ("kind", "title", "author", "written_at") if getattr(note, name)}
    return any(getattr(stored, name) != value for name, value in said.items())


def _is_older(note: IncomingNote, stored: Note | None) -> bool:
    """Messages can overtake each other: an older state of a document never replaces a newer one."""
    return bool(stored and stored.written_at and note.written_at and note.written_at < stored.written_at)


def _store(chart: Chart, sent: IncomingChart, change: Change, current: dict[str, Note], by: User | None) -> None:
    _store_notes(chart, change, current)
    if change.medications:
        chart.medications.all().delete()
        chart_rows.add_medications(chart, sent)
    if change.labs:
        chart.labs.all().delete()
        chart_rows.add_labs(chart, sent)
    for name, value in (change.encounter or {}).items():
        setattr(chart.encounter, name, value)
    if change.encounter:
        chart.encounter.save(update_fields=list(change.encounter))
    change_status(
        chart,
        "amend",
        suggest_lease=None,
        suggest_lease_expires_at=None,
        suggest_attempts=0,
        suggest_error="",
        hold_reason="",
        **chart_rows.dated_columns(chart.encounter, _latest_note(chart), chart_rows.release_on),
    )
    audit(
        "chart.amended",
        by=by,
        chart=chart,
        notes=len(change.notes),
        retracted=len(change.retracted),
        encounter=sorted(change.encounter or ()),
        medications=change.medications,
        labs=change.labs,
    )
    enqueue_suggest(chart.pk)


def _store_notes(chart: Chart, change: Change, current: dict[str, Note]) -> None:
    gone = {*change.retracted, *(note.source_id for note in change.notes)} & set(current)
    Note.objects.filter(pk__in=[current[each].pk for each in gone]).update(superseded_at=timezone.now())
    versions: dict[str, int] = {}
    last = 0
    for source_id, version, position in chart.notes.values_list("source_id", "version", "position"):
        versions[source_id] = max(version, versions.get(source_id, 0))
        last = max(last, position)
    rows = []
    for note in change.notes:
        old = current.get(note.source_id)
        last += old is None
        position = old.position if old else last
        rows.append(chart_rows.note(chart, note, position=position, version=versions.get(note.source_id, 0) + 1))
    Note.objects.bulk_create(rows)


def _latest_note(chart: Chart) -> date | None:
    written = chart.notes.filter(superseded_at__isnull=True, written_at__isnull=False).order_by("-written_at").first()
    return timezone.localdate(written.written_at, hospital_zone()) if written else None
