"""Alphabetic indexes and tables of terms, as XML of CDC and CMS.

CDC "Table and Index": icd10cm_index_20XX.xml, icd10cm_eindex_20XX.xml, icd10cm_neoplasm_20XX.xml and
icd10cm_drug_20XX.xml, all rooted in <ICD10CM.index>:
    <letter><title>A</title><mainTerm><title>Abasia<nemod>(-astasia)</nemod></title><code>F44.4</code>
      <manif>…</manif><see>…</see><seeAlso>…</seeAlso><cell col="2">C76.2</cell><term level="1">…</term>…
Neoplasm columns 2-7: malignant primary, secondary, in situ, benign, uncertain, unspecified; drug columns 2-7:
accidental, self-harm, assault, undetermined, adverse effect, underdosing.
CMS "Code Tables and Index": icd10pcs_index_20XX.xml, <ICD10PCS.index>, where <code> is whole, <codes> and
<tab> begin one, and <see> and <use> may hold such a beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.loaders.files import SourceFile
from medcode.codebook.loaders.job import Job
from medcode.codebook.loaders.store import reserve_ids
from medcode.codebook.loaders.xml import root_of, text_of
from medcode.codebook.models import IndexEntry

COLUMNS = (
    "id", "parent_id", "position", "depth", "term", "nonessential", "path",
    "code", "manifestation", "see", "see_also", "cells",
)  # fmt: skip
FIRST_CELL, CELLS = 2, 6
# A code's beginning that a PCS cross-reference carries: "see Excision, Liver 0FB0".
INLINE = ("code", "codes", "tab")


@dataclass(frozen=True, slots=True)
class Entry:
    """One term on its way into the table; `above` is the position of the term that it stands under."""

    above: int | None
    depth: int
    term: str
    nonessential: str
    path: str
    code: str
    manifestation: str
    see: str
    see_also: str
    cells: list[str]


def wanted(*words: str) -> Callable[[str], bool]:
    """A test for XML files with one of the words in the name, and none of the other indexes'."""
    return lambda name: name.endswith(".xml") and any(word in name for word in words)


def wanted_index(name: str) -> bool:
    """icd10cm_index_20XX.xml, and not the external cause index beside it."""
    return name.endswith(".xml") and "index" in name and "eindex" not in name and "e-index" not in name


def rows_of(root: str, columns: bool) -> Callable[[Sequence[SourceFile], Job], Iterator[tuple[object, ...]]]:
    """A reader of files with that root; `columns`: the entries are table rows with cells, as the file must have."""

    def rows(files: Sequence[SourceFile], job: Job) -> Iterator[tuple[object, ...]]:
        if len(files) > 1:
            raise CodebookFileError(f"More than one index is there: {', '.join(each.name for each in files)}.")
        entries = list(_entries(root_of(files[0], root)))
        if any(entry.cells for entry in entries) != columns:
            kind = "an index without columns" if columns else "a table with columns"
            raise CodebookFileError(f"{files[0].where} is {kind}, which is not the kind asked for.")
        yield from _numbered(entries)

    return rows


def _numbered(entries: Sequence[Entry]) -> Iterator[tuple[object, ...]]:
    ids = reserve_ids(IndexEntry, len(entries))
    for position, entry in enumerate(entries):
        parent = None if entry.above is None else ids[entry.above]
        words = (entry.term[:500], entry.nonessential[:500], entry.path[:2000])
        codes = (entry.code, entry.manifestation, entry.see[:300], entry.see_also[:300])
        yield (ids[position], parent, position, entry.depth, *words, *codes, entry.cells)


def _entries(root: Any) -> Iterator[Entry]:
    position = 0
    # Document order, with a stack of its own: terms nest nine deep, but a damaged file might nest without end.
    stack: list[tuple[Any, int | None, int, str]] = [
        (main, None, 0, "") for main in reversed(root.findall("letter/mainTerm") or root.findall("mainTerm"))
    ]
    while stack:
        element, above, depth, path = stack.pop()
        entry = _entry(element, above, depth, path)
        yield entry
        below = [(term, position, depth + 1, entry.path) for term in element.findall("term")]
        stack.extend(reversed(below))
        position += 1


def _entry(element: Any, above: int | None, depth: int, path: str) -> Entry:
    title = element.find("title")
    term = " ".join(((title.text or "") if title is not None else "").split())
    modifiers = [] if title is None else [" ".join((each.text or "").split()) for each in title.findall("nemod")]
    tails = [] if title is None else [" ".join((each.tail or "").split()) for each in title.findall("nemod")]
    term = " ".join([term, *filter(None, tails)])
    return Entry(
        above,
        depth,
        term,
        " ".join(filter(None, modifiers)),
        ", ".join(filter(None, [path, term])),
        _code(element),
        text_of(element, "manif"),
        _reference(element, "see") or _reference(element, "use"),
        _reference(element, "seeAlso"),
        _cells(element),
    )


def _code(element: Any) -> str:
    return next((text for tag in INLINE if (text := text_of(element, tag))), "")


def _reference(element: Any, tag: str) -> str:
    """The words of a cross-reference, with the beginning of a code that it may carry."""
    found = [" ".join(" ".join(each.itertext()).split()) for each in element.findall(tag)]
    return "; ".join(text for text in found if text)


def _cells(element: Any) -> list[str]:
    cells = element.findall("cell")
    if not cells:
        return []
    row = [""] * CELLS
    for cell in cells:
        column = int(cell.get("col", "0")) - FIRST_CELL
        if 0 <= column < CELLS:
            text = (cell.text or "").strip()
            row[column] = "" if text in ("-", "--") else text
    return row
