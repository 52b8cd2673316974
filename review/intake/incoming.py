"""What every reader makes and `receiving` takes: one encounter's chart, checked in one place.

An empty string, None or an empty tuple means "the source did not say", never "delete it".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone

from review.actions.errors import InvalidInputError
from review.intake.strictjson import unstorable
from review.models import Encounter, LabResult, Medication, Note, Patient

MAX_NOTES = 200
MAX_NOTE_CHARACTERS = 2_000_000
MAX_CHART_CHARACTERS = 10_000_000
MAX_MEDICATIONS = 2_000
MAX_LABS = 20_000
MAX_AGE = 130
EARLIEST = date(1850, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingPatient:
    """`reference` is how the sender's records name the patient; it stands in for a missing MRN."""

    mrn: str = ""
    name: str = ""
    sex: str = Patient.Sex.UNKNOWN
    birth_date: date | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingNote:
    """One document with its text."""

    source_id: str
    text: str
    kind: str = ""
    title: str = ""
    author: str = ""
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMedication:
    name: str
    dose: str = ""
    route: str = ""
    frequency: str = ""
    started_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingLab:
    """`flag` is the source's own: "H", "L", "HH", "LL", "A" or ""."""

    name: str
    value: str
    unit: str = ""
    reference: str = ""
    flag: str = ""
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingChart:
    """One encounter. `source` and `source_id` name it for ever; `retracted` are documents withdrawn at the source."""

    source: str
    source_id: str
    patient: IncomingPatient = IncomingPatient()
    account: str = ""
    patient_class: str = ""
    specialty: str = ""
    facility: str = ""
    payer: str = ""
    attending: str = ""
    disposition: str = ""
    age: int | None = None
    admitted_on: date | None = None
    discharged_on: date | None = None
    notes: tuple[IncomingNote, ...] = ()
    medications: tuple[IncomingMedication, ...] = ()
    labs: tuple[IncomingLab, ...] = ()
    retracted: tuple[str, ...] = ()
    simulated: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.source_id


def normal_text(text: str) -> str:
    """A document's text as it is stored: lines end in a line feed, so that offsets mean the same everywhere."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def check(chart: IncomingChart) -> None:
    """Raise `InvalidInputError` naming the first field that cannot be stored, and why."""
    _check_strings(chart)
    for name in ("source", "source_id"):
        if not getattr(chart, name).strip():
            raise InvalidInputError("must not be empty", field=name)
    if chart.patient_class and chart.patient_class not in Encounter.PatientClass.values:
        wanted = ", ".join(Encounter.PatientClass.values)
        raise InvalidInputError(f"must be one of {wanted}", field="patient_class")
    if chart.patient.sex not in Patient.Sex.values:
        raise InvalidInputError("must be F, M or U", field="patient.sex")
    if chart.age is not None and not 0 <= chart.age <= MAX_AGE:
        raise InvalidInputError(f"must be between 0 and {MAX_AGE} years", field="age")
    _check_dates(chart)
    _check_notes(chart)
    _check_counts(chart)


def check_note_text(text: str, *, field: str) -> None:
    """Raise `InvalidInputError` when this cannot be a document's text."""
    if not text.strip():
        raise InvalidInputError("is empty", field=field)
    if len(text) > MAX_NOTE_CHARACTERS:
        raise InvalidInputError(f"is longer than {MAX_NOTE_CHARACTERS:,} characters", field=field)
    if reason := unstorable(text):
        raise InvalidInputError(reason, field=field)


def check_line(value: str, limit: int, *, field: str) -> None:
    """Raise `InvalidInputError` when this is not one line of at most `limit` characters."""
    if len(value) > limit:
        raise InvalidInputError(f"is longer than {limit} characters", field=field)
    if reason := unstorable(value):
        raise InvalidInputError(reason, field=field)
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise InvalidInputError("contains a control character", field=field)


def _check_strings(chart: IncomingChart) -> None:
    _check_lines(chart, Encounter, "")
    _check_lines(chart.patient, Patient, "patient.")
    check_line(chart.patient.reference, limit(Patient, "mrn"), field="patient.reference")
    for index, note in enumerate(chart.notes):
        _check_lines(note, Note, f"notes[{index}].", but="text")
    for index, medication in enumerate(chart.medications):
        _check_named(medication, Medication, f"medications[{index}].")
    for index, lab in enumerate(chart.labs):
        _check_named(lab, LabResult, f"labs[{index}].")


def _check_named(item: IncomingMedication | IncomingLab, model: type[Model], path: str) -> None:
    if not item.name.strip():
        raise InvalidInputError("must not be empty", field=f"{path}name")
    _check_lines(item, model, path)


def _check_lines(item: Any, model: type[Model], path: str, *, but: str = "") -> None:
    """Every string that a column of the same name will hold."""
    for name, most in _limits(model, type(item)):
        if name != but:
            check_line(getattr(item, name), most, field=path + name)


_limits_known: dict[tuple[type[Model], type[Any]], list[tuple[str, int]]] = {}


def _limits(model: type[Model], kind: type[Any]) -> list[tuple[str, int]]:
    """The names of the dataclass that are text columns of the model, with their lengths."""
    key = (model, kind)
    if key not in _limits_known:
        columns = {column.name: getattr(column, "max_length", None) for column in model._meta.concrete_fields}
        own = [(item.name, columns.get(item.name)) for item in fields(kind)]
        _limits_known[key] = [(name, most) for name, most in own if most]
    return _limits_known[key]


def limit(model: type[Model], name: str) -> int:
    """How many characters the column holds."""
    most: int = model._meta.get_field(name).max_length  # type: ignore[union-attr, assignment]
    return most


def _check_dates(chart: IncomingChart) -> None:
    for path, day in _days(chart):
        # A day ahead is the other side of the date line; a year ahead is a typing error.
        latest = timezone.localdate() + timedelta(days=1 if path == "patient.birth_date" else 366)
        if not EARLIEST <= day <= latest:
            raise InvalidInputError(f"must be between {EARLIEST} and {latest}", field=path)
    start, end, birth = chart.admitted_on, chart.discharged_on, chart.patient.birth_date
    if start and end and end < start:
        raise InvalidInputError("is before the admission", field="discharged_on")
    begun = start or end
    if birth and begun and begun < birth:
        raise InvalidInputError("is before the date of birth", field="admitted_on" if start else "discharged_on")


def _days(chart: IncomingChart) -> Iterator[tuple[str, date]]:
    listed: list[tuple[str, date | datetime | None]] = [
        ("patient.birth_date", chart.patient.birth_date),
        ("admitted_on", chart.admitted_on),
        ("discharged_on", chart.discharged_on),
        *((f"notes[{index}].written_at", note.written_at) for index, note in enumerate(chart.notes)),
        *((f"medications[{index}].started_on", item.started_on) for index, item in enumerate(chart.medications)),
        *((f"labs[{index}].taken_at", lab.taken_at) for index, lab in enumerate(chart.labs)),
    ]
    for path, day in listed:
        if day is not None:
            yield path, day.date() if isinstance(day, datetime) else day


def _check_notes(chart: IncomingChart) -> None:
    if not chart.notes and not chart.retracted:
        raise InvalidInputError("at least one note with text is required", field="notes")
    if len(chart.notes) > MAX_NOTES:
        raise InvalidInputError(f"a chart holds at most {MAX_NOTES} notes", field="notes")
    known: set[str] = set()
    for index, note in enumerate(chart.notes):
        if not note.source_id.strip():
            raise InvalidInputError("must not be empty", field=f"notes[{index}].source_id")
        if note.source_id in known or note.source_id in chart.retracted:
            raise InvalidInputError("names the same note twice", field=f"notes[{index}].source_id")
        known.add(note.source_id)
        check_note_text(note.text, field=f"notes[{index}].text")
    if sum(len(note.text) for note in chart.notes) > MAX_CHART_CHARACTERS:
        raise InvalidInputError(f"together longer than {MAX_CHART_CHARACTERS:,} characters", field="notes")


def _check_counts(chart: IncomingChart) -> None:
    for name, most in (("medications", MAX_MEDICATIONS), ("labs", MAX_LABS), ("retracted", MAX_NOTES)):
        if len(getattr(chart, name)) > most:
            raise InvalidInputError(f"at most {most:,} are taken", field=name)
    for index, source_id in enumerate(chart.retracted):
        check_line(source_id, limit(Note, "source_id"), field=f"retracted[{index}]")
