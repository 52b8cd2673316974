"""MS-DRG weights: Table 5 of the IPPS final rule, text or workbook ("FY 2026 IPPS Final Rule Tables").

    MS-DRG | Post-Acute DRG | Special Pay DRG | MDC | TYPE | MS-DRG Title | Weights - Before Cap |
    Weights - 10% Cap Applied | Geometric mean LOS | Arithmetic mean LOS
The weight that pays is the one with the cap applied (it stops a DRG from losing more than a tenth in one year);
tables before FY 2023 have one column "Weights". 998 and 999 have dots for figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from medcode.codebook.loaders.errors import CodebookFileError, malformed
from medcode.codebook.loaders.files import SourceFile
from medcode.codebook.loaders.job import Job
from medcode.codebook.loaders.ncci_ptp import preferred
from medcode.codebook.loaders.sheets import below_header

COLUMNS = [
    ["ms-drg"],
    ["", "post-acute"],
    ["", "special pay"],
    ["mdc"],
    ["type"],
    ["title"],
    ["cap applied", "weights"],
    ["geometric"],
    ["arithmetic"],
]
EXPECTED = "a DRG of three digits, Yes or No twice, MDC, type, title, weights and two mean stays"


def wanted(name: str) -> bool:
    """Whether a file of the zip is Table 5."""
    return name.endswith((".txt", ".xlsx", ".csv")) and ("table 5" in name or "table_5" in name or "table5" in name)


def rows(files: Sequence[SourceFile], job: Job) -> Iterator[tuple[object, ...]]:
    """(drg, mdc, kind, title, weight, geometric and arithmetic mean stay, post-acute, special pay)."""
    fitting = preferred(files)
    if len(fitting) > 1:
        raise CodebookFileError(f"More than one Table 5 is there: {', '.join(each.name for each in fitting)}.")
    file = fitting[0]
    places, below = below_header(file, COLUMNS, "Table 5 (MS-DRG weights)")
    for row in below:
        cells = [row.cells[place] if place is not None and place < len(row.cells) else "" for place in places]
        problem = malformed(file.where, row.number, EXPECTED, " | ".join(row.cells))
        drg, post_acute, special, mdc, kind, title = cells[:6]
        if not drg.isdigit() and not title:
            continue  # footnotes under the table
        if not drg.isdigit() or len(drg) > 3 or not title:
            raise problem
        figures = [_figure(text, problem) for text in cells[6:]]
        flags = (post_acute.lower().startswith("y"), special.lower().startswith("y"))
        # DRGs of several MDCs have a blank there, and ungroupable ones asterisks for their type.
        yield drg.zfill(3), mdc[:3], "" if kind == "**" else kind[:4], title, *figures, *flags


def _figure(text: str, problem: CodebookFileError) -> Decimal | None:
    if text in ("", "."):
        return None
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise problem from None
