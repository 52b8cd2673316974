"""A chart as one JSON object: the REST body and a line of a file."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.actions.errors import InvalidInputError
from review.api.serializers import SentChartSerializer
from review.intake import chart_json, strictjson
from review.intake.chart_json import ReadChart
from review.intake.incoming import MAX_NOTE_CHARACTERS, MAX_NOTES

NOTE: dict[str, Any] = {"id": "n1", "text": "ASSESSMENT: Hypertension.", "kind": "Office visit"}
FULL: dict[str, Any] = {
    "id": "E-1",
    "source": "epic",
    "patient": {"mrn": "77", "name": "Doe, Jane", "sex": "female", "birth_date": "1962-05-04"},
    "account": "A-1",
    "patient_class": "inpatient",
    "specialty": "Cardiology",
    "facility": "North",
    "payer": "Medicare",
    "attending": "Dr. A",
    "disposition": "Home",
    "age": 64,
    "admitted_on": "2026-06-01",
    "discharged_on": "2026-06-04",
    "notes": [NOTE, {"id": "n2", "text": "Second.", "written_at": "2026-06-02T10:00:00Z"}],
    "medications": ["Aspirin", {"name": "Metformin", "dose": "500 mg", "started_on": "2026-06-01"}],
    "labs": [{"name": "pH", "value": 7.40, "unit": "", "flag": "h", "taken_at": "2026-06-01"}],
}


def read(value: Any) -> ReadChart:
    return chart_json.read(strictjson.loads(json.dumps(value)), source="tests")


def changed(path: str, value: Any) -> dict[str, Any]:
    """FULL with one value replaced, named as `notes.0.text`."""
    copy: Any = json.loads(json.dumps(FULL))
    *parents, last = path.split(".")
    holder = copy
    for name in parents:
        holder = holder[int(name) if name.isdigit() else name]
    holder[int(last) if last.isdigit() else last] = value
    return dict(copy)


def test_every_field_arrives() -> None:
    chart = read(FULL).chart
    assert (chart.source, chart.source_id, chart.patient_class) == ("epic", "E-1", "inpatient")
    assert (chart.patient.mrn, chart.patient.sex, chart.patient.birth_date) == ("77", "F", date(1962, 5, 4))
    assert (chart.age, chart.admitted_on, chart.discharged_on) == (64, date(2026, 6, 1), date(2026, 6, 4))
    assert [note.source_id for note in chart.notes] == ["n1", "n2"]
    assert [item.name for item in chart.medications] == ["Aspirin", "Metformin"]
    assert (chart.labs[0].value, chart.labs[0].flag) == ("7.4", "H")


def test_id_and_text_are_enough() -> None:
    chart = read({"id": "x", "text": "Cough."}).chart
    assert chart.source == "tests"
    assert [note.text for note in chart.notes] == ["Cough."]


def test_the_patients_fields_may_stand_on_the_chart_itself() -> None:
    chart = read({"id": "x", "text": "Cough.", "mrn": "5", "sex": "male ", "birth_date": "1980-01-02"}).chart
    assert (chart.patient.mrn, chart.patient.sex) == ("5", "M")


@pytest.mark.parametrize(
    ("written", "years"),
    [(50, 50), ("50", 50), ("45.0", 45), (45.0, 45), ("22-month", 1), ("3 weeks old", 0), ("", None), (None, None)],
)
def test_ages_are_read_as_people_write_them(written: object, years: int | None) -> None:
    assert read({"id": "x", "text": "Cough.", "age": written}).chart.age == years


def test_line_ends_become_line_feeds_and_nothing_else_changes() -> None:
    chart = read({"id": "x", "text": "  one\r\ntwo\rthree \u202e\u200b\n"}).chart
    assert chart.notes[0].text == "  one\ntwo\nthree \u202e\u200b\n"


def test_fields_without_a_meaning_are_named() -> None:
    assert read({"id": "x", "text": "Cough.", "chief_complaint": "cough"}).unread == ("'chief_complaint'",)


@pytest.mark.parametrize(
    ("path", "value", "field", "reason"),
    [
        ("id", "", "id", "must not be empty"),
        ("id", 5, "id", "must be a string"),
        ("id", None, "id", "is required"),
        ("id", "x" * 201, "source_id", "is longer than 200 characters"),
        ("source", "x" * 61, "source", "is longer than 60 characters"),
        ("account", "a\nb", "account", "contains a control character"),
        ("patient", [], "patient", "must be an object"),
        ("patient.sex", "banana", "patient.sex", "must be F, M, U"),
        ("patient.birth_date", "2999-01-01", "patient.birth_date", "must be between"),
        ("patient.birth_date", "2026-06-02", "admitted_on", "is before the date of birth"),
        ("patient.name", "x" * 201, "patient.name", "is longer than 200 characters"),
        ("patient_class", "hotel", "patient_class", "must be one of inpatient"),
        ("age", -1, "age", "must be between 0 and 130"),
        ("age", 131, "age", "must be between 0 and 130"),
        ("age", "200", "age", "must be between 0 and 130"),
        ("age", True, "age", "must be years"),
        ("age", [1], "age", "must be years"),
        ("age", "old", "age", "must be years"),
        ("admitted_on", "2026-02-30", "admitted_on", "not a date of the calendar"),
        ("admitted_on", "1700-01-01", "admitted_on", "must be between"),
        ("admitted_on", 20260101, "admitted_on", "must be a string"),
        ("discharged_on", "2026-05-31", "discharged_on", "is before the admission"),
        ("notes", [], "notes", "at least one note"),
        ("notes", "text", "notes", "must be an array"),
        ("notes", [5], "notes[0]", "must be an object"),
        ("notes", [{**NOTE, "id": str(i)} for i in range(MAX_NOTES + 1)], "notes", "at most 200 notes"),
        ("notes.1.id", "n1", "notes[1].source_id", "names the same note twice"),
        ("notes.1.id", " ", "notes[1].id", "must not be empty"),
        ("notes.1.text", " \n", "notes[1].text", "is empty"),
        ("notes.1.text", None, "notes[1].text", "is required"),
        ("notes.1.text", {"a": 1}, "notes[1].text", "must be a string"),
        ("notes.1.text", "x" * (MAX_NOTE_CHARACTERS + 1), "notes[1].text", "is longer than 2,000,000 characters"),
        ("notes.1.written_at", "noon", "notes[1].written_at", "must be a date and time"),
        ("notes.1.written_at", "9999-12-31T23:59:59-14:00", "notes[1].written_at", "must be between"),
        ("medications.1.name", "", "medications[1].name", "must not be empty"),
        ("medications.0", 7, "medications[0]", "must be an object"),
        ("labs.0.value", None, "labs[0].value", "is required"),
        ("labs.0.value", False, "labs[0].value", "must be a string"),
        ("labs.0.flag", "HIGHER", "labs[0].flag", "is longer than 4 characters"),
        ("text", "x", "text", "either text or notes"),
        ("retracted", ["n1"], "notes[0].source_id", "names the same note twice"),
    ],
)
def test_what_is_wrong_is_refused_by_field_and_reason(path: str, value: object, field: str, reason: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read(changed(path, value))
    assert refused.value.field == field
    assert reason in refused.value.reason


@pytest.mark.parametrize("value", [None, 5, "x", [], [{}]])
def test_only_an_object_is_a_chart(value: object) -> None:
    with pytest.raises(InvalidInputError):
        read(value)


def test_the_documented_fields_are_the_fields_that_are_read() -> None:
    documented = set(SentChartSerializer().fields)
    assert documented | chart_json.PATIENT_FIELDS == chart_json.KNOWN


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)  # a busy machine is no failure
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(sorted(chart_json.KNOWN), json_values)))
def test_any_json_is_a_chart_or_a_refusal_with_a_reason(value: dict[str, Any]) -> None:
    try:
        chart = read(value).chart
    except InvalidInputError as refused:
        assert refused.reason
    else:
        assert chart.source_id
        assert chart.notes or chart.retracted
