"""ICD-10-CM, from CDC's files or from the package `simple-icd-10-cm`.

CDC publishes for each fiscal year, and for the update of 1 April ("Comprehensive Listing ICD-10-CM Files"):
- "Code Descriptions": icd10cm_order_20XX.txt (icd10cm-order-20XX.txt since 2023), all codes and headers;
- "Table and Index": icd10cm_tabular_20XX.xml, the tree with its notes.
With both, titles and billability come from the order file, notes, chapters and blocks from the tabular.
The order file alone gives codes without notes; the tabular alone makes seven-character codes itself.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from medcode.codebook.loaders import order, tabular
from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.loaders.files import SourceFile
from medcode.codebook.loaders.job import Book, CodeRow
from medcode.codebook.loaders.xml import root_of, year_of
from medcode.codebook.snapshot import CodeEntry, Snapshot, undotted

CODE_SYSTEM = "ICD-10-CM"
PACKAGED_RELEASE = "April 2026"
PACKAGED_VALID_FROM = date(2026, 4, 1)
PACKAGED_VALID_TO = date(2026, 9, 30)
TERM_KINDS = ("includes", "inclusion_term")


def wanted(name: str) -> bool:
    """Whether a file of CDC's zips is one of the two that hold the code system."""
    return "addenda" not in name and (
        ("order" in name and name.endswith(".txt")) or ("tabular" in name and name.endswith(".xml"))
    )


def read_official(files: Sequence[SourceFile]) -> Book:
    """The book from an order file, a tabular XML, or one of each."""
    texts = [each for each in files if not each.name.lower().endswith(".xml")]
    xmls = [each for each in files if each.name.lower().endswith(".xml")]
    if len(texts) > 1 or len(xmls) > 1:
        raise CodebookFileError(f"More than one release is there: {', '.join(each.name for each in files)}.")
    if not xmls:
        listed = order.read(texts[0])
        return Book(_without_tabular(listed.rows), warnings=(*listed.warnings, "No tabular XML: no notes."))
    root = root_of(xmls[0], tabular.ROOT)
    years = tuple(filter(None, [year_of(root)]))
    nodes = list(tabular.nodes(root))
    if not texts:
        rows = tabular.with_extensions(nodes)
        tabular.mark_billable(rows)
        return Book(rows, years=years)
    listed = order.read(texts[0])
    return Book(_merged(nodes, listed.rows), years=years, warnings=listed.warnings)


def _without_tabular(listed: Sequence[order.Ordered]) -> list[CodeRow]:
    codes = {row.code for row in listed}
    return [_row(row, _longest_prefix(row.code, codes)) for row in listed]


def _row(row: order.Ordered, parent: str) -> CodeRow:
    kind = "category" if len(row.code) == 3 else "code"
    return CodeRow(row.code, row.title, kind, parent, row.billable, row.short_title)


def _longest_prefix(code: str, codes: set[str]) -> str:
    return next((code[:end] for end in range(len(code) - 1, 2, -1) if code[:end] in codes), "")


def _merged(nodes: list[CodeRow], listed: Sequence[order.Ordered]) -> list[CodeRow]:
    known = {row.code: row for row in nodes}
    codes = {row.code for row in listed}
    missing = [row.code for row in nodes if row.kind in ("category", "code") and row.code not in codes]
    if missing:
        raise CodebookFileError(
            f"{len(missing):,} codes stand in the tabular but not in the order file: {missing[:5]}. "
            "The files are of two releases, or one is cut off."
        )
    merged: list[CodeRow] = []
    shown: set[str] = set()
    for line in listed:
        row = known.get(line.code)
        if row is None:
            row = tabular.extended(line.code, known)
        row.title, row.short_title, row.billable = line.title, line.short_title, line.billable
        merged += [*_headings_before(row, known, shown), row]
    return merged


def _headings_before(row: CodeRow, known: dict[str, CodeRow], shown: set[str]) -> list[CodeRow]:
    """The chapter and block that begin with this category, once each."""
    headings: list[CodeRow] = []
    above = known.get(row.parent) if row.kind == "category" else None
    while above is not None and above.code not in shown:
        shown.add(above.code)
        headings.insert(0, above)
        above = known.get(above.parent)
    return headings


def packaged_files() -> tuple[Path, Path]:
    """Paths of the tabular XML and the code list inside `simple-icd-10-cm`, without importing it.

    Importing the package costs seconds and ~190 MB; its two data files are all that is wanted.
    """
    spec = importlib.util.find_spec("simple_icd_10_cm")
    if spec is None or spec.origin is None:
        raise CodebookFileError("The package simple-icd-10-cm is not installed: run `make setup`.")
    data = Path(spec.origin).parent / "data"
    return data / "icd10c-tabular-April-1-2026.xml", data / "code-list-April-2026.txt"


def read(tabular_xml: Path, code_list: Path) -> list[CodeRow]:
    """All chapters, blocks, categories and codes in tabular order, from the package's two files.

    Raises `CodebookFileError` when the code list names a code that the tabular cannot explain,
    which is what a truncated or mismatched pair of files looks like.
    """
    file = SourceFile(tabular_xml.name, tabular_xml.name, tabular_xml.stat().st_size, tabular_xml)
    nodes = {node.code: node for node in tabular.nodes(root_of(file, tabular.ROOT))}
    ordered = _ordered_codes(code_list)
    for code in ordered:
        if code not in nodes:
            nodes[code] = tabular.extended(code, nodes)
    rows = list(nodes.values())
    tabular.mark_billable(rows)
    position = {code: index for index, code in enumerate(ordered)}
    missing = [code for code in nodes if code not in position]
    if missing:
        raise CodebookFileError(f"{len(missing)} codes stand in the tabular but not in the code list: {missing[:5]}")
    return sorted(rows, key=lambda node: position[node.code])


def snapshot(nodes: list[CodeRow] | None = None) -> Snapshot:
    """The packaged release as a `Snapshot`, without a database (tests, tools)."""
    nodes = nodes if nodes is not None else read(*packaged_files())
    listed = {node.code for node in nodes if node.kind in ("category", "code")}
    return Snapshot.of(
        CODE_SYSTEM,
        PACKAGED_RELEASE,
        (
            CodeEntry(
                code=node.code,
                title=node.title,
                billable=node.billable,
                parent=node.parent if node.parent in listed else "",
                terms=tuple(text for kind, text in node.notes if kind in TERM_KINDS),
            )
            for node in nodes
            if node.code in listed
        ),
    )


def _ordered_codes(code_list: Path) -> list[str]:
    # The list opens each chapter with its bare number, and gives ranges as "A00-A09".
    codes = []
    for line in code_list.read_text(encoding="utf-8").splitlines():
        item = line.strip()
        if item:
            codes.append(item if item.isdigit() or "-" in item else undotted(item))
    # A one-category block repeats its category's name (B20, F99, …): keep the category once.
    return list(dict.fromkeys(codes))
