"""What the engine may see of a chart."""

from __future__ import annotations

from inference import schema
from review.models import Chart, Note


def read(chart: Chart) -> tuple[schema.ChartText, dict[str, Note]]:
    """The text and facts of a chart, and its current notes by the key under which the engine sees them."""
    encounter = chart.encounter
    notes = current_notes(chart)
    setting = schema.Setting.INPATIENT if encounter.is_inpatient else schema.Setting.OUTPATIENT
    return schema.ChartText(
        notes=tuple(schema.NoteText(key, note.text, note.kind) for key, note in notes.items()),
        setting=setting,
        sex=encounter.patient.sex if encounter.patient.sex in ("F", "M") else "",
        age=encounter.age,
        date_of_service=chart.coding_date,
        medications=tuple(schema.MedicationFact(each.name, each.dose) for each in chart.medications.all()),
        labs=tuple(schema.LabFact(each.name, each.value, each.unit, each.flag) for each in chart.labs.all()),
        facility=encounter.facility,
    ), notes


def current_notes(chart: Chart) -> dict[str, Note]:
    """The notes that no later version has replaced, by their key."""
    return {str(note.pk): note for note in chart.notes.filter(superseded_at__isnull=True)}
