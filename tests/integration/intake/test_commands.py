"""`create_api_token` and `code_notes`."""

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


def token(username: str, **options: Any) -> str:
    out = StringIO()
    call_command("create_api_token", username, stdout=out, **options)
    return out.getvalue().strip()


def test_a_token_is_made_once_and_printed_again() -> None:
    user(Role.INTEGRATION, "engine")
    first = token("engine")
    assert len(first) == 40
    assert token("engine") == first
    assert token("engine", rotate=True) != first


def test_accounts_that_may_not_send_charts_get_none() -> None:
    user(Role.AUDITOR, "auditor")
    with pytest.raises(CommandError, match="Charts are brought in by"):
        token("auditor")
    with pytest.raises(CommandError, match="There is no account nobody"):
        token("nobody")


def code(notes: Path, out: Path) -> tuple[list[dict[str, Any]], str]:
    err = StringIO()
    call_command("code_notes", notes, out, stderr=err)
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()], err.getvalue()


def test_notes_are_coded_with_evidence_and_nothing_is_stored(tmp_path: Path) -> None:
    coded, progress = code(DATA / "notes.jsonl", tmp_path / "out.jsonl")
    texts = {
        row["id"]: row["text"]
        for row in map(json.loads, (DATA / "notes.jsonl").read_text(encoding="utf-8").splitlines())
    }
    assert [row["id"] for row in coded] == list(texts)
    first = coded[0]["suggestions"]
    assert "E11.40" in [each["code"] for each in first]
    for row in coded:
        for suggestion in row["suggestions"]:
            assert suggestion["evidence"]
            for span in suggestion["evidence"]:
                assert texts[row["id"]][span["begin"] : span["end"]] == span["text"]
    assert "3 notes in" in progress
    assert not Chart.objects.exists()


def test_a_date_of_service_is_taken(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    day = ("--engine", "builtin", "--date-of-service", "2026-05-01")
    call_command("code_notes", DATA / "notes.jsonl", out, *day, stderr=StringIO())
    assert len(out.read_text(encoding="utf-8").splitlines()) == 3


@pytest.mark.parametrize(
    ("line", "reason"),
    [('{"id": "x"}', "Line 1, field 'text': is missing"), ("{", "is not valid JSON"), ('{"text": "x"}', "'id'")],
)
def test_a_bad_line_is_named(line: str, reason: str, tmp_path: Path) -> None:
    notes = tmp_path / "in.jsonl"
    notes.write_text(line, encoding="utf-8")
    with pytest.raises(CommandError, match=reason):
        code(notes, tmp_path / "out.jsonl")


def test_a_missing_file_and_a_bad_date_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        code(tmp_path / "none.jsonl", tmp_path / "out.jsonl")
    with pytest.raises(CommandError, match="date-of-service"):
        call_command("code_notes", "a", "b", "--date-of-service", "2026-02-30")
