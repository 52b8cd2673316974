"""NCCI add-on code edits: CMS AOC_V2025Q4-MCR.txt (fixed width) or .xlsx, quarterly.

Text, in the columns of the workbook:
    column 1      type: 1 only the listed primaries, 2 primaries left to the contractor, 3 some listed
           2-6    add-on code            7-13   its deletion date
           14-18  primary code, or CCCCC (contractor defined)   19-25  its deletion date
           26-32  effective date of the edit   33-39  its deletion date   40-  special instructions
Dates are YYYYDDD, year and day of the year; blanks for none. A range of primaries (from older tables, tab-
separated, "99202-99215") becomes one row for each five-digit code in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from medcode.codebook.loaders.dates import compact, ordinal
from medcode.codebook.loaders.errors import CodebookFileError, malformed
from medcode.codebook.loaders.files import SourceFile
from medcode.codebook.loaders.job import Job
from medcode.codebook.loaders.lines import filled
from medcode.codebook.loaders.ncci_ptp import CODE, preferred
from medcode.codebook.loaders.sheets import below_header, is_workbook

CONTRACTOR = "CCCCC"
FIXED = re.compile(r"^([123])([0-9A-Z]{5})([\d ]{7})([0-9A-Z]{5})([\d ]{7})(\d{7})([\d ]{0,7})(.*)$")
RANGE = re.compile(r"^(\d{5})\s*-\s*(\d{5})$")
LONGEST_RANGE = 2000
COLUMNS = [
    ["edit_type", "edit type", "type"],
    ["add-on_code", "add-on code", "add_on_code", "aoc code", "add-on"],
    ["primary_code", "primary code"],
    ["edit_effdt", "edit_eff", "effective", "effdt"],
    ["", "edit_deldt", "edit_del"],
    ["", "aoc_deldt", "aoc_del"],
    ["", "primary_code_deldt", "primary_code_del"],
]
EXPECTED = "a type 1, 2 or 3, an add-on code, a primary code or CCCCC, and an effective date YYYYDDD"


def wanted(name: str) -> bool:
    """Whether a file of CMS's zip holds the edits."""
    return name.endswith((".txt", ".xlsx")) and "aoc" in name and "layout" not in name


def rows(files: Sequence[SourceFile], job: Job) -> Iterator[tuple[object, ...]]:
    """(code, primary, kind, effective, deleted), one for each add-on code and primary."""
    seen: set[tuple[object, ...]] = set()
    for file in preferred(files):
        for row in _of_table(file) if is_workbook(file) or _has_tabs(file) else _of_text(file):
            if (row[0], row[1], row[3]) not in seen:  # ranges of older tables overlap
                seen.add((row[0], row[1], row[3]))
                yield row


def _has_tabs(file: SourceFile) -> bool:
    return any("\t" in line.text for _, line in zip(range(10), filled(file), strict=False))


def _of_text(file: SourceFile) -> Iterator[tuple[object, ...]]:
    started = False
    for line in filled(file):
        match = FIXED.match(line.text)
        if not match:
            if not started and line.number <= 20 and "copyright" in line.text.lower():
                continue
            raise malformed(file.where, line.number, EXPECTED, line.text)
        started = True
        kind, code, code_ended, primary, primary_ended, began, ended, _ = match.groups()
        cells = [kind, code, primary, began, ended, code_ended, primary_ended]
        yield from _edits(cells, malformed(file.where, line.number, EXPECTED, line.text))
    if not started:
        raise CodebookFileError(f"{file.where} is no table of add-on codes: no line has {EXPECTED}.")


def _of_table(file: SourceFile) -> Iterator[tuple[object, ...]]:
    places, below = below_header(file, COLUMNS, "an NCCI table of add-on codes")
    for row in below:
        cells = [row.cells[place] if place is not None and place < len(row.cells) else "" for place in places]
        yield from _edits(cells, malformed(file.where, row.number, EXPECTED, " | ".join(row.cells)))


def _edits(cells: Sequence[str], problem: CodebookFileError) -> Iterator[tuple[object, ...]]:
    kind, code, primary, began, ended, code_ended, primary_ended = (cell.strip() for cell in cells)
    effective = _date(began)
    if kind not in ("1", "2", "3") or not CODE.match(code) or effective is None:
        raise problem
    # The edit ends with the first of its three ends.
    ends = [_date(text) for text in (ended, code_ended, primary_ended) if text]
    if None in ends:
        raise problem
    deleted = min((each for each in ends if each), default=None)
    for each in _primaries(primary, problem):
        yield code, each, kind, effective, deleted


def _primaries(primary: str, problem: CodebookFileError) -> list[str]:
    if primary.upper() == CONTRACTOR or "contractor" in primary.lower():
        return [""]
    if CODE.match(primary):
        return [primary]
    match = RANGE.match(primary)
    if not match or not 0 <= int(match.group(2)) - int(match.group(1)) <= LONGEST_RANGE:
        raise problem
    return [f"{number:05}" for number in range(int(match.group(1)), int(match.group(2)) + 1)]


def _date(text: str) -> date | None:
    return ordinal(text) or compact(text)
