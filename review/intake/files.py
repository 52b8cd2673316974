"""Files of charts: lines of JSON, a FHIR Bundle, one chart as JSON, or a plain text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Any

from review.actions.errors import InvalidInputError
from review.intake import chart_json, fhir, strictjson, text
from review.intake.fhir_bundle import Skipped
from review.intake.incoming import MAX_CHART_CHARACTERS, IncomingChart

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_LINE_BYTES = 4 * MAX_CHART_CHARACTERS
LINES = frozenset({".jsonl", ".ndjson"})
TEXTS = frozenset({".txt", ".text"})
KINDS = ".jsonl, .json or .txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What holds where a chart says nothing itself."""

    source: str
    specialty: str = ""
    patient_class: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What belongs together in a file: stored together, or refused together.

    `where` is "line 3" or "". `position` counts the bytes read so far. Either `charts` or `error` is set.
    """

    where: str
    position: int
    charts: tuple[IncomingChart, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    unread: tuple[str, ...] = ()
    error: InvalidInputError | None = None


def read(name: str, file: IO[bytes], defaults: Defaults) -> Iterator[Item]:
    """The items of a file, told apart by its name. What cannot be read is an item with an error."""
    suffix = PurePath(name).suffix.lower()
    try:
        text.refuse_foreign(_peek(file))
    except InvalidInputError as error:
        yield Item(where="", position=0, error=error)
        return
    if suffix in LINES:
        yield from _lines(file, defaults)
    else:
        yield _whole(suffix, file, defaults)


def _peek(file: IO[bytes]) -> bytes:
    beginning = file.read(64)
    file.seek(0)
    return beginning


def _lines(file: IO[bytes], defaults: Defaults) -> Iterator[Item]:
    position = number = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        position += len(line)
        if line.strip():
            yield _line(line, f"line {number}", position, defaults)
        if len(line) > MAX_LINE_BYTES:
            return  # what follows is the rest of this line


def _line(line: bytes, where: str, position: int, defaults: Defaults) -> Item:
    try:
        if len(line) > MAX_LINE_BYTES:
            raise InvalidInputError(f"longer than {MAX_LINE_BYTES:,} bytes; the file is not read further")
        return _item(strictjson.loads(line.strip()), where, position, defaults)
    except InvalidInputError as error:
        return Item(where=where, position=position, error=error)


def _whole(suffix: str, file: IO[bytes], defaults: Defaults) -> Item:
    raw = file.read(MAX_FILE_BYTES + 1)
    try:
        if len(raw) > MAX_FILE_BYTES:
            raise InvalidInputError(f"larger than {MAX_FILE_BYTES // 1024 // 1024} MB")
        if suffix == ".json":
            return _item(strictjson.loads(raw), "", len(raw), defaults)
        if suffix in TEXTS:
            chart = text.chart_from_text(
                raw,
                source=defaults.source,
                specialty=defaults.specialty,
                patient_class=defaults.patient_class,
            )
            return Item(where="", position=len(raw), charts=(chart,))
        raise InvalidInputError(f"the name must end in {KINDS}")
    except InvalidInputError as error:
        return Item(where="", position=len(raw), error=error)


def _item(value: Any, where: str, position: int, defaults: Defaults) -> Item:
    """A FHIR resource says so itself; anything else is a chart in our own form."""
    if isinstance(value, dict) and "resourceType" in value:
        reading = fhir.read(value, source=defaults.source)
        return Item(where=where, position=position, charts=reading.charts, skipped=reading.skipped)
    found = chart_json.read(
        value, source=defaults.source, specialty=defaults.specialty, patient_class=defaults.patient_class
    )
    return Item(where=where, position=position, charts=(found.chart,), unread=found.unread)
