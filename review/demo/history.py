"""A past to report on: weeks of charts that simulated coders decided, planned without touching the database.

Everything here is marked as simulated when it is stored, and every screen that counts it says so.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from inference.engine import Engine
from inference.schema import ChartText, Evidence, LabFact, MedicationFact, NoteText, Outcome, Proposal, Setting
from review.demo.behavior import CODERS, Choice, Coder, Offer, decide
from review.demo.charts import Sample, years_before
from review.demo.people import Renamed, invented_name, rename
from review.intake.incoming import IncomingChart
from review.reports.weeks import hospital_zone, weeks_back

SOURCE = "demo-history"
WEEKS = 8
CHARTS_A_WEEK = (60, 80)
DAY_BEGINS, DAY_MINUTES = time(8, 10), 8 * 60
FIRST_MRN = 200_001


@dataclass(frozen=True, slots=True)
class Reading:
    """A sample chart, what the real engine proposed for it, and how long that took."""

    sample: Sample
    outcome: Outcome
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Past:
    """One simulated chart: what came in, what was proposed, who decided what, and when they sat down to it."""

    incoming: IncomingChart
    reading: Reading
    proposals: tuple[Proposal, ...]
    coder: Coder
    choices: tuple[Choice, ...]
    started_at: datetime

    @property
    def coding_date(self) -> date:
        return self.incoming.discharged_on or self.started_at.date()


def read(sample: Sample, engine: Engine, today: date) -> Reading:
    """Let the engine propose codes for a sample chart."""
    started = datetime.now(UTC)
    outcome = engine.propose(chart_text(sample.incoming(today)))
    return Reading(sample, outcome, int((datetime.now(UTC) - started).total_seconds() * 1000))


def chart_text(chart: IncomingChart) -> ChartText:
    """What the engine may see of a chart that has not been stored; a note's key is its source's."""
    inpatient = chart.patient_class == "inpatient"
    return ChartText(
        notes=tuple(NoteText(note.source_id, note.text, note.kind) for note in chart.notes),
        setting=Setting.INPATIENT if inpatient else Setting.OUTPATIENT,
        sex=chart.patient.sex,
        age=chart.age,
        date_of_service=chart.discharged_on,
        medications=tuple(MedicationFact(each.name, each.dose) for each in chart.medications),
        labs=tuple(LabFact(each.name, each.value, each.unit, each.flag) for each in chart.labs),
    )


def past_weeks(this_week: date) -> list[date]:
    """The Mondays of the simulated weeks, oldest first; the week under way is left to real people."""
    return weeks_back(this_week - timedelta(days=7), WEEKS)


class Historian:
    """Plans one week after the other. The same seed plans the same past."""

    def __init__(
        self, readings: Sequence[Reading], engine: Engine, seed: int, charts_a_week: tuple[int, int] = CHARTS_A_WEEK
    ) -> None:
        self.readings = readings
        self.engine = engine
        self.charts_a_week = charts_a_week
        self.rng = random.Random(seed)
        self.next_mrn = FIRST_MRN

    def week(self, monday: date, place: int) -> list[Past]:
        """The charts of one week in the order in which they were begun. `place` 0 is the oldest week."""
        count = self.rng.randint(*self.charts_a_week)
        drawn = [*self.readings, *self.rng.choices(self.readings, k=count)][:count]
        self.rng.shuffle(drawn)
        seats = list(self._seats(monday, count))
        return [
            self._chart(reading, coder, at, place)
            for reading, (at, coder) in zip(drawn, sorted_by_time(seats), strict=True)
        ]

    def _seats(self, monday: date, count: int) -> Iterator[tuple[datetime, Coder]]:
        """When which coder begins a chart: working days, working hours, one chart at a time."""
        shares: dict[tuple[int, int], int] = {}
        for _ in range(count):
            key = (self.rng.randrange(5), self.rng.randrange(len(CODERS)))
            shares[key] = shares.get(key, 0) + 1
        for (day, coder), charts in shares.items():
            length = DAY_MINUTES / charts
            for nth in range(charts):
                minutes = nth * length + self.rng.uniform(0, max(0.0, length - 30))
                begins = datetime.combine(monday + timedelta(days=day), DAY_BEGINS, hospital_zone())
                yield (begins + timedelta(minutes=minutes)).astimezone(UTC), CODERS[coder]

    def _chart(self, reading: Reading, coder: Coder, at: datetime, place: int) -> Past:
        incoming, renamed = self._clone(reading.sample, at)
        proposals = tuple(
            replace(item, evidence=tuple(_moved(span, renamed) for span in item.evidence))
            for item in self._noise(reading, place)
        )
        offers = [Offer(item.code, item.confidence, item.band) for item in proposals]
        choices = tuple(decide(offers, reading.sample.gold, coder, self.rng))
        return Past(incoming, reading, proposals, coder, choices, at)

    def _noise(self, reading: Reading, place: int) -> list[Proposal]:
        """The engine's proposals, a little different for every patient, and a little worse in older weeks."""
        age = (WEEKS - 1 - place) / (WEEKS - 1)
        kept = []
        for item in reading.outcome.proposals:
            right = item.code in reading.sample.gold
            lost = 0.02 + 0.10 * age if right else 0.14 - 0.10 * age
            if self.rng.random() >= lost:
                confidence = min(0.995, max(0.01, item.confidence + self.rng.gauss(0, 0.015)))
                kept.append(replace(item, confidence=confidence, band=self.engine.calibrated.band(confidence)))
        return sorted(kept, key=lambda item: (-item.confidence, item.code))

    def _clone(self, sample: Sample, at: datetime) -> tuple[IncomingChart, dict[str, Renamed]]:
        """The sample as the chart of another, invented patient, who left one to four days before."""
        left = at.astimezone(hospital_zone()).date() - timedelta(days=self.rng.randint(1, 4))
        chart = sample.incoming(left - timedelta(days=sample.last_day))
        name = invented_name(self.rng, chart.patient.sex)
        renamed = {note.source_id: rename(note.text, chart.patient.name, name) for note in chart.notes}
        number = self.next_mrn
        self.next_mrn += 1
        birthday_was = (chart.admitted_on or left) - timedelta(days=self.rng.randint(1, 360) if chart.age else 150)
        patient = replace(
            chart.patient, mrn=f"DEMO-{number}", name=name, birth_date=years_before(birthday_was, chart.age or 0)
        )
        clone = replace(
            chart,
            source=SOURCE,
            source_id=f"{sample.key}-{number}",
            patient=patient,
            account=f"ACCT-{number}",
            notes=tuple(replace(note, text=renamed[note.source_id].text) for note in chart.notes),
            simulated=True,
        )
        return clone, renamed


def sorted_by_time(seats: list[tuple[datetime, Coder]]) -> list[tuple[datetime, Coder]]:
    return sorted(seats, key=lambda seat: (seat[0], seat[1].username))


def _moved(span: Evidence, renamed: dict[str, Renamed]) -> Evidence:
    note = renamed[span.note]
    begin, end = note.place(span.begin), note.place(span.end)
    return Evidence(span.note, begin, end, note.text[begin:end])
