"""The files of an evaluation, read strictly: an error names the file, the line and the field."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from inference import batch
from inference.evaluation.rows import Document, Gold, Key, Predicted, Span, diagnosis, procedure
from inference.schema import Band
from medcode.codebook.snapshot import undotted

Row = dict[str, Any]
T = TypeVar("T")


class EvaluationFileError(ValueError):
    """A file that cannot be evaluated. The message names file, line, field and reason."""

    def __init__(self, path: Path, line: int, field: str, reason: str) -> None:
        super().__init__(f"{path.name}, line {line}, field {field!r}: {reason}")


class _Bad(ValueError):
    """A field that is not what it should be; the reader adds file and line."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


def notes(path: Path, date_of_service: date | None = None) -> dict[str, Document]:
    """Identifier → document, from lines `{"id", "text", "specialty"?, "setting"?, "sex"?, "age"?}`."""

    def read(row: Row, line: int) -> Document:
        try:
            _, chart = batch.parse(json.dumps(row), line, date_of_service)
        except batch.BatchLineError as error:
            raise _Bad(error.field, error.reason) from None
        specialty = row.get("specialty") or ""
        if not isinstance(specialty, str):
            raise _Bad("specialty", "must be a string")
        return Document(chart, specialty.strip())

    return _read(path, read)


def gold(path: Path) -> dict[str, Gold]:
    """Identifier → what a coder assigned, from lines `{"id", "codes", "principal"?, "procedures"?, "spans"?}`."""
    return _read(path, _gold)


def predictions(path: Path) -> dict[str, list[Predicted]]:
    """Identifier → predictions, from lines as `code_notes` writes them."""
    return _read(path, lambda row, line: [_predicted(item) for item in _list(row, "suggestions")])


def _read(path: Path, read: Callable[[Row, int], T]) -> dict[str, T]:
    found: dict[str, T] = {}
    for number, row in _rows(path):
        try:
            key = row.get("id")
            if not isinstance(key, str) or not key.strip():
                raise _Bad("id", "must be a non-empty string" if "id" in row else "is missing")
            if key in found:
                raise _Bad("id", f"{key!r} stands on an earlier line already")
            found[key] = read(row, number)
        except _Bad as bad:
            raise EvaluationFileError(path, number, bad.field, str(bad)) from None
    if not found:
        raise EvaluationFileError(path, 1, "(file)", "holds no lines")
    return found


def _rows(path: Path) -> Iterator[tuple[int, Row]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise EvaluationFileError(path, number, "(line)", f"is not valid JSON ({error})") from None
            if not isinstance(row, dict):
                raise EvaluationFileError(path, number, "(line)", "must be a JSON object")
            yield number, row


def _gold(row: Row, line: int) -> Gold:
    if "codes" not in row:
        raise _Bad("codes", "is missing")
    codes = frozenset(_key(item, "codes", diagnosis) for item in _list(row, "codes"))
    procedures = frozenset(_key(item, "procedures", procedure) for item in _list(row, "procedures"))
    billed = frozenset(_key(item, "lines", procedure) for item in _list(row, "lines"))
    return Gold(codes, _principal(row, codes), procedures | billed, _spans(row, codes | procedures | billed), line)


def _principal(row: Row, codes: frozenset[Key]) -> Key | None:
    """`principal` or `first_listed`; or the one of `diagnoses` that says of itself `"first_listed": true`."""
    for field in ("principal", "first_listed"):
        if row.get(field):
            key = _key(row[field], field, diagnosis)
            if key not in codes:
                raise _Bad(field, f"{key.shown} is not among the codes")
            return key
    for item in _list(row, "diagnoses"):
        if isinstance(item, dict) and item.get("first_listed") is True:
            return _key(item, "diagnoses", diagnosis)
    return None


def _spans(row: Row, codes: frozenset[Key]) -> tuple[Span, ...]:
    found = []
    for field in ("spans", "evidence"):
        for item in _list(row, field):
            if not isinstance(item, dict):
                raise _Bad(field, "must hold objects with code, begin and end")
            stored = undotted(_string(item, "code", field))
            key = next((key for key in codes if key.code == stored), None)
            if key is None:
                raise _Bad(field, f"{item['code']} is not among the codes")
            found.append(Span(key, *_offsets(item, field)))
    return tuple(found)


def _predicted(item: object) -> Predicted:
    if not isinstance(item, dict):
        raise _Bad("suggestions", "must hold objects")
    confidence = item.get("confidence")
    if isinstance(confidence, bool) or not isinstance(confidence, int | float):
        raise _Bad("confidence", "must be a number between 0 and 1")
    if not math.isfinite(confidence) or not 0.0 <= confidence <= 1.0:
        raise _Bad("confidence", f"must be between 0 and 1; it is {confidence}")
    if item.get("band") not in list(Band):
        raise _Bad("band", f"must be one of {', '.join(Band)}")
    evidence = tuple(_quote(each) for each in _list(item, "evidence"))
    description = str(item.get("description") or "")
    return Predicted(_key(item, "code", diagnosis), float(confidence), Band(item["band"]), description, evidence)


def _quote(item: object) -> tuple[int, int, str]:
    if not isinstance(item, dict):
        raise _Bad("evidence", "must hold objects with begin, end and text")
    return (*_offsets(item, "evidence"), _string(item, "text", "evidence"))


def _key(item: object, field: str, guess: Callable[[str], Key]) -> Key:
    """A code written as a string, or as an object with `code` and perhaps `code_system`."""
    code = _string(item, "code", field) if isinstance(item, dict) else item
    if not isinstance(code, str) or not undotted(code):
        raise _Bad(field, "must hold codes as strings")
    system = item.get("code_system") if isinstance(item, dict) else None
    return Key(system.strip().upper(), undotted(code)) if isinstance(system, str) and system else guess(code)


def _list(row: Row, field: str) -> list[Any]:
    found = row.get(field)
    if found is None:
        return []
    if not isinstance(found, list):
        raise _Bad(field, "must be a list")
    return found


def _string(item: Row, name: str, field: str) -> str:
    found = item.get(name)
    if not isinstance(found, str) or not found.strip():
        raise _Bad(field, f"{name!r} must be a non-empty string")
    return found


def _offsets(item: Row, field: str) -> tuple[int, int]:
    begin, end = item.get("begin"), item.get("end")
    if not isinstance(begin, int) or not isinstance(end, int) or not 0 <= begin < end:
        raise _Bad(field, "needs whole numbers 0 <= begin < end")
    return begin, end
