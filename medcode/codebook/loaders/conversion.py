"""What codes became: conversion tables of CDC and CMS, and general equivalence mappings (GEMs). By variant:

ICD-10-CM    CDC "ICD-10-CM Conversion Table" (…-FY2026.txt or .xlsx): Current code assignment | Code effective
             date (a fiscal year, or MM/DD/YY) | Previous code(s) assignment, several by commas, or ranges.
ICD-10-PCS   CMS icd10pcs_conversion_table_FY20XX.txt, tab-separated: current code, …, year, previous code(s) by
             commas, …, and last the month and day of the change (10.1); NoPCS where there was or is none.
I9-I10, I10-I9, GEM and backup GEM of CMS (20XX_I9gem.txt, …), fixed width: source, target (NoDx, NoPCS), and five
             flags: approximate, no map, combination, scenario, choice list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from medcode.codebook.loaders.errors import CodebookFileError, malformed
from medcode.codebook.loaders.files import SourceFile
from medcode.codebook.loaders.job import Job
from medcode.codebook.loaders.lines import filled
from medcode.codebook.loaders.ncci_ptp import preferred
from medcode.codebook.loaders.sheets import SheetRow, below_header, sheet_rows
from medcode.codebook.models import CodeSystem
from medcode.codebook.snapshot import undotted

VARIANTS = (CodeSystem.ICD10CM.value, CodeSystem.ICD10PCS.value, "I9-I10", "I10-I9")
CM_COLUMNS = [["current code", "current"], ["effective"], ["previous"]]
CM_CODE = re.compile(r"^[A-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?$")
PCS_CODE = re.compile(r"^[0-9A-HJ-NP-Z]{7}$")
GEM = re.compile(r"^([0-9A-Z]{3,7})\s+([0-9A-Za-z]{3,7})\s+([01]{3}\d\d)$")
SHORT_DATE = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})( .*)?$")
NOTHING = ("none", "nopcs", "nodx", "")
LONGEST_RANGE = 1000
Step = tuple[str, str, date | None, str]


def wanted(name: str) -> bool:
    """Whether a file of the zips is a conversion table or a GEM."""
    return name.endswith((".txt", ".xlsx")) and ("conversion" in name or "gem" in name)


def rows(files: Sequence[SourceFile], job: Job) -> Iterator[tuple[object, ...]]:
    """(source, target, effective, flags) in stored form, each once."""
    read = {VARIANTS[0]: _of_cm, VARIANTS[1]: _of_pcs}.get(job.variant, _of_gem)
    fitting = preferred(files)
    if len(fitting) > 1:
        raise CodebookFileError(f"More than one table is there: {', '.join(each.name for each in fitting)}.")
    seen: set[tuple[str, str, str]] = set()
    for source, target, effective, note in read(fitting[0]):
        if (source, target, note) not in seen:
            seen.add((source, target, note))
            yield source, target, effective, note


def _of_cm(file: SourceFile) -> Iterator[Step]:
    places, below = below_header(file, CM_COLUMNS, "an ICD-10-CM conversion table")
    for row in below:
        cells = [row.cells[place] if place is not None and place < len(row.cells) else "" for place in places]
        current, began, previous = cells
        if not CM_CODE.match(current):
            if began or previous:
                raise malformed(file.where, row.number, "a current code", " | ".join(row.cells))
            continue  # footnotes
        effective = _effective(began)
        if effective is None:
            raise malformed(file.where, row.number, "a fiscal year or MM/DD/YY", " | ".join(row.cells))
        for code in _several(previous):
            yield code, undotted(current), effective, ""


def _effective(text: str) -> date | None:
    if re.fullmatch(r"20\d\d", text):
        return date(int(text) - 1, 10, 1)
    if re.fullmatch(r"20\d{6}", text):  # a date cell of a workbook
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    match = SHORT_DATE.match(text)
    if not match:
        return None
    month, day, year = (int(each) for each in match.groups()[:3])
    return date(year if year > 99 else 2000 + year, month, day)


def _several(text: str) -> Iterator[str]:
    """The stored codes of a cell: commas, semicolons and "and" part them, a hyphen makes a range."""
    for part in re.split(r"[;,]|\band\b|\s{2,}", text.replace('"', "")):
        item = part.strip()
        if item.lower() in NOTHING or "categor" in item.lower():
            continue
        first, _, last = (each.strip() for each in item.partition("-"))
        if not CM_CODE.match(first):
            continue  # a remark beside the codes
        yield from _range(undotted(first), undotted(last)) if last else (undotted(first),)


def _range(first: str, last: str) -> Iterator[str]:
    """H02101-H02106, or H02101-106, counts up the digits in which the ends differ."""
    last = last if len(last) >= len(first) else first[: len(first) - len(last)] + last
    same = next((place for place in range(len(first)) if first[: place + 1] != last[: place + 1]), len(first))
    begin, end = first[same:], last[same:]
    if not (begin.isdigit() and end.isdigit() and 0 <= int(end) - int(begin) <= LONGEST_RANGE):
        yield from (first, last)
        return
    for number in range(int(begin), int(end) + 1):
        yield f"{first[:same]}{number:0{len(begin)}}"


def _of_pcs(file: SourceFile) -> Iterator[Step]:
    for place, row in enumerate(sheet_rows(file)):
        if place == 0 and "current" in row.cells[0].lower():
            continue
        yield from _pcs_steps(file, row)


def _pcs_steps(file: SourceFile, row: SheetRow) -> Iterator[Step]:
    expected = "current code, …, year, previous codes, …, month.day"
    problem = malformed(file.where, row.number, expected, " | ".join(row.cells))
    cells = row.cells
    if len(cells) < 7 or not re.fullmatch(r"20\d\d", cells[2]):
        raise problem
    current = cells[0].upper()
    day = re.fullmatch(r"(\d{1,2})\.(\d{1,2})", next((cell for cell in reversed(cells) if cell), ""))
    effective = date(int(cells[2]), int(day.group(1)), int(day.group(2))) if day else date(int(cells[2]) - 1, 10, 1)
    if current.lower() in NOTHING:
        return  # deleted without a successor
    if not PCS_CODE.match(current):
        raise problem
    for previous in cells[3].upper().replace(" ", "").split(","):
        if PCS_CODE.match(previous) and previous != current:
            yield previous, current, effective, ""


def _of_gem(file: SourceFile) -> Iterator[Step]:
    for line in filled(file):
        match = GEM.match(line.text.strip())
        if not match:
            raise malformed(file.where, line.number, "a code, its translation, and five flags", line.text)
        source, target, flags = match.groups()
        yield source, "" if target.lower() in NOTHING else target.upper(), None, flags
