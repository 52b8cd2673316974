"""FHIR R4 as charts, without a database."""

from __future__ import annotations

import base64
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.actions.errors import InvalidInputError
from review.intake import fhir, strictjson
from review.intake.fhir_bundle import MAX_ENTRIES

VISITS = Path(__file__).parents[2] / "data" / "visits.fhir.json"


def bundle() -> Any:
    return json.loads(VISITS.read_text(encoding="utf-8"))


def read(value: Any) -> fhir.Reading:
    return fhir.read(strictjson.loads(json.dumps(value)))


def resources(value: Any, kind: str) -> list[Any]:
    return [entry["resource"] for entry in value["entry"] if entry["resource"]["resourceType"] == kind]


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def document(**changes: Any) -> dict[str, Any]:
    return {
        "resourceType": "DocumentReference",
        "id": "d1",
        "status": "current",
        "subject": {"reference": "Patient/p1"},
        "content": [{"attachment": {"contentType": "text/plain", "data": encoded("ASSESSMENT: Gout.")}}],
        **changes,
    }


def attachment(**values: Any) -> dict[str, Any]:
    return document(content=[{"attachment": values}])


def left_out(reading: fhir.Reading) -> dict[str, str]:
    return {f"{item.kind} {item.reason}": ",".join(item.entries) for item in reading.skipped}


def test_a_chart_for_each_encounter_with_a_document() -> None:
    reading = read(bundle())
    assert [chart.source_id[-2:] for chart in reading.charts] == ["01", "02"]
    visit, stay = reading.charts
    assert (visit.patient_class, stay.patient_class) == ("outpatient", "inpatient")
    assert (visit.specialty, stay.specialty) == ("Family Medicine", "General Medicine")
    assert (visit.payer, visit.facility, visit.attending) == (
        "Lakeside Health Plan",
        "Lakeside Clinic",
        "Dr. Amara Okoye",
    )
    assert (stay.admitted_on, stay.discharged_on, stay.disposition) == (date(2026, 6, 20), date(2026, 6, 24), "Home")


def test_the_patient_has_the_mrn_and_never_the_social_security_number() -> None:
    patient = read(bundle()).charts[0].patient
    assert (patient.mrn, patient.name, patient.sex) == ("MRN-7001", "Delgado, Rosa M", "F")
    assert patient.birth_date == date(1965, 2, 11)


def test_medications_and_laboratory_results_belong_to_their_encounter() -> None:
    visit, stay = read(bundle()).charts
    assert [(each.name, each.dose, each.route, each.frequency) for each in visit.medications] == [
        ("Metformin 500 mg tablet", "500 mg", "oral", "twice a day")
    ]
    assert [each.name for each in stay.medications] == ["Ceftriaxone 1 g"]
    assert [(each.name, each.value, each.unit, each.flag, each.reference) for each in visit.labs] == [
        ("Hemoglobin A1c", "8.1", "%", "H", "4.0-5.6")
    ]


def test_the_best_rendering_is_read_and_html_becomes_text() -> None:
    note = read(bundle()).charts[1].notes[0]
    assert note.text.startswith("Discharge Summary\n")
    assert "Discharge diagnosis: Pneumonia & hypokalemia." in note.text
    assert "alert" not in note.text
    assert (note.kind, note.title, note.author) == ("Discharge summary", "Discharge summary", "Dr. Li Wen")


def test_codes_in_the_bundle_are_not_copied_and_what_is_left_out_is_said() -> None:
    out = left_out(read(bundle()))
    assert out["Condition codes are suggested from the documents, not copied"] == "entry[2]"
    assert out["Observation not a laboratory result"] == "entry[8]"
    assert out["Encounter no document with text belongs to this encounter"] == "entry[13]"
    assert out["DocumentReference the document is superseded or entered in error"] == "entry[4]"


def test_superseded_documents_are_withdrawn() -> None:
    visit = read(bundle()).charts[0]
    assert len(visit.notes) == 1
    assert visit.retracted == ("DocumentReference/30000000-0000-4000-8000-000000000003",)


def test_the_same_text_twice_is_one_note() -> None:
    value = bundle()
    resources(value, "DocumentReference")[0]["status"] = "current"
    reading = read(value)
    assert len(reading.charts[0].notes) == 1
    assert any("the same text as DiagnosticReport/" in item.reason for item in reading.skipped)


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_a_void_encounter_makes_no_chart(status: str) -> None:
    value = bundle()
    resources(value, "Encounter")[0]["status"] = status
    reading = read(value)
    assert len(reading.charts) == 1
    assert any("cancelled or entered in error" in item.reason for item in reading.skipped)


def test_a_document_alone_is_a_chart_of_its_encounter() -> None:
    chart = read(document(context={"encounter": [{"reference": "Encounter/e9"}]})).charts[0]
    assert (chart.source_id, chart.patient.mrn, chart.patient.reference) == ("e9", "", "p1")


def test_a_document_without_an_encounter_is_a_chart_by_itself() -> None:
    assert read(document()).charts[0].source_id == "DocumentReference/d1"


def test_a_contained_encounter_is_known_inside_its_document_only() -> None:
    contained = {"resourceType": "Encounter", "id": "enc", "class": {"code": "IMP"}, "period": {"start": "2026-06-01"}}
    value = document(contained=[contained], context={"encounter": [{"reference": "#enc"}]})
    chart = read(value).charts[0]
    assert (chart.source_id, chart.patient_class, chart.admitted_on) == ("d1#enc", "inpatient", date(2026, 6, 1))


def test_text_that_was_not_encoded_is_taken_as_it_is() -> None:
    assert read(attachment(contentType="text/plain", data="Gout, left foot.")).charts[0].notes[0].text[:4] == "Gout"


def test_a_binary_of_the_bundle_is_followed() -> None:
    note = attachment(contentType="text/plain", url="Binary/b1")
    binary = {"resourceType": "Binary", "id": "b1", "contentType": "text/plain", "data": encoded("Gout.")}
    value = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": note}, {"resource": binary}]}
    assert read(value).charts[0].notes[0].text == "Gout."


def test_a_document_bundle_is_read_from_its_sections() -> None:
    composition = {
        "resourceType": "Composition",
        "id": "c1",
        "status": "final",
        "title": "Discharge summary",
        "subject": {"reference": "Patient/p1"},
        "section": [
            {"title": "Plan", "text": {"div": "<div>Rest.</div>"}, "section": [{"text": {"div": "<p>Fluids</p>"}}]}
        ],
    }
    value = {"resourceType": "Bundle", "type": "document", "entry": [{"resource": composition}]}
    assert read(value).charts[0].notes[0].text == "PLAN\nRest.\n\nFluids"


@pytest.mark.parametrize(
    ("value", "field", "reason"),
    [
        ({}, "resourceType", "is required"),
        ([], "", "must be an object"),
        ({"resourceType": "Bundle"}, "type", "is required"),
        ({"resourceType": "Bundle", "type": "history"}, "type", "must be one of collection"),
        ({"resourceType": "Bundle", "type": "collection", "entry": {}}, "entry", "must be an array"),
        ({"resourceType": "Bundle", "type": "collection", "entry": [5]}, "entry[0]", "must be an object"),
        ({"resourceType": "Bundle", "type": "collection", "entry": [{}]}, "entry[0].resource", "is required"),
        ({"resourceType": "patient"}, "resourceType", "is not a FHIR resource type"),
        ({"resourceType": "Patient", "id": "a b"}, "id", "must be letters"),
        ({"resourceType": "Patient", "id": "p"}, "resourceType", "by itself it is no chart"),
        (attachment(contentType="text/plain", data="####"), None, None),
        (attachment(contentType="text/plain", data="abcde"), "content[0].attachment.data", "not valid base64"),
        (attachment(contentType="text/plain", data="/w=="), "content[0].attachment.data", "not valid UTF-8"),
        (attachment(contentType="text/plain", data="YQBi"), "content[0].attachment.data", "NUL"),
        (attachment(contentType="text/plain", data=5), "content[0].attachment.data", "must be a string"),
        (
            attachment(contentType="text/plain; charset=klingon", data="YWJj"),
            "content[0].attachment.contentType",
            "charset",
        ),
        (attachment(contentType="application/pdf", data="YWJj"), "resourceType", "PDF document: not read yet"),
        (attachment(contentType="application/xml", data="YWJj"), "resourceType", "C-CDA or other XML"),
        (attachment(contentType="text/plain", url="https://x.example/1"), "resourceType", "behind a URL"),
        (attachment(contentType="text/plain"), "resourceType", "neither data nor url"),
        (document(subject={"reference": "Group/1"}), "subject.reference", "must be Patient/ID"),
        (document(subject={"reference": "urn:uuid:1"}), "subject.reference", "names nothing in this Bundle"),
        (document(subject=None), "subject", "is required"),
        (document(id=None), "id", "needs an id or an identifier"),
        (document(date="yesterday"), "date", "must be a date and time"),
    ],
)
def test_what_is_wrong_is_refused_by_path_and_reason(value: Any, field: str | None, reason: str | None) -> None:
    if field is None:
        assert read(value).charts
        return
    with pytest.raises(InvalidInputError) as refused:
        read(value)
    assert refused.value.field == field
    assert reason in refused.value.reason  # type: ignore[operator]


def test_another_patients_document_is_refused() -> None:
    value = bundle()
    stranger = {"resourceType": "Patient", "id": "p2", "gender": "male"}
    value["entry"].append({"fullUrl": "urn:uuid:p2", "resource": stranger})
    resources(value, "DiagnosticReport")[0]["subject"] = {"reference": "Patient/p2"}
    with pytest.raises(InvalidInputError, match=r"entry\[3\]\.resource\.subject: names another patient"):
        read(value)


def test_the_same_resource_twice_is_refused() -> None:
    value = bundle()
    value["entry"].append(value["entry"][3])
    with pytest.raises(InvalidInputError, match=r"entry\[14\]\.resource: the same resource as entry\[3\]"):
        read(value)


def test_a_reference_to_a_missing_entry_is_refused_by_its_path() -> None:
    value = bundle()
    resources(value, "DiagnosticReport")[0]["encounter"]["reference"] = "urn:uuid:nowhere"
    with pytest.raises(InvalidInputError) as refused:
        read(value)
    assert refused.value.field == "entry[3].resource.encounter.reference"


def test_references_in_a_circle_lead_nowhere() -> None:
    value = bundle()
    first, second, _ = resources(value, "Encounter")
    first["partOf"] = {"reference": f"Encounter/{second['id']}"}
    second["partOf"] = {"reference": f"Encounter/{first['id']}"}
    medication = resources(value, "Medication")[0]
    medication["ingredient"] = [{"itemReference": {"reference": f"Medication/{medication['id']}"}}]
    assert len(read(value).charts) == 2


def test_a_reference_to_the_wrong_kind_is_refused() -> None:
    value = bundle()
    report = resources(value, "DiagnosticReport")[0]
    report["encounter"] = report["subject"]
    with pytest.raises(InvalidInputError, match="must name Encounter, not Patient"):
        read(value)


def test_a_hundred_thousand_entries_are_refused() -> None:
    value = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": {"resourceType": "Basic"}}] * 100_000,
    }
    raw = json.dumps(value)
    with pytest.raises(InvalidInputError, match=f"at most {MAX_ENTRIES:,}"):
        fhir.read(strictjson.loads(raw))


def test_deletions_are_refused() -> None:
    entry = {"request": {"method": "DELETE", "url": "DocumentReference/1"}, "resource": document()}
    with pytest.raises(InvalidInputError, match="deletions are not taken"):
        read({"resourceType": "Bundle", "type": "transaction", "entry": [entry]})


def test_sections_without_end_are_refused() -> None:
    section: dict[str, Any] = {"text": {"div": "<p>x</p>"}}
    for _ in range(40):
        section = {"section": [section]}
    with pytest.raises(InvalidInputError, match="nested too deeply"):
        read({"resourceType": "Composition", "id": "c", "subject": {"reference": "Patient/p"}, "section": [section]})


junk: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=6) | st.just([]) | st.just({}) | st.just([{}])
)


@settings(deadline=None)  # a busy machine is no failure
@given(st.data())
def test_any_value_anywhere_is_a_chart_or_a_refusal(data: st.DataObject) -> None:
    """Every spot of a good Bundle in turn takes a value of some other type."""
    value = bundle()
    holder = data.draw(st.sampled_from(value["entry"]))["resource"]
    for _ in range(data.draw(st.integers(1, 5))):
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        if not isinstance(holder[key], dict | list) or data.draw(st.booleans()):
            holder[key] = data.draw(junk)
            break
        holder = holder[key]
    try:
        assert fhir.read(value).charts is not None
    except InvalidInputError as refused:
        assert refused.reason
