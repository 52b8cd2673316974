"""NCCI medically unlikely edits: CMS quarterly tables, as csv or workbook.

MCR_MUE_PractitionerServices_Eff_10-01-2025.csv, MCR_MUE_OutpatientHospitalServices_…, MCR_MUE_DMESupplier…
Below a copyright notice in one quoted cell:
    HCPCS/CPT Code | … Services MUE Values | MUE Adjudication Indicator | MUE Rationale
The indicator is "1 Line Edit", "2 Date of Service Edit: Policy" or "3 Date of Service Edit: Clinical".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from medcode.codebook.loaders.errors import CodebookFileError, malformed
from medcode.codebook.loaders.files import SourceFile
from medcode.codebook.loaders.job import Job
from medcode.codebook.loaders.ncci_ptp import CODE, preferred
from medcode.codebook.loaders.sheets import below_header

NAMES = {"practitioner": "practitioner", "outpatient": "outpatient", "dme": "dme"}
COLUMNS = [["hcpcs/ cpt", "hcpcs/cpt", "hcpcs", "cpt code"], ["mue value"], ["adjudication"], ["", "rationale"]]
EXPECTED = "a code, a number of units, and an indicator that begins with 1, 2 or 3"


def wanted(name: str) -> bool:
    """Whether a file of CMS's zip holds the edits."""
    return name.endswith((".csv", ".xlsx", ".txt")) and "mue" in name


def rows(files: Sequence[SourceFile], job: Job) -> Iterator[tuple[object, ...]]:
    """(code, units, indicator, rationale)."""
    for file in preferred(files):
        _check_variant(file, job.variant)
        places, below = below_header(file, COLUMNS, "an NCCI table of medically unlikely edits")
        for row in below:
            code, units, indicator, rationale = (
                row.cells[place] if place is not None and place < len(row.cells) else "" for place in places
            )
            if not CODE.match(code) or not units.isdigit() or indicator[:1] not in ("1", "2", "3"):
                raise malformed(file.where, row.number, EXPECTED, " | ".join(row.cells))
            yield code, int(units), indicator[0], rationale[:200]


def _check_variant(file: SourceFile, variant: str) -> None:
    for other, word in NAMES.items():
        if word in file.name.lower() and other != variant:
            raise CodebookFileError(f"{file.where} holds {other} edits, but --variant is {variant}.")
