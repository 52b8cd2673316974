"""Diagnoses exempt from POA reporting: CDC/CMS POAexemptCodesFY26.txt ("POA Exempt Codes"), or as csv or workbook.

Tab-separated below one header line: order number, code (dotted or not), description.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from medcode.codebook.loaders.errors import CodebookFileError, malformed
from medcode.codebook.loaders.files import SourceFile
from medcode.codebook.loaders.job import Job
from medcode.codebook.loaders.ncci_ptp import preferred
from medcode.codebook.loaders.sheets import sheet_rows
from medcode.codebook.snapshot import undotted

CODE = re.compile(r"^[A-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?$")
EXPECTED = "an ICD-10-CM code and its description, with or without an order number before them"


def wanted(name: str) -> bool:
    """Whether a file of the zip is the whole list (not the additions and deletions beside it)."""
    return name.endswith((".txt", ".csv", ".xlsx")) and "exempt" in name and "add" not in name and "delet" not in name


def rows(files: Sequence[SourceFile], job: Job) -> Iterator[tuple[object, ...]]:
    """(stored code,)."""
    fitting = preferred(files)
    if len(fitting) > 1:
        raise CodebookFileError(f"More than one list is there: {', '.join(each.name for each in fitting)}.")
    started = False
    for row in sheet_rows(fitting[0]):
        found = next((cell for cell in row.cells[:2] if CODE.match(cell.upper())), None)
        if found is None:
            if not started and row.number <= 10:
                continue  # the title and header
            raise malformed(fitting[0].where, row.number, EXPECTED, " | ".join(row.cells))
        if len(row.cells) < 2:
            raise malformed(fitting[0].where, row.number, EXPECTED, found)
        started = True
        yield (undotted(found),)
