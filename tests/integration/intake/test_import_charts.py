"""`manage.py import_charts`: files of charts from the command line."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from review.models import Chart, Role
from tests.factories import user

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parents[2] / "data"
LINE = {"id": "L-1", "text": "ASSESSMENT: Gout.", "sex": "F", "age": 50}


@pytest.fixture(autouse=True)
def integration(db: None) -> None:
    user(Role.INTEGRATION, "integration")


def run(*paths: Path, code: int = 0, **options: Any) -> tuple[str, str]:
    """Output and errors of the command; its exit code is checked."""
    out, err = StringIO(), StringIO()
    try:
        call_command("import_charts", *paths, stdout=out, stderr=err, **options)
        exited = 0
    except SystemExit as leaving:
        exited = int(str(leaving.code))
    assert exited == code, err.getvalue()
    return out.getvalue(), err.getvalue()


def lines(folder: Path, *items: Any, name: str = "in.jsonl") -> Path:
    path = folder / name
    path.write_text("\n".join(item if isinstance(item, str) else json.dumps(item) for item in items), encoding="utf-8")
    return path


def test_lines_of_notes_come_in_and_again_change_nothing() -> None:
    out, err = run(DATA / "notes.jsonl", source="bench")
    assert "3 created, 0 amended, 0 unchanged, 0 refused" in out
    assert "Not read: the field 'chief_complaint' (in 3)." in out
    assert err == ""
    assert dict(Chart.objects.values_list("encounter__source_id", "encounter__age")) == {
        "T-1": 64,
        "T-2": 45,
        "T-3": 1,
    }
    assert "0 created, 0 amended, 3 unchanged" in run(DATA / "notes.jsonl", source="bench")[0]


def test_a_fhir_bundle_comes_in_and_says_what_it_left_out() -> None:
    out, _ = run(DATA / "visits.fhir.json")
    assert "2 created" in out
    assert "Left out 1 Condition: codes are suggested from the documents, not copied." in out


def test_bad_lines_are_named_and_the_others_come_in(tmp_path: Path) -> None:
    path = lines(tmp_path, LINE, "{", "", {"id": "x"}, {**LINE, "id": "L-2", "age": 200}, {**LINE, "id": "L-3"})
    out, err = run(path, code=1)
    assert "2 created, 0 amended, 0 unchanged, 3 refused" in out
    assert err.splitlines() == [
        "in.jsonl: line 2: not valid JSON: Expecting property name enclosed in double quotes (column 2)",
        "in.jsonl: line 4: notes: at least one note with text is required",
        "in.jsonl: line 5: age: must be between 0 and 130 years",
    ]


def test_strict_stops_at_the_first_refusal_and_keeps_what_came_before(tmp_path: Path) -> None:
    path = lines(tmp_path, LINE, {"id": ""}, {**LINE, "id": "L-3"})
    out, err = run(path, code=1, strict=True)
    assert "1 created, 0 amended, 0 unchanged, 1 refused" in out
    assert "Stopped at the first refusal" in err


def test_the_same_chart_twice_in_a_file_is_amended_by_the_second(tmp_path: Path) -> None:
    path = lines(tmp_path, LINE, {**LINE, "text": "ASSESSMENT: Gout of the left foot."}, LINE | {"id": "L-2"})
    out, _ = run(path)
    assert "2 created, 1 amended" in out
    assert Chart.objects.get(encounter__source_id="L-1").notes.get(superseded_at=None).version == 2


def test_a_chart_that_is_refused_by_the_database_takes_no_other_along(tmp_path: Path) -> None:
    path = lines(tmp_path, {**LINE, "mrn": "1"}, {**LINE, "id": "L-2", "mrn": "2"})
    run(path)
    path = lines(tmp_path, {**LINE, "mrn": "stranger"}, {**LINE, "id": "L-3", "mrn": "3"})
    out, err = run(path, code=1)
    assert "1 created, 0 amended, 0 unchanged, 1 refused" in out
    assert "is stored for another patient" in err


def test_a_plain_text_is_a_chart(tmp_path: Path) -> None:
    path = tmp_path / "visit.txt"
    path.write_bytes(b"ASSESSMENT: Gout.\r\n")
    assert "1 created" in run(path, specialty="Rheumatology", patient_class="outpatient")[0]
    chart = Chart.objects.get()
    assert (chart.specialty, chart.notes.get().title) == ("Rheumatology", "Plain text")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.hl7", b"MSH|^~\\&|ADT", "HL7v2 messages are not read yet"),
        ("a.xml", b"<?xml version='1.0'?><ClinicalDocument/>", "C-CDA and other XML documents are not read yet"),
        ("a.txt", b"ISA*00*", "X12 claims are not read yet"),
        ("a.docx", b"PK\x03\x04", "ZIP archives and Office documents are not read"),
        ("a.csv", b"id,text", "the name must end in .jsonl, .json or .txt"),
        ("a.json", b"[1]", "must be an object"),
        ("a.txt", b"", "text: is empty"),
    ],
)
def test_files_that_hold_no_charts_are_refused_with_a_sentence(
    name: str, content: bytes, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    _, err = run(path, code=1)
    assert err.strip() == f"{name}: {reason}"
    assert not Chart.objects.exists()


def test_a_missing_file_is_named() -> None:
    with pytest.raises(CommandError, match="No such file"):
        run(Path("/nowhere/in.jsonl"))


def test_without_an_integration_account_it_says_what_to_do(django_user_model: Any) -> None:
    django_user_model.objects.all().delete()
    with pytest.raises(CommandError, match="There is no integration account"):
        run(DATA / "notes.jsonl")


def test_only_accounts_that_may_bring_in_charts_are_taken() -> None:
    user(Role.AUDITOR, "auditor")
    with pytest.raises(CommandError, match="Charts are brought in by"):
        run(DATA / "notes.jsonl", username="auditor")
    with pytest.raises(CommandError, match="There is no account nobody"):
        run(DATA / "notes.jsonl", username="nobody")
