"""Lines of JSON in, lines of coded JSON out: the pure part of the command `code_notes`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from inference.coder import Coder
from inference.schema import ChartText, NoteText, Proposal, Setting
from medcode.codebook.snapshot import dotted

SEXES = {"f": "F", "female": "F", "m": "M", "male": "M"}


class BatchLineError(ValueError):
    """A line that cannot be coded. The message names the line, the field and the reason."""

    def __init__(self, line: int, field: str, reason: str) -> None:
        super().__init__(f"Line {line}, field {field!r}: {reason}")
        self.line = line
        self.field = field
        self.reason = reason


def code_lines(lines: Iterable[str], engine: Coder, date_of_service: date | None = None) -> Iterator[dict[str, Any]]:
    """For each line `{"id", "text", "sex"?, "age"?, "setting"?}` its suggestions; blank lines are skipped.

    Raises `BatchLineError` at the first line that is not what it should be.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            key, chart = parse(line, number, date_of_service)
            yield {"id": key, "suggestions": [as_dict(item) for item in engine.propose(chart).proposals]}


def parse(line: str, number: int, date_of_service: date | None = None) -> tuple[str, ChartText]:
    """The identifier and the chart on one line."""
    try:
        row = json.loads(line)
    except ValueError as error:
        raise BatchLineError(number, "(line)", f"is not valid JSON ({error})") from None
    if not isinstance(row, dict):
        raise BatchLineError(number, "(line)", "must be a JSON object")
    key = _text(row, "id", number)
    note = NoteText(key, _text(row, "text", number), str(row.get("kind") or ""))
    chart = ChartText(
        notes=(note,),
        setting=_setting(row, number),
        sex=SEXES.get(str(row.get("sex") or "").strip().lower(), ""),
        age=_age(row.get("age")),
        date_of_service=date_of_service,
    )
    return key, chart


def _text(row: dict[str, Any], field: str, number: int) -> str:
    if field not in row:
        raise BatchLineError(number, field, "is missing")
    if not isinstance(row[field], str) or not row[field].strip():
        raise BatchLineError(number, field, "must be a non-empty string")
    return str(row[field])


def _setting(row: dict[str, Any], number: int) -> Setting:
    wanted = row.get("setting") or Setting.OUTPATIENT.value
    if wanted not in list(Setting):
        raise BatchLineError(number, "setting", f"must be one of {', '.join(Setting)}")
    return Setting(wanted)


def _age(value: object) -> int | None:
    """Whole years; an age in other words ("22-month") is left unknown."""
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        return None


def as_dict(item: Proposal) -> dict[str, Any]:
    """A proposal in the form that files and people use: the code dotted."""
    return {
        "code_system": item.code_system,
        "code": dotted(item.code, item.code_system),
        "description": item.description,
        "confidence": round(item.confidence, 4),
        "band": item.band.value,
        "evidence": [{"begin": span.begin, "end": span.end, "text": span.text} for span in item.evidence],
    }
