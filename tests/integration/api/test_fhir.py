"""`/api/v1/fhir/`: a Bundle in, charts out, all or nothing."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from review.models import Chart, LabResult, Medication, Note, Patient
from tests.integration.api.conftest import Send

pytestmark = pytest.mark.django_db

FHIR = "/api/v1/fhir/"
VISITS = Path(__file__).parents[2] / "data" / "visits.fhir.json"


def bundle() -> Any:
    return json.loads(VISITS.read_text(encoding="utf-8"))


def document(text: str, **changes: Any) -> dict[str, Any]:
    data = base64.b64encode(text.encode()).decode()
    return {
        "resourceType": "DocumentReference",
        "id": "d1",
        "status": "current",
        "subject": {"reference": "Patient/p1"},
        "context": {"encounter": [{"reference": "Encounter/e1"}]},
        "content": [{"attachment": {"contentType": "text/plain", "data": data}}],
        **changes,
    }


def test_a_bundle_makes_a_chart_for_each_encounter_and_says_what_it_left_out(send: Send) -> None:
    response = send(FHIR, bundle(), "application/fhir+json")
    assert response.status_code == 201
    answer = response.json()
    assert (answer["created"], answer["amended"], answer["unchanged"]) == (2, 0, 0)
    assert [chart["outcome"] for chart in answer["charts"]] == ["created", "created"]
    assert {"kind": "Condition", "reason": "codes are suggested from the documents, not copied", "count": 1,
            "entries": ["entry[2]"]} in answer["skipped"]  # fmt: skip
    assert Patient.objects.count() == 1
    assert (Note.objects.count(), Medication.objects.count(), LabResult.objects.count()) == (2, 2, 1)


def test_the_same_bundle_again_changes_nothing(send: Send) -> None:
    send(FHIR, bundle())
    response = send(FHIR, bundle())
    assert response.status_code == 200
    assert response.json()["unchanged"] == 2


def test_an_amended_document_is_a_new_version(send: Send) -> None:
    send(FHIR, document("ASSESSMENT: Gout."))
    response = send(FHIR, document("ASSESSMENT: Gout of the left foot."))
    assert response.json()["amended"] == 1
    assert list(Note.objects.order_by("version").values_list("version", flat=True)) == [1, 2]


def test_a_document_entered_in_error_is_withdrawn(send: Send) -> None:
    send(FHIR, document("ASSESSMENT: Gout."))
    response = send(FHIR, document("ASSESSMENT: Gout.", status="entered-in-error"))
    assert response.json()["amended"] == 1
    assert not Note.objects.filter(superseded_at=None).exists()


def test_a_document_entered_in_error_that_never_came_in_makes_no_chart(send: Send) -> None:
    response = send(FHIR, document("ASSESSMENT: Gout.", status="entered-in-error"))
    assert response.status_code == 200
    assert response.json()["charts"] == []
    assert not Chart.objects.exists()


def test_a_single_document_joins_the_encounters_chart(send: Send) -> None:
    send(FHIR, bundle())
    encounter = "20000000-0000-4000-8000-000000000001"
    patient = {"reference": "Patient/10000000-0000-4000-8000-000000000001"}
    addendum = document("ADDENDUM: Gout.", subject=patient)
    addendum["context"]["encounter"][0]["reference"] = f"Encounter/{encounter}"
    assert send(FHIR, addendum).json()["amended"] == 1
    assert Chart.objects.get(encounter__source_id=encounter).notes.count() == 2


def test_one_bad_entry_stores_nothing(send: Send) -> None:
    value = bundle()
    value["entry"][-2]["resource"]["content"][1]["attachment"]["data"] = "abcde"
    response = send(FHIR, value)
    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"field": "entry[12].resource.content[1].attachment.data", "reason": "is not valid base64"}
    ]
    assert not Chart.objects.exists()
    assert not Patient.objects.exists()


def test_the_source_may_be_named(send: Send) -> None:
    send(f"{FHIR}?source=epic", bundle())
    assert set(Chart.objects.values_list("encounter__source", flat=True)) == {"epic"}
    assert send(f"{FHIR}?source={'x' * 61}", bundle()).status_code == 400
    assert send(f"{FHIR}?source=a%00b", bundle()).status_code == 400


def test_a_bundle_without_documents_says_so(send: Send) -> None:
    response = send(FHIR, {"resourceType": "Bundle", "type": "searchset", "entry": []})
    assert response.status_code == 200
    assert response.json()["charts"] == []
