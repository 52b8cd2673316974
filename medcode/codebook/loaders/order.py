"""Order files: icd10cm_order_20XX.txt (CDC) and icd10pcs_order_20XX.txt (CMS), one fixed-width layout for both.

    columns 1-5    order number, counting from 00001 without gaps
            7-13   code without dot
            15     0 header, 1 valid for submission
            17-76  short title
            78-    long title

Source: CDC icd10OrderFiles.pdf and CMS icd10pcsOrderFile.pdf, which come with the files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from medcode.codebook.loaders.errors import CodebookFileError, malformed
from medcode.codebook.loaders.files import SourceFile
from medcode.codebook.loaders.lines import Line, filled

SHAPE = re.compile(r"^(\d{5,6}) ([0-9A-Z]{3,7}) +([01]) (.{60}) (.+)$")
EXPECTED = "an order number, a code, 0 or 1, a short and a long title in columns 1, 7, 15, 17 and 78"


@dataclass(frozen=True, slots=True)
class Ordered:
    """One line of an order file."""

    code: str
    billable: bool
    short_title: str
    title: str


@dataclass(frozen=True, slots=True)
class OrderFile:
    """A whole order file; `warnings` are sentences for the summary."""

    rows: list[Ordered]
    warnings: tuple[str, ...] = ()


def read(file: SourceFile) -> OrderFile:
    """The lines in order. Refuses a malformed line, a gap in the numbers, and a code that comes twice."""
    rows: list[Ordered] = []
    seen: set[str] = set()
    last = Line(0, "")
    for last in filled(file):
        number, row = _parsed(file, last)
        if number != len(rows) + 1:
            raise CodebookFileError(
                f"{file.where}, line {last.number:,}: order number {number:05} follows {len(rows):05}; "
                "lines are missing or out of order."
            )
        if row.code in seen:
            raise CodebookFileError(f"{file.where}, line {last.number:,}: {row.code} stands in the file twice.")
        seen.add(row.code)
        rows.append(row)
    return OrderFile(rows, () if last.ended else (unended(file, rows[-1].code if rows else ""),))


def unended(file: SourceFile, code: str) -> str:
    """The warning about a last line without line end, which is what a file cut off in its last title has."""
    return f"{file.where}: the last line ({code}) has no line end. Compare it with the publisher's file."


def _parsed(file: SourceFile, line: Line) -> tuple[int, Ordered]:
    # The code's own width is fixed too: five digits and a blank, then seven columns.
    match = SHAPE.match(line.text)
    if not match or len(line.text) < 78 or line.text[14] != match.group(3):
        raise malformed(file.where, line.number, EXPECTED, line.text)
    number, code, flag, short, title = match.groups()
    return int(number), Ordered(code, flag == "1", short.strip(), title.strip())
