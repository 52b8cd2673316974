"""Objects for tests, made the way the product makes them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from review.actions import accounts, receiving, suggesting
from review.intake.incoming import IncomingChart, IncomingNote, IncomingPatient
from review.models import Chart, Role, Suggestion, User

_numbers = count(1)

NOTE = """CHIEF COMPLAINT
Follow-up of diabetes.

HISTORY OF PRESENT ILLNESS
Mrs. Example is a 64-year-old woman with type 2 diabetes mellitus and hypertension. She denies chest pain.
Her mother had breast cancer.

ASSESSMENT AND PLAN
1. Type 2 diabetes mellitus with diabetic neuropathy. Continue metformin.
2. Hypertension. Continue lisinopril.
3. Gastroesophageal reflux disease. Continue omeprazole.
"""


def user(role: Role = Role.CODER, username: str = "") -> User:
    """An account with the password "secret"."""
    name = username or f"{role}-{next(_numbers)}"
    return accounts.create_user(name, role=role, password="secret", full_name=f"Test {role.label}", by=None)


def incoming(text: str = NOTE, **changes: Any) -> IncomingChart:
    """A valid outpatient chart of one note, as an interface would send it."""
    number = next(_numbers)
    chart = IncomingChart(
        source="tests",
        source_id=f"encounter-{number}",
        patient=IncomingPatient(mrn=f"T-{number}", name="Example, Mary", sex="F", birth_date=date(1962, 5, 4)),
        patient_class="outpatient",
        specialty="Family Medicine",
        age=64,
        admitted_on=date(2026, 6, 1),
        discharged_on=date(2026, 6, 1),
        notes=(
            IncomingNote(
                source_id="note-1",
                kind="Office visit",
                title="Office visit",
                author="Dr. Test",
                written_at=datetime(2026, 6, 1, 10, 0, tzinfo=UTC),
                text=text,
            ),
        ),
    )
    return replace(chart, **changes)


def received(text: str = NOTE, **changes: Any) -> Chart:
    """A chart that came in and waits for suggestions."""
    return receiving.receive(incoming(text, **changes), by=None).chart


def ready(text: str = NOTE, **changes: Any) -> Chart:
    """A chart with the built-in coder's suggestions."""
    chart = received(text, **changes)
    assert suggesting.run(chart.pk)
    chart.refresh_from_db()
    return chart


@dataclass
class World:
    """One account per role and two charts that are ready to code."""

    users: dict[str, User] = field(default_factory=dict)
    outpatient: Chart = field(default_factory=Chart)
    inpatient: Chart = field(default_factory=Chart)

    @property
    def coder(self) -> User:
        return self.users[Role.CODER]

    @property
    def admin(self) -> User:
        return self.users[Role.ADMIN]

    @property
    def suggestion(self) -> Suggestion:
        """The best suggestion of the outpatient chart."""
        return self.outpatient.suggestions.order_by("rank")[0]


def make_world() -> World:
    users: dict[str, User] = {role: user(role, username=str(role)) for role in Role}
    outpatient = ready()
    inpatient = ready(
        patient_class="inpatient", specialty="General Medicine", discharged_on=date(2026, 6, 4), source_id="stay-1"
    )
    return World(users, outpatient, inpatient)
