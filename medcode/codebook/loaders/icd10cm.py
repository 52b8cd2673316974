"""ICD-10-CM: the CDC's tabular list (XML) and code list, as the package `simple-icd-10-cm` ships them.

The XML holds categories, subcategories and their notes, but not the codes made by adding a
seventh character; the code list holds those. Titles of the latter are composed as the
order file composes them: the stem's title, a comma, the extension's meaning.

Source: ICD-10-CM FY2026 April 1 update, https://www.cdc.gov/nchs/icd/icd-10-cm/files.html
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from defusedxml import ElementTree

from medcode.codebook.snapshot import CodeEntry, Snapshot, undotted

CODE_SYSTEM = "ICD-10-CM"
PACKAGED_RELEASE = "April 2026"
PACKAGED_VALID_FROM = date(2026, 4, 1)
PACKAGED_VALID_TO = date(2026, 9, 30)

# Tags of the tabular XML → our note kinds.
NOTE_KINDS = {
    "includes": "includes",
    "inclusionTerm": "inclusion_term",
    "excludes1": "excludes1",
    "excludes2": "excludes2",
    "codeFirst": "code_first",
    "useAdditionalCode": "use_additional",
    "codeAlso": "code_also",
    "notes": "note",
    "sevenChrNote": "seventh_character",
}
TERM_KINDS = ("includes", "inclusion_term")


class CodebookFileError(ValueError):
    """The file is not what it should be; the message says what and where."""


@dataclass(slots=True)
class TabularNode:
    """One chapter, block, category or code of the tabular, with the notes that stand at it."""

    code: str
    title: str
    kind: str  # "chapter", "block", "category" or "code"
    parent: str
    billable: bool = False
    notes: list[tuple[str, str]] = field(default_factory=list)
    extensions: dict[str, str] = field(default_factory=dict)


def packaged_files() -> tuple[Path, Path]:
    """Paths of the tabular XML and the code list inside `simple-icd-10-cm`, without importing it.

    Importing the package costs seconds and ~190 MB; its two data files are all that is wanted.
    """
    spec = importlib.util.find_spec("simple_icd_10_cm")
    if spec is None or spec.origin is None:
        raise CodebookFileError("The package simple-icd-10-cm is not installed: run `make setup`.")
    data = Path(spec.origin).parent / "data"
    return data / "icd10c-tabular-April-1-2026.xml", data / "code-list-April-2026.txt"


def read(tabular: Path, code_list: Path) -> list[TabularNode]:
    """All chapters, blocks, categories and codes in tabular order.

    Raises `CodebookFileError` when the code list names a code that the tabular cannot explain,
    which is what a truncated or mismatched pair of files looks like.
    """
    nodes = {node.code: node for node in _read_tabular(tabular)}
    ordered = _ordered_codes(code_list)
    for code in ordered:
        if code not in nodes:
            nodes[code] = _extended(code, nodes)
    has_children = {node.parent for node in nodes.values()}
    for node in nodes.values():
        node.billable = node.kind in ("category", "code") and node.code not in has_children
    position = {code: index for index, code in enumerate(ordered)}
    missing = [code for code in nodes if code not in position]
    if missing:
        raise CodebookFileError(f"{len(missing)} codes stand in the tabular but not in the code list: {missing[:5]}")
    return sorted(nodes.values(), key=lambda node: position[node.code])


def snapshot(nodes: list[TabularNode] | None = None) -> Snapshot:
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


def _read_tabular(path: Path) -> Iterator[TabularNode]:
    root = ElementTree.parse(path).getroot()
    if root.tag != "ICD10CM.tabular":
        raise CodebookFileError(f"{path.name}: expected <ICD10CM.tabular>, found <{root.tag}>.")
    for chapter in root.findall("chapter"):
        number = _text(chapter, "name")
        yield TabularNode(number, _text(chapter, "desc"), "chapter", "", notes=list(_notes(chapter)))
        for section in chapter.findall("section"):
            block = section.attrib["id"]
            single = _text_of_single(section, block)
            if not single:
                yield TabularNode(block, _text(section, "desc"), "block", number, notes=list(_notes(section)))
            for diag in section.findall("diag"):
                yield from _walk(diag, number if single else block, "category")


def _text_of_single(section: Any, block: str) -> bool:
    """Whether the block is named like its only category (B20, F99, P84, R99, Z66)."""
    return any(undotted(_text(diag, "name")) == block for diag in section.findall("diag"))


def _walk(diag: Any, parent: str, kind: str) -> Iterator[TabularNode]:
    code = undotted(_text(diag, "name"))
    extensions = {item.attrib["char"]: (item.text or "").strip() for item in diag.findall("sevenChrDef/extension")}
    yield TabularNode(code, _text(diag, "desc"), kind, parent, notes=list(_notes(diag)), extensions=extensions)
    for child in diag.findall("diag"):
        yield from _walk(child, code, "code")


def _notes(element: Any) -> Iterator[tuple[str, str]]:
    for tag, kind in NOTE_KINDS.items():
        for note in element.findall(f"{tag}/note"):
            text = " ".join((note.text or "").split())
            if text:
                yield kind, text


def _text(element: Any, tag: str) -> str:
    text = " ".join((element.findtext(tag) or "").split())
    # Section titles end in their own range: "Intestinal infectious diseases (A00-A09)".
    return text


def _extended(code: str, nodes: dict[str, TabularNode]) -> TabularNode:
    """The node of a seven-character code: its stem plus the extension nearest above it."""
    if len(code) != 7:
        raise CodebookFileError(f"The code list names {code}, which the tabular does not have.")
    stem = code[:6]
    while stem and stem not in nodes:
        if stem[-1] != "X":
            raise CodebookFileError(f"The code list names {code}, but the tabular has no code above it.")
        stem = stem[:-1]
    meaning = _extension_meaning(stem, code[6], nodes)
    if meaning is None:
        raise CodebookFileError(
            f"The code list names {code}, but no seventh character {code[6]} is defined for {stem}."
        )
    return TabularNode(code, f"{nodes[stem].title}, {meaning}", "code", stem)


def _extension_meaning(stem: str, character: str, nodes: dict[str, TabularNode]) -> str | None:
    current: str = stem
    while current in nodes:
        if character in nodes[current].extensions:
            return nodes[current].extensions[character]
        current = nodes[current].parent
    return None
