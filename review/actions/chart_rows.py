"""From an incoming chart to the rows that hold it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils import timezone

from medcode.codebook import lookup
from medcode.codebook.models import CodeSystem
from review.intake.dates import age_on
from review.intake.incoming import MAX_AGE, IncomingChart, IncomingNote
from review.models import Chart, Encounter, LabResult, Medication, Note, Patient
from review.reports.weeks import hospital_zone

# The encounter's own columns that a source may send; "" and None mean that it did not say.
ENCOUNTER_COLUMNS = (
    "account",
    "patient_class",
    "specialty",
    "facility",
    "payer",
    "attending",
    "disposition",
    "admitted_on",
    "discharged_on",
)


def patient_key(chart: IncomingChart) -> tuple[str, str]:
    """Source and MRN; a chart that names no patient has one of its own."""
    return chart.source, chart.patient.mrn or chart.patient.reference or chart.source_id[:64]


def encounter_values(chart: IncomingChart) -> dict[str, Any]:
    """The encounter's columns that the source has said something about."""
    said = {name: getattr(chart, name) for name in ENCOUNTER_COLUMNS if getattr(chart, name)}
    years = age(chart)
    return said if years is None else said | {"age": years}


def age(chart: IncomingChart) -> int | None:
    """Years as sent, else from the date of birth on the first day of the encounter."""
    day = chart.admitted_on or chart.discharged_on
    if chart.age is not None or day is None or chart.patient.birth_date is None:
        return chart.age
    years = age_on(chart.patient.birth_date, day)
    return years if 0 <= years <= MAX_AGE else None


def encounter(chart: IncomingChart, patient: Patient) -> Encounter:
    """A row to insert."""
    return Encounter(
        source=chart.source,
        source_id=chart.source_id,
        patient=patient,
        simulated=chart.simulated,
        **encounter_values(chart),
    )


ReleaseOn = Callable[[date], lookup.ReleaseChoice | None]


def release_on(day: date) -> lookup.ReleaseChoice | None:
    """The ICD-10-CM release for a coding date; None as long as none is loaded."""
    try:
        return lookup.release_for(CodeSystem.ICD10CM, day)
    except lookup.CodebookEmptyError:
        return None


def chart(sent: IncomingChart, row: Encounter, release_on: ReleaseOn) -> Chart:
    """A row to insert."""
    latest = max(
        (timezone.localdate(note.written_at, hospital_zone()) for note in sent.notes if note.written_at), default=None
    )
    return Chart(encounter=row, simulated=sent.simulated, **dated_columns(row, latest, release_on))


def dated_columns(row: Encounter, latest_note: date | None, release_on: ReleaseOn) -> dict[str, Any]:
    """What the chart repeats of its encounter, its coding date and its release.

    The date of discharge chooses the code set, else that of admission (Guidelines, Section I), else
    the latest note's, else today's, marked as assumed.
    """
    known = row.coding_date or latest_note
    day = known or timezone.localdate(timezone=hospital_zone())
    choice = release_on(day)
    return {
        "specialty": row.specialty,
        "patient_class": row.patient_class,
        "payer": row.payer,
        "facility": row.facility,
        "coding_date": day,
        "coding_date_assumed": known is None,
        "release": choice.release if choice else None,
        "release_is_stand_in": bool(choice and choice.stand_in),
    }


def note(row: Chart, sent: IncomingNote, *, position: int, version: int = 1) -> Note:
    """A row to insert."""
    return Note(
        chart=row,
        source_id=sent.source_id,
        version=version,
        kind=sent.kind,
        title=sent.title,
        author=sent.author,
        written_at=sent.written_at,
        position=position,
        text=sent.text,
        text_sha256=digest(sent.text),
    )


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def add_medications(row: Chart, sent: IncomingChart) -> None:
    """Insert what was sent."""
    Medication.objects.bulk_create(
        Medication(
            chart=row,
            name=each.name,
            dose=each.dose,
            route=each.route,
            frequency=each.frequency,
            started_on=each.started_on,
        )
        for each in sent.medications
    )


def add_labs(row: Chart, sent: IncomingChart) -> None:
    """Insert what was sent."""
    LabResult.objects.bulk_create(
        LabResult(
            chart=row,
            name=each.name,
            value=each.value,
            unit=each.unit,
            reference=each.reference,
            flag=each.flag,
            taken_at=each.taken_at,
        )
        for each in sent.labs
    )
