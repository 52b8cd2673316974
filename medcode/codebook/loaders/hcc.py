"""HCC maps: CMS "20XX Initial/Midyear Final ICD-10-CM Mappings", csv or workbook, one for each payment year.

Below a title of some lines one row for each diagnosis: Diagnosis Code | Description | … | CMS-HCC Model Category
V24 | CMS-HCC Model Category V28 | … and, further right, columns "… for 20XX Payment Year" with Yes or No, which
say whether the map counts in that year. A payment year takes its diagnoses from services of the year before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from medcode.codebook.loaders.errors import CodebookFileError, malformed
from medcode.codebook.loaders.files import SourceFile
from medcode.codebook.loaders.job import Job
from medcode.codebook.loaders.ncci_ptp import preferred
from medcode.codebook.loaders.poa import CODE
from medcode.codebook.loaders.sheets import SheetRow, sheet_rows
from medcode.codebook.snapshot import undotted

HEADER_WITHIN = 40  # rows


def wanted(name: str) -> bool:
    """Whether a file of CMS's zip is the map."""
    return name.endswith((".csv", ".xlsx")) and "mapping" in name


def rows(files: Sequence[SourceFile], job: Job) -> Iterator[tuple[object, ...]]:
    """(stored code, category) of the model that the job's variant names ("V28")."""
    fitting = preferred(files)
    if len(fitting) > 1:
        raise CodebookFileError(f"More than one map is there: {', '.join(each.name for each in fitting)}.")
    file, below = fitting[0], sheet_rows(fitting[0])
    category, counts = _columns(file, below, job.variant)
    for row in below:
        code = row.cells[0].upper()
        if not CODE.match(code):
            if len(code) <= 8 and code.isalnum():
                raise malformed(file.where, row.number, "an ICD-10-CM code in the first column", " | ".join(row.cells))
            continue  # footnotes under the table
        if len(row.cells) <= category:
            raise malformed(file.where, row.number, f"{category + 1} columns", " | ".join(row.cells))
        counted = counts is None or (len(row.cells) > counts and row.cells[counts].lower().startswith("y"))
        if row.cells[category] and counted:
            yield undotted(code), row.cells[category].removesuffix(".0")


def _columns(file: SourceFile, below: Iterator[SheetRow], variant: str) -> tuple[int, int | None]:
    for number, row in enumerate(below):
        names = [" ".join(cell.lower().split()) for cell in row.cells]
        if names and ("diagnosis code" in names[0] or names[0].startswith("icd-10")):
            return _named(file, names, variant.lower())
        if number >= HEADER_WITHIN:
            break
    raise CodebookFileError(f"{file.where} is not an HCC map: no header row that begins with “Diagnosis Code”.")


def _named(file: SourceFile, names: list[str], variant: str) -> tuple[int, int | None]:
    ours = [
        (place, name)
        for place, name in enumerate(names)
        if re.search(rf"\bcms-hcc model category {variant}\b", name) and "esrd" not in name
    ]
    category = next((place for place, name in ours if "payment year" not in name), None)
    if category is None:
        raise CodebookFileError(f"{file.where} has no column “CMS-HCC Model Category {variant.upper()}”.")
    return category, next((place for place, name in ours if "payment year" in name), None)
