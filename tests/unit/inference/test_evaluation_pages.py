"""The report as files: hostile text stays text, marks stand where they should, nobody else may read it."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from inference.evaluation import errors, pages, report
from inference.evaluation.pages import Mark
from inference.evaluation.protocol import Split, System, evaluate
from inference.evaluation.report import Report, ReportFolderError
from inference.evaluation.rows import Gold
from inference.schema import Band
from tests.unit.inference.evaluating import document, keys, predicted, span

HOSTILE = "<script>alert(1)</script> asthma & gout </div>{{ evaluation }}{% load x %}"
NAME = "<img src=x onerror=alert(2)>"


def made(text: str = HOSTILE, *, with_text: bool = True) -> Report:
    begin = text.index("asthma")
    gold = Gold(keys("M10.9 J45.909"), spans=(span("M10.9", text.index("gout"), text.index("gout") + 4),))
    data = Split({NAME: document(text, "</script><b>Lungs")}, {NAME: gold})
    wrong = predicted("J45.901", 0.8, Band.HIGH, (begin, begin + 6, "asthma"))
    system = System("mine", "v<1>", {NAME: [wrong]})
    return Report(
        evaluation=evaluate(data, [system]),
        mistakes={"mine": list(errors.each_document(data, system, None))},
        titles={},
        sources=(("Notes", "notes.jsonl"),),
        made=datetime(2026, 3, 1, tzinfo=UTC),
        with_text=with_text,
    )


def written(folder: Path, it: Report) -> dict[str, str]:
    report.prepare(folder)
    report.write(folder, it)
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*.*")}


def test_a_hostile_note_stays_text(tmp_path: Path) -> None:
    pages_by_name = written(tmp_path / "r", made())
    assert set(pages_by_name) == {"report.html", "figures.json", "documents/1.html", "documents/1-00001.html"}
    page = pages_by_name["documents/1-00001.html"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ evaluation }}" in page
    assert "{% load x %}" in page
    for name, content in pages_by_name.items():
        if name.endswith(".html"):
            assert "<script>alert" not in content
            assert "<img" not in content
            assert "<b>Lungs" not in content


def test_the_report_asks_nothing_of_the_network(tmp_path: Path) -> None:
    pages_by_name = written(tmp_path / "r", made())
    for name, content in pages_by_name.items():
        assert 'src="' not in content
        assert "@import" not in content
        assert '<link rel="stylesheet"' not in content, name
        assert 'href="http' not in content


def test_the_marks_stand_where_the_evidence_is(tmp_path: Path) -> None:
    page = written(tmp_path / "r", made())["documents/1-00001.html"]
    assert '<mark class="false" title="false J45.901">asthma</mark>' in page
    assert '<mark class="gold" title="gold M10.9">gout</mark>' in page


def test_overlapping_marks_cut_the_text_and_lose_none_of_it() -> None:
    text = "0123456789"
    marks = [Mark(2, 6, "right", "A"), Mark(4, 8, "missed", "B"), Mark(4, 8, "missed", "B"), Mark(5, 99, "false", "C")]
    found = pages.pieces(text, marks)
    assert "".join(piece.text for piece in found) == text
    assert [(piece.text, piece.kind, piece.codes) for piece in found] == [
        ("01", "", ""),
        ("23", "right", "right A"),
        ("45", "missed", "right A, missed B"),
        ("67", "missed", "missed B"),
        ("89", "", ""),
    ]
    assert pages.pieces("", []) == []


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    written(folder, made())
    for path in [folder, *folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_without_text_no_word_of_the_note_is_written(tmp_path: Path) -> None:
    pages_by_name = written(tmp_path / "r", made("Zebrafish asthma and gout.", with_text=False))
    assert not [name for name, content in pages_by_name.items() if "Zebrafish" in content or ">asthma<" in content]
    assert "Treat this folder as PHI" not in pages_by_name["report.html"]


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ReportFolderError, match="is not empty"):
        report.prepare(tmp_path)
    with pytest.raises(ReportFolderError, match="is not a folder"):
        report.prepare(tmp_path / "thesis.txt")


def test_an_earlier_report_is_replaced_whole(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    written(folder, made())
    stale = folder / "documents" / "1-00099.html"
    stale.write_text("old")
    written(folder, made())
    assert not stale.exists()
    assert json.loads((folder / "figures.json").read_text())["errors"]["mine"]["missed"] == {
        "wrong specificity": 1,
        "not proposed": 1,
    }
