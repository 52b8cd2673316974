"""`evaluate_coding` from end to end: real engines, real files, a real code book."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from inference import registry
from review.models import Chart

pytestmark = pytest.mark.django_db

TEXTS = {
    "one": "ASSESSMENT\n1. Gout.\n2. <script>alert('x')</script> & asthma.",
    "two": "HPI\nDenies cough.\nASSESSMENT\n1. Type 2 diabetes.",
    "three": "Nothing.",
}
GOLD: dict[str, dict[str, Any]] = {
    "one": {"codes": ["M10.9", "N20.0"], "principal": "M10.9", "spans": [{"code": "M10.9", "begin": 14, "end": 18}]},
    "two": {"codes": ["E11.9", "R05.9"]},
}


def lines(path: Path, rows: dict[str, dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps({"id": key, **row}) + "\n" for key, row in rows.items()), encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[Any]:
    notes = lines(tmp_path / "notes.jsonl", {key: {"text": text} for key, text in TEXTS.items()})
    return ["--notes", notes, "--gold", lines(tmp_path / "gold.jsonl", GOLD)]


def run(*arguments: Any) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("evaluate_coding", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_built_in_engine_is_measured_when_nothing_else_is_named(files: list[Any]) -> None:
    out, err = run(*files)
    assert "2 documents, 4 gold codes; shown: HIGH+MEDIUM" in out
    assert "builtin (" in out
    assert "exact     P " in out
    assert "1 notes without gold are left out." in err
    assert not Chart.objects.exists()


def test_all_figures_as_json(files: list[Any]) -> None:
    found = json.loads(run(*files, "--engine", "builtin", "--engine", "bm25", "--json")[0])
    assert [system["name"] for system in found["systems"]] == ["builtin", "bm25"]
    assert found["systems"][0]["verbatim"]["false"] == 0
    assert found["systems"][0]["exact"]["micro"]["gold"] == 4
    assert found["systems"][0]["evidence"]["documents"] == 1


def test_predictions_from_code_notes_score_as_the_engine_does(files: list[Any], tmp_path: Path) -> None:
    written = tmp_path / "mine.jsonl"
    call_command("code_notes", files[1], written, "--engine", "bm25", stderr=StringIO())
    found = json.loads(run(*files, "--engine", "bm25", "--predictions", f"file={written}", "--json")[0])
    engine, file = found["systems"]
    assert (engine["name"], file["name"]) == ("bm25", "file")
    assert engine["exact"]["micro"] == file["exact"]["micro"]
    assert found["differences"][0]["exact"]["value"] == 0.0


def test_a_second_coder_gives_the_ceiling(files: list[Any], tmp_path: Path) -> None:
    second = lines(tmp_path / "second.jsonl", {"one": {"codes": ["M10.9"]}})
    out, _ = run(*files, "--gold", second)
    assert "second coder against first gold, 1 documents: exact F1 0.667" in out


def test_the_report_says_where_it_is_and_shows_each_stage(files: list[Any], tmp_path: Path) -> None:
    folder = tmp_path / "report"
    _, err = run(*files, "--report", folder)
    assert "it quotes the notes: treat it as PHI" in err
    assert str(folder / "report.html") in err
    assert json.loads((folder / "figures.json").read_text())["errors"]["builtin"]["missed"] == {
        "not retrieved": 1,
        "assertion": 1,
    }
    page = (folder / "documents" / "1-00001.html").read_text()
    assert "Calculus of kidney" in page
    assert "&lt;script&gt;alert(" in page
    assert "<script>alert(" not in page
    assert '<mark class="right" title="right M10.9, gold M10.9">Gout</mark>' in page


def test_without_text_the_report_holds_none(files: list[Any], tmp_path: Path) -> None:
    _, err = run(*files, "--report", tmp_path / "report", "--no-text")
    assert "without note text" in err
    assert not any("Denies" in path.read_text() for path in (tmp_path / "report").rglob("*.html"))


def test_bands_choose_what_counts_as_shown(files: list[Any]) -> None:
    found = json.loads(run(*files, "--bands", "high", "--json")[0])
    high = found["systems"][0]["bands"][0]
    assert found["bands"] == ["HIGH"]
    assert found["systems"][0]["exact"]["micro"]["proposed"] == high["suggestions"]


@pytest.mark.parametrize("name", sorted(registry.LOADERS))
def test_every_registered_engine_is_loaded_once_and_names_its_version(name: str) -> None:
    on = timezone.localdate()
    coder = registry.load(name, on)
    assert coder.model_version
    assert registry.load(name, on) is coder


def test_lines_that_do_not_fit_together_are_named(files: list[Any], tmp_path: Path) -> None:
    extra = lines(tmp_path / "extra.jsonl", {**GOLD, "four": {"codes": []}})
    with pytest.raises(CommandError, match=r"extra\.jsonl, line 3, field 'id': 'four' has no note in notes\.jsonl"):
        run("--notes", files[1], "--gold", extra)
    long = lines(
        tmp_path / "long.jsonl", {"one": {"codes": ["I10"], "spans": [{"code": "I10", "begin": 0, "end": 999}]}}
    )
    with pytest.raises(CommandError, match="line 1, field 'spans': a span ends after the note does"):
        run("--notes", files[1], "--gold", long)


def test_documents_without_predictions_are_said_and_count_as_empty(files: list[Any], tmp_path: Path) -> None:
    suggestion = {"code": "M10.9", "confidence": 0.9, "band": "HIGH"}
    path = lines(tmp_path / "p.jsonl", {"one": {"suggestions": [suggestion]}, "stranger": {"suggestions": []}})
    out, err = run(*files, "--predictions", path)
    assert "p: 1 lines belong to no note" in err
    assert "p: 1 documents have no line and count as empty." in err
    assert "P 1.000  R 0.250" in out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--bands", "HIGH+NONE"], "bands are joined by"),
        (["--engine", "oracle"], "invalid choice"),
        (["--date-of-service", "2026-02-30"], "date-of-service"),
        (["--predictions", "builtin=/none", "--engine", "builtin"], "Two systems are called builtin"),
        (["--predictions", "/none.jsonl"], "/none.jsonl: No such file"),
        (["--report", "/dev/null"], "is not a folder"),
    ],
    ids=["band", "engine", "date", "names", "file", "folder"],
)
def test_wrong_arguments_are_refused_with_a_reason(files: list[Any], arguments: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run(*files, *arguments)
