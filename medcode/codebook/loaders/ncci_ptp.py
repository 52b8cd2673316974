"""NCCI procedure-to-procedure edits: CMS quarterly files, as tab-separated text or workbook.

ccipra-v322r0-f1.txt … f4 (practitioner services) and ccioph-v322r0-f1.txt … f4 (outpatient hospital services);
version 32.2 is the third quarter of 2026. Below a copyright notice and a header of some lines:
    column 1 | column 2 | * in existence before 1996 | effective YYYYMMDD | deleted YYYYMMDD or * |
    modifier 0 not allowed, 1 allowed, 9 not applicable | rationale
Load all parts together: from the folder or the zips that they come in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from medcode.codebook.loaders.dates import compact
from medcode.codebook.loaders.errors import CodebookFileError, malformed
from medcode.codebook.loaders.files import SourceFile
from medcode.codebook.loaders.job import Job
from medcode.codebook.loaders.lines import lines
from medcode.codebook.loaders.sheets import is_workbook, sheet_rows

CODE = re.compile(r"^[0-9A-Z]\d{3}[0-9A-Z]$")
NAMES = {"practitioner": "ccipra", "outpatient": "ccioph"}
EXPECTED = "column 1, column 2, *, effective date, deletion date or *, 0, 1 or 9, and a rationale"
HEADER_WITHIN = 40  # lines

Pair = tuple[str, str, date, date | None, str, str]
cached_date = lru_cache(maxsize=4096)(compact)


def wanted(name: str) -> bool:
    """Whether a file of CMS's zips holds pairs."""
    return name.endswith((".txt", ".xlsx")) and "cci" in name and "readme" not in name


def rows(files: Sequence[SourceFile], job: Job) -> Iterator[tuple[object, ...]]:
    """The pairs of all parts in order, one at a time; memory does not grow with the files."""
    for file in preferred(files):
        _check_variant(file, job.variant)
        yield from _of_workbook(file) if is_workbook(file) else _of_text(file)


def preferred(files: Sequence[SourceFile]) -> list[SourceFile]:
    """CMS ships each part as text and as workbook; the text, where both are there."""
    texts = {file.name.rsplit(".", 1)[0].lower() for file in files if not is_workbook(file)}
    return [file for file in files if not is_workbook(file) or file.name.rsplit(".", 1)[0].lower() not in texts]


def _check_variant(file: SourceFile, variant: str) -> None:
    for other, begin in NAMES.items():
        if file.name.lower().startswith(begin) and other != variant:
            raise CodebookFileError(f"{file.where} holds {other} edits, but --variant is {variant}.")


def _of_text(file: SourceFile) -> Iterator[Pair]:
    started = False
    for line in lines(file):
        cells = line.text.split("\t")
        if not started:
            started = len(cells) >= 6 and CODE.match(cells[0].strip()) is not None
            if not started:
                _refuse_without_header(file, line.number, line.text)
                continue
        if line.text.strip():
            yield _pair(file, line.number, cells)
    if not started:
        raise _no_pairs(file)


def _of_workbook(file: SourceFile) -> Iterator[Pair]:
    started = False
    for row in sheet_rows(file):
        started = started or (len(row.cells) >= 6 and CODE.match(row.cells[0]) is not None)
        if started:
            yield _pair(file, row.number, row.cells)
        else:
            _refuse_without_header(file, row.number, " | ".join(row.cells))
    if not started:
        raise _no_pairs(file)


def _refuse_without_header(file: SourceFile, number: int, text: str) -> None:
    if number > HEADER_WITHIN:
        raise malformed(file.where, number, EXPECTED, text)


def _no_pairs(file: SourceFile) -> CodebookFileError:
    return CodebookFileError(f"{file.where} is no NCCI procedure-to-procedure table: no line has {EXPECTED}.")


def _pair(file: SourceFile, number: int, cells: Sequence[str]) -> Pair:
    if len(cells) < 6:
        raise malformed(file.where, number, EXPECTED, " | ".join(cells))
    column1, column2, _, began, ended, modifier = (cell.strip() for cell in cells[:6])
    effective, deleted = cached_date(began), cached_date(ended)
    whole = CODE.match(column1) and CODE.match(column2) and effective and modifier in ("0", "1", "9")
    if not whole or effective is None or (deleted is None and ended not in ("*", "")):
        raise malformed(file.where, number, EXPECTED, " | ".join(cells))
    rationale = cells[6].strip() if len(cells) > 6 else ""
    return column1, column2, effective, deleted, modifier, rationale[:200]
