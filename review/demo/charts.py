"""The sample charts: one TOML file each, with dates relative to the day on which they are read.

`gold` is what a careful coder would assign. It serves the simulated past and evaluations; nothing
on the way from a chart to its suggestions reads it.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from medcode.codebook.snapshot import undotted
from review.intake.incoming import IncomingChart, IncomingLab, IncomingMedication, IncomingNote, IncomingPatient
from review.reports.weeks import hospital_zone

FOLDER = Path(__file__).parent / "charts"
SOURCE = "demo"
PLACEHOLDER = re.compile(r"\{day:(-?\d+)\}")


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample chart as its file writes it. `gold` holds stored forms, the principal diagnosis first."""

    key: str
    gold: tuple[str, ...]
    content: dict[str, Any]

    @property
    def specialty(self) -> str:
        return str(self.content["specialty"])

    @property
    def last_day(self) -> int:
        """The day of discharge, counted from today."""
        return int(self.content["discharge_day"])

    def incoming(self, today: date) -> IncomingChart:
        """The chart as an interface would send it if "day 0" were `today`."""
        content = self.content
        admitted = _day(today, content["admit_day"])
        return IncomingChart(
            source=SOURCE,
            source_id=self.key,
            patient=_patient(content, admitted),
            account=content["mrn"].replace("DEMO", "ACCT"),
            patient_class=content["patient_class"],
            specialty=content["specialty"],
            facility=content["facility"],
            payer=content["payer"],
            attending=content["attending"],
            disposition=content.get("disposition", ""),
            age=content["age"],
            admitted_on=admitted,
            discharged_on=_day(today, content["discharge_day"]),
            notes=tuple(_note(each, today) for each in content["notes"]),
            medications=tuple(_medication(each, today) for each in content.get("medications", ())),
            labs=tuple(_lab(each, today) for each in content.get("labs", ())),
        )


def load(folder: Path = FOLDER) -> list[Sample]:
    """All sample charts, in the order of their names."""
    return [_sample(file) for file in sorted(folder.glob("*.toml"))]


def _sample(file: Path) -> Sample:
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    return Sample(content["id"], tuple(undotted(code) for code in content["gold"]), content)


def _patient(content: dict[str, Any], admitted: date) -> IncomingPatient:
    # The last digits of the number spread the birthdays over the year; the same file, the same birthday.
    days_after_birthday = int(content["mrn"][-3:]) % 300 + 20 if content["age"] else 150
    year_of_birthday = admitted - timedelta(days=days_after_birthday)
    return IncomingPatient(
        mrn=content["mrn"],
        name=content["name"],
        sex=content["sex"],
        birth_date=years_before(year_of_birthday, content["age"]),
    )


def years_before(day: date, years: int) -> date:
    """The same day that many years earlier; February 29 becomes 28."""
    if (day.month, day.day) == (2, 29):
        day -= timedelta(days=1)
    return day.replace(year=day.year - years)


def _note(note: dict[str, Any], today: date) -> IncomingNote:
    return IncomingNote(
        source_id=note["id"],
        kind=note["kind"],
        title=note["title"],
        author=note["author"],
        written_at=_moment(note, today),
        text=PLACEHOLDER.sub(lambda match: f"{_day(today, int(match[1])):%m/%d/%Y}", note["text"]),
    )


def _medication(medication: dict[str, Any], today: date) -> IncomingMedication:
    start = medication.get("start_day")
    return IncomingMedication(
        name=medication["name"],
        dose=medication.get("dose", ""),
        route=medication.get("route", ""),
        frequency=medication.get("frequency", ""),
        started_on=None if start is None else _day(today, start),
    )


def _lab(lab: dict[str, Any], today: date) -> IncomingLab:
    return IncomingLab(
        name=lab["name"],
        value=str(lab["value"]),
        unit=lab.get("unit", ""),
        reference=lab.get("reference", ""),
        flag=lab.get("flag", ""),
        taken_at=_moment(lab, today),
    )


def _day(today: date, offset: int) -> date:
    return today + timedelta(days=offset)


def _moment(item: dict[str, Any], today: date) -> datetime:
    """Day and wall-clock time of a document or a result, in UTC."""
    at = time.fromisoformat(item.get("time", "12:00"))
    return datetime.combine(_day(today, item["day"]), at, hospital_zone()).astimezone(UTC)
