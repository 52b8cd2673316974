"""Writes the report: one HTML file that needs nothing else, its figures as JSON, and the error browser.

The error browser quotes the notes, so every file is for its owner only (0600, folders 0700).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from inference.evaluation import errors, pages, tables
from inference.evaluation.errors import DocumentErrors
from inference.evaluation.protocol import Evaluation, SystemFigures
from inference.evaluation.rows import Key
from inference.evaluation.tables import Table

FIGURES, REPORT, BROWSER = "figures.json", "report.html", "documents"
CHARTJS = "vendor/chartjs/chart.umd.min.js"


class ReportFolderError(ValueError):
    """The folder holds something that is no report."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is written. `mistakes` by system in the order of the evaluation; `sources` are file names."""

    evaluation: Evaluation
    mistakes: Mapping[str, Sequence[DocumentErrors]]
    titles: Mapping[Key, str]
    sources: tuple[tuple[str, str], ...]
    made: datetime
    with_text: bool = True


def prepare(folder: Path) -> None:
    """Make the folder, or take over one that holds an earlier report; nothing else is ever overwritten."""
    if folder.exists():
        if not folder.is_dir():
            raise ReportFolderError(f"{folder} is not a folder")
        if any(folder.iterdir()) and not (folder / FIGURES).exists():
            raise ReportFolderError(f"{folder} is not empty and holds no earlier report; name a new folder")
    _private(folder)


def _private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def write(folder: Path, report: Report) -> Path:
    """Write all files into a prepared folder; returns the file to open."""
    _private(folder / BROWSER)
    for old in (folder / BROWSER).glob("*.html"):
        old.unlink()
    _save(folder / FIGURES, json.dumps(figures(report), indent=1, allow_nan=False, ensure_ascii=False))
    for number, system in enumerate(report.evaluation.systems, start=1):
        _browser(folder / BROWSER, number, system, report)
    _save(folder / REPORT, render_to_string("evaluation/report.html", _context(report)))
    return folder / REPORT


def _save(path: Path, text: str) -> None:
    # Unlinked first: an old file or link must not lend its permissions or its place to note text.
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
        file.write(text)


def figures(report: Report) -> dict[str, Any]:
    """All figures, and the counts of mistakes, as plain data."""
    counted = {
        name: {"missed": errors.by_stage(list(found)), "false": errors.by_fault(list(found))}
        for name, found in report.mistakes.items()
    }
    return {
        "made": report.made.isoformat(timespec="seconds"),
        "sources": dict(report.sources),
        **asdict(report.evaluation),
        "errors": counted,
    }


def _context(report: Report) -> dict[str, Any]:
    found = report.evaluation
    names = [system.name for system in found.systems]
    lost = [errors.by_stage(list(report.mistakes[name])) for name in names]
    wrong = [errors.by_fault(list(report.mistakes[name])) for name in names]
    return {
        "report": report,
        "evaluation": found,
        "headline": [tables.headline(found), tables.sets(found), tables.targets(found)],
        "agreement": _present(tables.differences(found), tables.ceiling(found)),
        "calibration": [tables.coverage(found), *(tables.bins(system) for system in found.systems)],
        "parts": _parts(found),
        "errors": [tables.errors("Missed codes by stage", names, lost), tables.errors("False codes", names, wrong)],
        "browsers": [
            (system.name, f"{BROWSER}/{number}.html") for number, system in enumerate(found.systems, start=1)
        ],
        "plots": [plot(system) for system in found.systems],
        "chartjs": _chartjs(),
    }


def _parts(found: Evaluation) -> list[Table]:
    classes_note = (
        "Code prefixes of this project after the public descriptions of the HEDIS value sets; not the value sets."
    )
    deciles_note = "Decile 1 holds the most frequent codes of this gold. Codes that occur equally often stay together."
    return _present(
        tables.bands(found),
        tables.parts(found, "By specialty", "specialty", "specialties"),
        tables.parts(found, "By setting", "setting", "settings"),
        tables.parts(found, "By code system", "code system", "code_systems"),
        tables.ranks_of_diagnosis(found),
        tables.parts(found, "By frequency of the code", "decile", "deciles", deciles_note),
        tables.parts(found, "Advanced Illness and Frailty", "class", "classes", classes_note),
        tables.evidence(found),
    )


def _present(*found: Table | None) -> list[Table]:
    return [table for table in found if table is not None]


def plot(system: SystemFigures) -> dict[str, Any]:
    """What the drawings of one system need."""
    return {
        "name": system.name,
        "reliability": [
            {"x": each.confidence, "y": each.right.value, "n": each.suggestions}
            for each in system.reliability.bins
            if each.suggestions
        ],
        "curve": [{"x": taken, "y": precision} for taken, precision in system.reliability.curve],
        "specialties": {part.name: part.exact.f1.value for part in system.specialties},
        "deciles": {part.name: part.exact.f1.value for part in system.deciles if part.exact.gold},
    }


def _chartjs() -> str:
    path = finders.find(CHARTJS)
    if not path:
        raise FileNotFoundError(CHARTJS)
    script = Path(path).read_text(encoding="utf-8")
    if "</script" in script:
        raise ValueError("the charting library would end its own script element")
    return script


def _browser(folder: Path, number: int, system: SystemFigures, report: Report) -> None:
    found = report.mistakes[system.name]
    by_stage: dict[str, list[pages.Line]] = {}
    by_fault: dict[str, list[pages.Line]] = {}
    for item in found:
        where = f"{number}-{item.number:05}.html"
        missed = [(miss.stage.value, pages.missed_line(miss, item, where, report.titles)) for miss in item.missed]
        false = pages.false_lines(item, where, report.titles)
        for target, lines in ((by_stage, missed), (by_fault, false)):
            for kind, line in lines:
                target.setdefault(kind, []).append(line)
        page = {
            "system": system,
            "item": item,
            "missed": missed,
            "false": false,
            "right": [(each, report.titles.get(each.key, each.description)) for each in item.right],
            "pieces": pages.pieces(item.document.text, pages.marks(item)) if report.with_text else None,
            "index": f"{number}.html",
            "before": f"{number}-{item.number - 1:05}.html" if item.number > 1 else "",
            "after": f"{number}-{item.number + 1:05}.html" if item.number < len(found) else "",
            "others": [
                (other.name, f"{place}-{item.number:05}.html")
                for place, other in enumerate(report.evaluation.systems, start=1)
                if place != number
            ],
        }
        _save(folder / where, render_to_string("evaluation/document.html", page))
    listing = [(item, f"{number}-{item.number:05}.html") for item in found]
    context = {"system": system, "stages": by_stage, "faults": by_fault, "listing": listing}
    _save(folder / f"{number}.html", render_to_string("evaluation/index.html", context))
