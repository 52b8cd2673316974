"""Files of an evaluation: what is read, and errors that name file, line and field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from inference.evaluation import files
from inference.evaluation.files import EvaluationFileError
from inference.evaluation.rows import Key, diagnosis
from inference.schema import Band, Setting

SUGGESTION = {"code": "I10", "confidence": 0.5, "band": "LOW"}


def file(folder: Path, *rows: Any) -> Path:
    path = folder / "file.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_notes_keep_specialty_and_setting(tmp_path: Path) -> None:
    row = {"id": "a", "text": "Gout.", "specialty": " Cardiology ", "setting": "inpatient"}
    found = files.notes(file(tmp_path, row, "", {"id": "b", "text": "Flu."}))
    assert list(found) == ["a", "b"]
    assert (found["a"].text, found["a"].specialty, found["a"].chart.setting) == (
        "Gout.",
        "Cardiology",
        Setting.INPATIENT,
    )


def test_gold_has_codes_principal_procedures_and_spans(tmp_path: Path) -> None:
    row = {
        "id": "a",
        "codes": ["E11.9", "i10"],
        "principal": "I10",
        "procedures": ["99213", "0DTJ4ZZ", {"code_system": "HCPCS", "code": "J0585"}],
        "evidence": [{"code": "E11.9", "begin": 0, "end": 4}],
    }
    found = files.gold(file(tmp_path, row))["a"]
    assert found.codes == {diagnosis("E11.9"), diagnosis("I10")}
    assert found.principal == diagnosis("I10")
    assert {key.system for key in found.procedures} == {"CPT", "ICD-10-PCS", "HCPCS"}
    assert [tuple(span) for span in found.spans] == [(diagnosis("E11.9"), 0, 4)]


def test_a_first_listed_diagnosis_may_say_so_itself(tmp_path: Path) -> None:
    listed = [{"code": "I10"}, {"code": "E11.9", "first_listed": True}]
    row = {"id": "a", "codes": ["I10", "E11.9"], "diagnoses": listed, "lines": [{"code": "99213"}]}
    found = files.gold(file(tmp_path, row))["a"]
    assert found.principal == diagnosis("E11.9")
    assert found.procedures == {Key("CPT", "99213")}


def test_predictions_are_read_as_code_notes_writes_them(tmp_path: Path) -> None:
    item = {
        "code_system": "ICD-10-CM",
        "code": "E11.9",
        "description": "Diabetes",
        "confidence": 1,
        "band": "HIGH",
        "evidence": [{"begin": 0, "end": 4, "text": "T2DM"}],
    }
    (found,) = files.predictions(file(tmp_path, {"id": "a", "suggestions": [item]}))["a"]
    assert (found.key, found.confidence, found.band) == (diagnosis("E11.9"), 1.0, Band.HIGH)
    assert found.evidence == ((0, 4, "T2DM"),)


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("{", "(line)", "is not valid JSON"),
        ("[1]", "(line)", "must be a JSON object"),
        ({"codes": []}, "id", "is missing"),
        ({"id": "", "codes": []}, "id", "must be a non-empty string"),
        ({"id": 5, "codes": []}, "id", "must be a non-empty string"),
        ({"id": "first", "codes": []}, "id", "stands on an earlier line already"),
        ({"id": "a"}, "codes", "is missing"),
        ({"id": "a", "codes": "I10"}, "codes", "must be a list"),
        ({"id": "a", "codes": [5]}, "codes", "must hold codes as strings"),
        ({"id": "a", "codes": [" "]}, "codes", "must hold codes as strings"),
        ({"id": "a", "codes": ["I10"], "principal": "E11.9"}, "principal", "E11.9 is not among the codes"),
        ({"id": "a", "codes": ["I10"], "spans": [{"code": "R05.9", "begin": 0, "end": 1}]}, "spans", "is not among"),
        ({"id": "a", "codes": ["I10"], "spans": [{"code": "I10", "begin": 4, "end": 4}]}, "spans", "begin < end"),
        ({"id": "a", "codes": ["I10"], "spans": [{"code": "I10"}]}, "spans", "begin < end"),
        ({"id": "a", "codes": ["I10"], "spans": ["I10"]}, "spans", "must hold objects"),
    ],
)
def test_a_bad_gold_line_is_named(tmp_path: Path, row: Any, field: str, reason: str) -> None:
    with pytest.raises(EvaluationFileError) as caught:
        files.gold(file(tmp_path, {"id": "first", "codes": []}, row))
    assert str(caught.value).startswith(f"file.jsonl, line 2, field {field!r}: ")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"confidence": float("nan")}, "confidence", "must be between 0 and 1; it is nan"),
        ({"confidence": float("inf")}, "confidence", "must be between 0 and 1"),
        ({"confidence": -0.1}, "confidence", "must be between 0 and 1"),
        ({"confidence": "0.5"}, "confidence", "must be a number"),
        ({"confidence": True}, "confidence", "must be a number"),
        ({"confidence": None}, "confidence", "must be a number"),
        ({"band": "high"}, "band", "must be one of HIGH, MEDIUM, LOW"),
        ({"band": ["HIGH"]}, "band", "must be one of"),
        ({"code": ""}, "code", "must be a non-empty string"),
        ({"code": None}, "code", "must be a non-empty string"),
        ({"code": "."}, "code", "must hold codes"),
        ({"evidence": [{"begin": 0, "end": 1}]}, "evidence", "'text' must be a non-empty string"),
        ({"evidence": [{"begin": -1, "end": 1, "text": "a"}]}, "evidence", "0 <= begin < end"),
    ],
)
def test_a_bad_prediction_is_named(tmp_path: Path, change: dict[str, Any], field: str, reason: str) -> None:
    row = {"id": "a", "suggestions": [{**SUGGESTION, **change}]}
    with pytest.raises(EvaluationFileError) as caught:
        files.predictions(file(tmp_path, row))
    assert str(caught.value).startswith(f"file.jsonl, line 1, field {field!r}: ")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"id": "a"}, "text"),
        ({"id": "a", "text": "x", "setting": "moon"}, "setting"),
        ({"id": "a", "text": "x", "specialty": 3}, "specialty"),
    ],
)
def test_a_bad_note_is_named(tmp_path: Path, row: dict[str, Any], field: str) -> None:
    with pytest.raises(EvaluationFileError, match=f"line 1, field '{field}'"):
        files.notes(file(tmp_path, row))


@pytest.mark.parametrize("content", ["", "\n\n  \n"], ids=["empty", "blank"])
@pytest.mark.parametrize("read", [files.notes, files.gold, files.predictions])
def test_a_file_without_lines_is_refused(tmp_path: Path, read: Any, content: str) -> None:
    path = tmp_path / "empty.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(EvaluationFileError, match=r"empty\.jsonl, line 1, field '\(file\)': holds no lines"):
        read(path)
