"""Rows of text tables (tab, comma or semicolon between fields) and of workbooks (.xlsx), one at a time.

Official tables open with a copyright notice of some lines, sometimes inside one quoted cell; the header
row comes after it, and its words vary from year to year. So columns are found by what their names contain.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException

from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.loaders.files import LARGEST_FILE, SourceFile, check_archive
from medcode.codebook.loaders.lines import lines

HEADER_WITHIN = 60  # rows
WORKBOOK = (".xlsx", ".xlsm")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """The cells of one row as text, blanks trimmed. `number` is its line, or its row in the sheet."""

    number: int
    cells: list[str]


def is_workbook(file: SourceFile) -> bool:
    """Whether the file is an Excel workbook."""
    return file.name.lower().endswith(WORKBOOK)


def sheet_rows(file: SourceFile) -> Iterator[SheetRow]:
    """All rows that are not blank, of a workbook's first sheet or of a text table."""
    rows = _of_workbook(file) if is_workbook(file) else _of_text(file)
    return (row for row in rows if any(row.cells))


def below_header(
    file: SourceFile, wanted: Sequence[Sequence[str]], what: str
) -> tuple[list[int | None], Iterator[SheetRow]]:
    """Find the header row; returns the place of each wanted column and the rows below the header.

    `wanted`: for each column, the words one of which its name must contain (lower case; "" first means
    that the file may lack it). Raises `CodebookFileError` when no row has all the needed names.
    """
    rows = sheet_rows(file)
    seen: list[str] = []
    for row in rows:
        places = _places(row.cells, wanted)
        if all(place is not None or names[0] == "" for place, names in zip(places, wanted, strict=True)):
            return places, rows
        seen.append(" | ".join(cell for cell in row.cells if cell)[:80])
        if len(seen) >= HEADER_WITHIN:
            break
    first = seen[0] if seen else "nothing"
    needed = ", ".join(f"“{next(n for n in names if n)}”" for names in wanted if names[0])
    raise CodebookFileError(f"{file.where} is not {what}: no header row with {needed}. It begins with: {first!r}.")


def _places(cells: list[str], wanted: Sequence[Sequence[str]]) -> list[int | None]:
    names = [" ".join(cell.lower().split()) for cell in cells]
    places: list[int | None] = []
    for words in wanted:
        fitting = (place for word in words if word for place, name in enumerate(names) if word in name)
        places.append(next(fitting, None))
    return places


def _of_text(file: SourceFile) -> Iterator[SheetRow]:
    listed = lines(file)
    opening = [line for _, line in zip(range(HEADER_WITHIN), listed, strict=False)]
    mark = _separator([line.text for line in opening])
    # csv is needed for quoted cells that hold line ends; its line_num counts lines as a person does.
    reader = csv.reader((f"{line.text}\n" for line in chain(opening, listed)), delimiter=mark)
    try:
        for cells in reader:
            yield SheetRow(reader.line_num, [cell.strip() for cell in cells])
    except csv.Error as error:
        raise CodebookFileError(f"{file.where}, line {reader.line_num:,}: {error}.") from error


def _separator(opening: Iterable[str]) -> str:
    text = "\n".join(opening)
    return max("\t,;|", key=lambda mark: (text.count(mark), mark == ","))


def _of_workbook(file: SourceFile) -> Iterator[SheetRow]:
    # Importing openpyxl costs a third of a second, which every other command would pay.
    import openpyxl

    with file.open() as stream:
        # A workbook inside a zip cannot be sought in; it is small enough to hold.
        data = stream if not file.member else io.BytesIO(stream.read(LARGEST_FILE))
        try:
            with zipfile.ZipFile(data) as archive:
                check_archive(file.where, archive.infolist())
            book = openpyxl.load_workbook(data, read_only=True, data_only=True)
            for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
                yield SheetRow(number, [_text(cell) for cell in cells])
        except DefusedXmlException as error:
            raise CodebookFileError(f"{file.where}: the workbook declares entities; refused.") from error
        except (zipfile.BadZipFile, KeyError, ParseError, ValueError, EOFError) as error:
            if isinstance(error, CodebookFileError):
                raise
            raise CodebookFileError(f"{file.where}: not a whole workbook ({error}).") from error


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y%m%d}"
    # Excel keeps a code such as 10004 as a number, and sometimes as 10004.0.
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
