"""ICD-10-PCS, from CMS's files ("ICD-10-PCS" page, one zip each):

- "Order File": icd10pcs_order_20XX.txt, all seven-character codes and the headers of three characters;
- "Code Tables and Index": icd10pcs_tables_20XX.xml and icd10pcs_definitions_20XX.xml.
Codes come from the order file; the tables alone make them too, with titles that join the values' labels.

    <ICD10PCS.tabular><version>2026</version><pcsTable>
      <axis pos="1" values="1"><title>Section</title><label code="0">Medical and Surgical</label></axis>
      … pos 2, pos 3 with <definition> …
      <pcsRow codes="99"><axis pos="4" values="3"><title>Body Part</title><label code="6">…</label>…</axis>…
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from medcode.codebook.loaders import order
from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.loaders.files import SourceFile
from medcode.codebook.loaders.job import Book, CodeRow, PcsTableRow, PcsTerm
from medcode.codebook.loaders.xml import root_of, text_of, year_of

TABLES = "ICD10PCS.tabular"
DEFINITIONS = "ICD10PCS.definitions"


def wanted(name: str) -> bool:
    """Whether a file of CMS's zips is the order file, the tables or the definitions."""
    return "addenda" not in name and (
        ("order" in name and name.endswith(".txt"))
        or (name.endswith(".xml") and ("tables" in name or "definition" in name))
    )


def read(files: Sequence[SourceFile]) -> Book:
    """The book from any of the three files; of each kind there may be one."""
    texts = [each for each in files if not each.name.lower().endswith(".xml")]
    tables = [each for each in files if each.name.lower().endswith(".xml") and "definition" not in each.name.lower()]
    definitions = [each for each in files if each.name.lower().endswith(".xml") and each not in tables]
    if max(len(texts), len(tables), len(definitions)) > 1:
        raise CodebookFileError(f"More than one release is there: {', '.join(each.name for each in files)}.")
    roots = [root_of(each, TABLES) for each in tables] + [root_of(each, DEFINITIONS) for each in definitions]
    years = tuple(year for root in roots if (year := year_of(root)))
    rows = [row for file in tables for row in table_rows(file, roots[0])]
    terms = [term for _ in definitions for term in pcs_terms(roots[-1])]
    if texts:
        listed = order.read(texts[0])
        return Book(_checked(with_headers(_coded(listed.rows)), rows), rows, terms, years, listed.warnings)
    if not rows:
        raise CodebookFileError("Definitions alone make no code system: add the order file or the tables.")
    return Book(with_headers(from_tables(rows)), rows, terms, years)


def _coded(listed: Sequence[order.Ordered]) -> list[CodeRow]:
    return [
        CodeRow(row.code, row.title, "code" if len(row.code) == 7 else "category", "", row.billable, row.short_title)
        for row in listed
    ]


def with_headers(rows: Sequence[CodeRow]) -> list[CodeRow]:
    """Codes below their table's header of three characters, which is added where the file has none."""
    headers = {row.code: row for row in rows if len(row.code) == 3}
    complete: list[CodeRow] = []
    for row in sorted(rows, key=lambda each: each.code):
        table = row.code[:3]
        if len(row.code) == 7 and table not in headers:
            headers[table] = CodeRow(table, f"Table {table}", "category", "")
            complete.append(headers[table])
        row.parent = table if len(row.code) == 7 else ""
        complete.append(row)
    return complete


def table_rows(file: SourceFile, root: Any) -> Iterator[PcsTableRow]:
    """The rows of all tables. Refuses a row that has other values than it declares."""
    for table in root.findall("pcsTable"):
        heads = table.findall("axis")
        if [axis.get("pos") for axis in heads] != ["1", "2", "3"]:
            raise CodebookFileError(f"{file.where}: a <pcsTable> without its axes 1, 2 and 3.")
        code = "".join(axis.find("label").get("code", "") for axis in heads)
        labels = [text_of(axis, "label") for axis in heads]
        for row in table.findall("pcsRow"):
            axes = [_axis(file, code, axis) for axis in row.findall("axis")]
            _check_count(file, code, row.get("codes"), axes)
            yield PcsTableRow(code, labels, text_of(heads[2], "definition"), axes)


def _axis(file: SourceFile, table: str, axis: Any) -> dict[str, object]:
    values = [[label.get("code", ""), " ".join((label.text or "").split())] for label in axis.findall("label")]
    declared = axis.get("values")
    if declared is not None and declared != str(len(values)):
        raise CodebookFileError(
            f"{file.where}: table {table}, character {axis.get('pos')}: "
            f"{declared} values are declared, {len(values)} are there."
        )
    return {"name": text_of(axis, "title"), "values": values}


def _check_count(file: SourceFile, table: str, declared: str | None, axes: Sequence[dict[str, object]]) -> None:
    if len(axes) != 4:
        raise CodebookFileError(f"{file.where}: table {table}: a row with {len(axes)} axes instead of 4.")
    made = math.prod(len(_values(axis)) for axis in axes)
    if declared is not None and declared != str(made):
        raise CodebookFileError(f"{file.where}: table {table}: a row declares {declared} codes but makes {made}.")


def _values(axis: dict[str, object]) -> list[list[str]]:
    values = axis["values"]
    assert isinstance(values, list)  # noqa: S101 - built a few lines above
    return values


def from_tables(rows: Sequence[PcsTableRow]) -> list[CodeRow]:
    """Every combination that the tables allow, with a title that joins the labels."""
    made: dict[str, CodeRow] = {}
    for row in rows:
        header = ", ".join(row.labels)
        made.setdefault(row.table, CodeRow(row.table, header, "category", ""))
        for values in product(*(_values(axis) for axis in row.axes)):
            code = row.table + "".join(value[0] for value in values)
            title = f"{header}: {', '.join(value[1] for value in values)}"
            made.setdefault(code, CodeRow(code, title, "code", row.table, billable=True))
    return list(made.values())


def _checked(codes: list[CodeRow], rows: Sequence[PcsTableRow]) -> list[CodeRow]:
    """Refuse an order file and tables of two releases: the tables must make just the codes listed."""
    if rows:
        made = {row.code for row in from_tables(rows) if row.billable}
        listed = {row.code for row in codes if row.billable}
        if made != listed:
            other = sorted(made ^ listed)
            raise CodebookFileError(
                f"Tables and order file disagree on {len(other):,} codes, such as {', '.join(other[:3])}: "
                "they are of two releases, or one is cut off."
            )
    return codes


def pcs_terms(root: Any) -> Iterator[PcsTerm]:
    """`<section code="0"><axis pos="3"><terms><title>…</title><definition/><explanation/><includes/>…`.

    Several titles may share one explanation; each becomes a term of its own.
    """
    seen: set[tuple[str, int, str]] = set()
    for section in root.findall("section"):
        for axis in section.findall("axis"):
            for terms in axis.findall("terms"):
                includes = "; ".join(" ".join((each.text or "").split()) for each in terms.findall("includes"))
                about = (text_of(terms, "definition"), text_of(terms, "explanation"), includes)
                for title in terms.findall("title"):
                    key = (section.get("code", ""), int(axis.get("pos", "0")), " ".join((title.text or "").split()))
                    if key not in seen:
                        seen.add(key)
                        yield PcsTerm(*key, *about)
