"""Charts come in once, and are amended until they are final."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from medcode.codebook.models import Release
from review.actions import deciding, finalizing, receiving, suggesting
from review.actions.errors import ConflictError, InvalidInputError, NotAllowedError
from review.intake.incoming import IncomingChart, IncomingLab, IncomingMedication, IncomingNote, IncomingPatient
from review.models import AuditEvent, Chart, Encounter, Note, Patient, Role, Suggestion
from tests.factories import World, incoming, user

pytestmark = pytest.mark.django_db

NOTE = IncomingNote(source_id="note-2", text="ASSESSMENT: Gout of the left foot.", kind="Addendum")


def receive(chart: IncomingChart) -> receiving.Received:
    return receiving.receive(chart, by=None)


def with_text(chart: IncomingChart, text: str, written_at: datetime | None = None) -> IncomingChart:
    """The same chart with another text in its only note."""
    note = replace(chart.notes[0], text=text)
    return replace(chart, notes=(replace(note, written_at=written_at) if written_at else note,))


def final_chart(world: World) -> tuple[Chart, IncomingChart]:
    """A FINAL chart, and what was sent for it."""
    sent = incoming()
    chart = receive(sent).chart
    assert suggesting.run(chart.pk)
    chart.refresh_from_db()
    for suggestion in chart.suggestions.all():
        deciding.accept(suggestion, by=world.coder)
    chart.refresh_from_db()
    finalizing.finalize(chart, by=world.coder, version=chart.version)
    return chart, sent


def test_a_new_chart_waits_for_suggestions_with_everything_that_was_sent() -> None:
    sent = incoming(
        medications=(IncomingMedication(name="Metformin", dose="500 mg"),),
        labs=(IncomingLab(name="HbA1c", value="8.1", unit="%", flag="H"),),
        payer="Medicare",
    )
    received = receive(sent)
    chart = Chart.objects.select_related("encounter__patient").get()
    assert received.outcome == "created"
    assert chart.status == Chart.Status.RECEIVED
    assert chart.encounter.patient.name == "Example, Mary"
    assert (chart.encounter.payer, chart.specialty) == ("Medicare", "Family Medicine")
    assert [note.text for note in chart.notes.all()] == [sent.notes[0].text]
    assert [each.name for each in chart.medications.all()] == ["Metformin"]
    assert [(each.value, each.flag) for each in chart.labs.all()] == [("8.1", "H")]


def test_the_same_again_changes_nothing() -> None:
    sent = incoming(labs=(IncomingLab(name="K", value="3.1", taken_at=datetime(2026, 6, 1, tzinfo=UTC)),))
    first = receive(sent).chart
    again = receive(sent)
    assert again.outcome == "unchanged"
    assert again.chart.version == first.version
    assert Chart.objects.count() == Note.objects.count() == Patient.objects.count() == 1
    assert AuditEvent.objects.filter(chart=first).count() == 1


def test_the_same_number_at_another_source_is_another_chart() -> None:
    sent = incoming()
    receive(sent)
    assert receive(replace(sent, source="elsewhere")).created
    assert Patient.objects.count() == 2


@pytest.mark.parametrize(
    ("admitted", "discharged", "written", "expected"),
    [
        (date(2026, 6, 1), date(2026, 6, 4), None, date(2026, 6, 4)),
        (date(2026, 6, 1), None, None, date(2026, 6, 1)),
        (None, None, datetime(2026, 6, 2, 10, tzinfo=UTC), date(2026, 6, 2)),
    ],
)
def test_the_coding_date_is_the_discharge_else_the_admission_else_the_latest_note(
    admitted: date | None, discharged: date | None, written: datetime | None, expected: date
) -> None:
    note = IncomingNote(source_id="n", text="Cough.", written_at=written)
    chart = receive(incoming(admitted_on=admitted, discharged_on=discharged, notes=(note,))).chart
    assert (chart.coding_date, chart.coding_date_assumed) == (expected, False)
    assert chart.release == Release.objects.get(code_system="ICD-10-CM")


def test_without_any_date_today_is_assumed_and_marked() -> None:
    note = IncomingNote(source_id="n", text="Cough.")
    chart = receive(incoming(admitted_on=None, discharged_on=None, notes=(note,))).chart
    assert (chart.coding_date, chart.coding_date_assumed) == (timezone.localdate(), True)


def test_a_date_outside_every_release_is_marked() -> None:
    day = date(2001, 1, 2)
    assert receive(incoming(admitted_on=day, discharged_on=day, age=38)).chart.release_is_stand_in


def test_the_age_follows_from_the_date_of_birth() -> None:
    assert receive(incoming(age=None)).chart.encounter.age == 64


def test_a_changed_note_is_a_new_version_and_the_chart_waits_again() -> None:
    sent = incoming()
    chart = receive(sent).chart
    suggesting.run(chart.pk)
    amended = receive(with_text(sent, "ASSESSMENT: Gout."))
    assert (amended.outcome, amended.chart.status) == ("amended", Chart.Status.RECEIVED)
    old, new = Note.objects.order_by("version")
    assert old.superseded_at is not None
    assert (new.version, new.text, new.position, new.superseded_at) == (2, "ASSESSMENT: Gout.", old.position, None)
    suggesting.run(chart.pk)
    codes = chart.suggestions.exclude(state=Suggestion.State.WITHDRAWN).values_list("code", flat=True)
    assert "E1140" not in codes


def test_a_further_note_joins_the_others_and_those_not_sent_stay() -> None:
    sent = incoming()
    receive(sent)
    amended = receive(replace(sent, notes=(NOTE,)))
    assert amended.outcome == "amended"
    assert list(amended.chart.notes.filter(superseded_at=None).values_list("source_id", flat=True)) == [
        "note-1",
        "note-2",
    ]


def test_what_a_coder_decided_survives_an_amendment(world: World) -> None:
    sent = incoming()
    chart = receive(sent).chart
    suggesting.run(chart.pk)
    deciding.accept(chart.suggestions.get(code="E1140"), by=world.coder)
    receive(replace(sent, notes=(NOTE,)))
    suggesting.run(chart.pk)
    assert chart.assigned_codes.filter(code="E1140").exists()
    assert chart.decisions.count() == 1


def test_an_amendment_takes_the_work_away_from_a_worker_that_has_begun() -> None:
    sent = incoming()
    chart = receive(sent).chart
    assert suggesting.claim(Chart.objects.filter(pk=chart.pk), limit=1, lease=timedelta(minutes=1))
    amended = receive(replace(sent, notes=(NOTE,))).chart
    assert amended.status == Chart.Status.RECEIVED
    assert amended.suggest_lease is None


def test_a_discharge_that_is_told_later_moves_the_coding_date() -> None:
    sent = incoming(discharged_on=None, patient_class="inpatient")
    receive(sent)
    amended = receive(replace(sent, discharged_on=date(2026, 6, 9)))
    assert amended.outcome == "amended"
    assert amended.chart.coding_date == date(2026, 6, 9)


def test_what_is_not_said_is_not_deleted() -> None:
    sent = incoming(payer="Medicare", medications=(IncomingMedication(name="Aspirin"),))
    receive(sent)
    bare = IncomingChart(source=sent.source, source_id=sent.source_id, notes=sent.notes)
    assert receive(bare).outcome == "unchanged"
    assert Encounter.objects.get().payer == "Medicare"
    assert Chart.objects.get().medications.count() == 1


def test_other_medications_replace_the_earlier_ones() -> None:
    sent = incoming(medications=(IncomingMedication(name="Aspirin"), IncomingMedication(name="Metformin")))
    receive(sent)
    amended = receive(replace(sent, medications=(IncomingMedication(name="Insulin"),)))
    assert [each.name for each in amended.chart.medications.all()] == ["Insulin"]


def test_a_withdrawn_note_is_superseded_and_a_return_is_a_further_version() -> None:
    sent = incoming()
    receive(replace(sent, notes=(*sent.notes, NOTE)))
    gone = receive(replace(sent, retracted=("note-2",)))
    assert gone.outcome == "amended"
    assert list(gone.chart.notes.filter(superseded_at=None).values_list("source_id", flat=True)) == ["note-1"]
    receive(replace(sent, notes=(NOTE,)))
    assert gone.chart.notes.get(source_id="note-2", superseded_at=None).version == 2


def test_nothing_but_a_withdrawal_makes_no_chart() -> None:
    sent = incoming(notes=(), retracted=("note-1",))
    with pytest.raises(InvalidInputError, match="notes: at least one note"):
        receive(sent)
    assert receiving.receive_all([sent], by=None) == [None]
    assert not Encounter.objects.exists()


def test_an_older_state_of_a_note_never_replaces_a_newer_one() -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    sent = with_text(incoming(), "The corrected text.", now)
    receive(sent)
    late = receive(with_text(sent, "The first text.", now - timedelta(hours=1)))
    assert (late.outcome, late.older) == ("unchanged", ("note-1",))
    assert Note.objects.get(superseded_at=None).text == "The corrected text."


def test_a_final_chart_refuses_changes_and_takes_repetitions(world: World) -> None:
    chart, sent = final_chart(world)
    assert receive(sent).outcome == "unchanged"
    with pytest.raises(ConflictError, match="is final"):
        receive(with_text(sent, "Other."))
    chart.refresh_from_db()
    assert chart.status == Chart.Status.FINAL
    assert chart.notes.count() == 1


def test_a_corrected_name_reaches_a_final_charts_patient(world: World) -> None:
    _, sent = final_chart(world)
    received = receive(replace(sent, patient=replace(sent.patient, name="Example, Maria")))
    assert received.outcome == "unchanged"
    assert Patient.objects.filter(name="Example, Maria").exists()
    fields = AuditEvent.objects.get(event="patient.updated").detail
    assert fields["fields"] == ["name"]
    assert "Maria" not in str(fields)


def test_another_patients_content_is_refused() -> None:
    sent = incoming()
    receive(sent)
    with pytest.raises(ConflictError, match="another patient"):
        receive(replace(sent, patient=IncomingPatient(mrn="someone-else")))
    assert Patient.objects.count() == 1


def test_a_patient_known_by_a_reference_gets_the_real_number_later() -> None:
    sent = incoming(patient=IncomingPatient(reference="p9"))
    receive(sent)
    received = receive(replace(sent, patient=IncomingPatient(mrn="MRN-9", reference="p9", name="Roe, Ann")))
    encounter = Encounter.objects.select_related("patient").get()
    assert (encounter.patient.mrn, encounter.patient.name) == ("MRN-9", "Roe, Ann")
    assert AuditEvent.objects.filter(event="chart.patient_identified", chart=received.chart).exists()


def test_one_bad_chart_of_several_stores_none() -> None:
    with pytest.raises(InvalidInputError, match="notes"):
        receiving.receive_all([incoming(), incoming(notes=())], by=None)
    assert not Chart.objects.exists()
    assert not Patient.objects.exists()


def test_the_same_chart_twice_at_once_is_refused() -> None:
    sent = incoming()
    with pytest.raises(InvalidInputError, match="twice"):
        receiving.receive_all([sent, sent], by=None)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.CDI_SPECIALIST])
def test_the_wrong_role_is_refused(role: Role) -> None:
    with pytest.raises(NotAllowedError):
        receiving.receive(incoming(), by=user(role))
    assert not Chart.objects.exists()


def test_the_audit_row_says_who_and_nothing_about_the_patient() -> None:
    sender = user(Role.INTEGRATION)
    sent = incoming()
    receiving.receive(sent, by=sender)
    event = AuditEvent.objects.get(event="chart.received")
    assert event.actor == sender
    assert event.detail == {"source": "tests", "notes": 1}


def test_a_chart_comes_in_before_any_release_is_loaded() -> None:
    Release.objects.filter(code_system="ICD-10-CM").update(code_system="CPT")
    chart = receive(incoming()).chart
    assert chart.release is None


def test_the_number_of_queries_does_not_grow_with_the_notes(django_assert_max_num_queries: object) -> None:
    notes = tuple(IncomingNote(source_id=str(number), text="Cough.") for number in range(100))
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        receive(incoming(notes=notes))
    assert Note.objects.count() == 100
