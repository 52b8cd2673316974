"""One chart as a JSON object: the body of `POST /api/v1/charts/` and a line of a JSONL file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from review.intake import incoming
from review.intake.dates import read_date, read_moment
from review.intake.incoming import IncomingChart, IncomingLab, IncomingMedication, IncomingNote, IncomingPatient
from review.intake.strictjson import Node, printable
from review.models import Patient

SEXES = {
    "f": Patient.Sex.FEMALE,
    "female": Patient.Sex.FEMALE,
    "m": Patient.Sex.MALE,
    "male": Patient.Sex.MALE,
    "u": Patient.Sex.UNKNOWN,
    "unknown": Patient.Sex.UNKNOWN,
    "other": Patient.Sex.UNKNOWN,
    "": Patient.Sex.UNKNOWN,
}
AGE = re.compile(r"(\d{1,3})(?:\.\d+)?(?:[ -]*(years?|months?|weeks?|days?)(?:[ -]old)?)?")
PER_YEAR = {"y": 1, "m": 12, "w": 52, "d": 365}

PATIENT_FIELDS = frozenset({"mrn", "name", "sex", "birth_date"})
ENCOUNTER_FIELDS = frozenset(
    {"id", "source", "account", "patient_class", "specialty", "facility", "payer", "attending", "disposition", "age"}
)
DATES = frozenset({"admitted_on", "discharged_on", "date_of_service"})
CONTENT = frozenset({"patient", "text", "notes", "medications", "labs", "retracted"})
KNOWN = PATIENT_FIELDS | ENCOUNTER_FIELDS | DATES | CONTENT


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadChart:
    """The chart, and the names of the fields that have no meaning here and were not read."""

    chart: IncomingChart
    unread: tuple[str, ...] = ()


def read(value: Any, *, source: str, specialty: str = "", patient_class: str = "") -> ReadChart:
    """The chart in an object; `specialty` and `patient_class` hold where it names none.

    `source` counts unless the object has its own. Raises `InvalidInputError` naming field and reason.
    """
    root = Node(value)
    unread = sorted(printable(name) for name in root.members() if name not in KNOWN)
    chart = IncomingChart(
        source=root["source"].text() or source,
        source_id=root["id"].required_text(),
        patient=_patient(root),
        account=root["account"].text(),
        specialty=root["specialty"].text() or specialty,
        facility=root["facility"].text(),
        payer=root["payer"].text(),
        attending=root["attending"].text(),
        disposition=root["disposition"].text(),
        patient_class=root["patient_class"].text().lower() or patient_class,
        age=_age(root["age"]),
        admitted_on=read_date(root["admitted_on"]) or read_date(root["date_of_service"]),
        discharged_on=read_date(root["discharged_on"]),
        notes=_notes(root),
        medications=tuple(_medication(item) for item in root["medications"].each()),
        labs=tuple(_lab(item) for item in root["labs"].each()),
        retracted=tuple(item.required_text() for item in root["retracted"].each()),
    )
    incoming.check(chart)
    return ReadChart(chart=chart, unread=tuple(unread))


def _patient(root: Node) -> IncomingPatient:
    """From the object `patient`, or from the same names on the chart itself."""
    holder = root["patient"] or root
    return IncomingPatient(
        mrn=holder["mrn"].text(),
        name=holder["name"].text(),
        sex=_sex(holder["sex"]),
        birth_date=read_date(holder["birth_date"]),
    )


def _sex(node: Node) -> str:
    found = SEXES.get(node.text().lower())
    if found is None:
        node.fail("must be F, M, U, female, male, other or unknown")
    return found


def _age(node: Node) -> int | None:
    """Whole years from 50, 50.0, "50" or "22-month"; None when missing or blank."""
    value = node.value
    if value is None or value == "":
        return None
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        if not 0 <= value <= incoming.MAX_AGE:
            node.fail(f"must be between 0 and {incoming.MAX_AGE} years")
        return int(value)
    found = AGE.fullmatch(node.text().lower()) if isinstance(value, str) else None
    if found is None:
        node.fail('must be years such as 50, or words such as "22-month"')
    return int(found[1]) // PER_YEAR[(found[2] or "y")[0]]


def _notes(root: Node) -> tuple[IncomingNote, ...]:
    if not root["text"]:
        return tuple(_note(item) for item in root["notes"].each())
    if root["notes"]:
        root["text"].fail("send either text or notes, not both")
    return (IncomingNote(source_id="note", text=_note_text(root["text"])),)


def _note(node: Node) -> IncomingNote:
    if not isinstance(node.value, dict):
        node.fail("must be an object")
    return IncomingNote(
        source_id=node["id"].required_text(),
        text=_note_text(node["text"]),
        kind=node["kind"].text(),
        title=node["title"].text(),
        author=node["author"].text(),
        written_at=read_moment(node["written_at"]),
    )


def _note_text(node: Node) -> str:
    """Every character as sent, blanks at the ends too: offsets count from the sender's first."""
    if not node:
        node.fail("is required")
    text = incoming.normal_text(node.raw_text())
    incoming.check_note_text(text, field=node.path)
    return text


def _medication(node: Node) -> IncomingMedication:
    if isinstance(node.value, str):
        return IncomingMedication(name=node.required_text())
    return IncomingMedication(
        name=node["name"].required_text(),
        dose=node["dose"].text(),
        route=node["route"].text(),
        frequency=node["frequency"].text(),
        started_on=read_date(node["started_on"]),
    )


def _lab(node: Node) -> IncomingLab:
    return IncomingLab(
        name=node["name"].required_text(),
        value=_lab_value(node["value"]),
        unit=node["unit"].text(),
        reference=node["reference"].text(),
        flag=node["flag"].text().upper(),
        taken_at=read_moment(node["taken_at"]),
    )


def _lab_value(node: Node) -> str:
    """Numbers are kept as they were written: 7.40 stays 7.40."""
    if isinstance(node.value, int | Decimal) and not isinstance(node.value, bool):
        return str(node.value)
    return node.required_text()
