"""HCPCS Level II: CMS HCPC20XX_<month>_ANWEB.txt ("Alpha-Numeric HCPCS File", quarterly), fixed width.

Records of 320 columns, blanks at the end left out (CMS HCPC20XX_recordlayout.txt):
    columns 1-5      code; a modifier stands in columns 4-5
            6-10     sequence number, counting records of one code by hundreds
            11       3 first record of a procedure, 4 its further records, 7 first of a modifier, 8 its further
            12-91    long description, continued in the records 4 and 8
            92-119   short description (records 3 and 7 only, like all below)
            269-276  date the code was added, 277-284 date of the last action, 285-292 termination date
            293      action: A added, D discontinued, N none, …
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from medcode.codebook.loaders.dates import compact
from medcode.codebook.loaders.errors import CodebookFileError, malformed
from medcode.codebook.loaders.files import SourceFile
from medcode.codebook.loaders.job import Book, CodeRow
from medcode.codebook.loaders.lines import Line, filled

CODE, RECORD, LONG, SHORT = slice(0, 5), 10, slice(11, 91), slice(91, 119)
ADDED, TERMINATED = slice(268, 276), slice(284, 292)
DETAIL_FROM = 92
WIDTH = 320
FIRST, FURTHER = "37", "48"


def wanted(name: str) -> bool:
    """Whether a file of CMS's zip is the one with the codes (beside notes, layouts and corrections)."""
    return name.endswith(".txt") and "anweb" in name and "layout" not in name and "trans" not in name


def read(files: Sequence[SourceFile]) -> Book:
    """Codes of a letter and four digits with the dates they are valid. Modifiers are checked and left out."""
    if len(files) > 1:
        raise CodebookFileError(f"More than one release is there: {', '.join(each.name for each in files)}.")
    rows: dict[str, CodeRow] = {}
    current: CodeRow | None = None
    for line in filled(files[0]):
        current = _record(files[0], line, rows, current)
    codes = sorted((row for row in rows.values() if len(row.code) == 5), key=lambda row: row.code)
    modifiers = len(rows) - len(codes)
    return Book(codes, warnings=(f"{modifiers:,} modifiers were read and not stored.",) if modifiers else ())


def _record(file: SourceFile, line: Line, rows: dict[str, CodeRow], current: CodeRow | None) -> CodeRow:
    text = line.text.ljust(WIDTH)
    record, code = text[RECORD], text[CODE].strip()
    if record not in FIRST + FURTHER or not code or len(line.text.rstrip()) > WIDTH:
        raise malformed(file.where, line.number, "a code in column 1, a record type 3, 4, 7 or 8 in column 11", text)
    if record in FURTHER:
        if current is None or current.code != code:
            raise malformed(file.where, line.number, f"a first record of {code} before its continuation", text)
        current.title = " ".join(f"{current.title} {text[LONG].strip()}".split())
        return current
    if code in rows:
        raise CodebookFileError(f"{file.where}, line {line.number:,}: {code} stands in the file twice.")
    rows[code] = _first(file, line, text, code)
    return rows[code]


def _first(file: SourceFile, line: Line, text: str, code: str) -> CodeRow:
    if len(line.text.rstrip()) < DETAIL_FROM:
        raise malformed(file.where, line.number, "a short description and dates from column 92 on", line.text)
    short, title = text[SHORT].strip(), " ".join(text[LONG].split())
    added, ended = _date(file, line, text[ADDED]), _date(file, line, text[TERMINATED])
    return CodeRow(code, title or short, "code", "", True, short, added, ended)


def _date(file: SourceFile, line: Line, text: str) -> date | None:
    if not text.strip():
        return None
    found = compact(text.strip())
    if found is None:
        raise malformed(file.where, line.number, "a date YYYYMMDD or blanks in columns 269-292", text)
    return found
