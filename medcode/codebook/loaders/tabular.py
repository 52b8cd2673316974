"""The ICD-10-CM tabular list: CDC icd10cm_tabular_20XX.xml.

`<chapter><section id="A00-A09"><diag><name>A00</name><desc>…</desc>…` nested as deep as codes go, with the
notes beside each. Codes made by a seventh character are not in it; `<sevenChrDef>` says how to make them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.loaders.job import CodeRow
from medcode.codebook.loaders.xml import text_of
from medcode.codebook.snapshot import undotted

ROOT = "ICD10CM.tabular"

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


def nodes(root: Any) -> Iterator[CodeRow]:
    """Chapters, blocks, categories and codes in the order of the tabular."""
    for chapter in root.findall("chapter"):
        number = text_of(chapter, "name")
        yield CodeRow(number, text_of(chapter, "desc"), "chapter", "", notes=list(_notes(chapter)))
        for section in chapter.findall("section"):
            block = section.attrib["id"]
            single = _named_like_its_only_category(section, block)
            if not single:
                yield CodeRow(block, text_of(section, "desc"), "block", number, notes=list(_notes(section)))
            for diag in section.findall("diag"):
                yield from _walk(diag, number if single else block, "category")


def _named_like_its_only_category(section: Any, block: str) -> bool:
    """Whether the block is named like its only category (B20, F99, P84, R99, Z66)."""
    return any(undotted(text_of(diag, "name")) == block for diag in section.findall("diag"))


def _walk(diag: Any, parent: str, kind: str) -> Iterator[CodeRow]:
    code = undotted(text_of(diag, "name"))
    extensions = {item.attrib["char"]: (item.text or "").strip() for item in diag.findall("sevenChrDef/extension")}
    yield CodeRow(code, text_of(diag, "desc"), kind, parent, notes=list(_notes(diag)), extensions=extensions)
    for child in diag.findall("diag"):
        yield from _walk(child, code, "code")


def _notes(element: Any) -> Iterator[tuple[str, str]]:
    for tag, kind in NOTE_KINDS.items():
        for note in element.findall(f"{tag}/note"):
            text = " ".join((note.text or "").split())
            if text:
                yield kind, text


def extended(code: str, known: dict[str, CodeRow]) -> CodeRow:
    """The row of a seven-character code: its stem plus the extension nearest above it.

    The title is composed as the order file composes it: the stem's title, a comma, the extension's meaning.
    Raises `CodebookFileError` when the tabular has no such stem or extension.
    """
    if len(code) != 7:
        raise CodebookFileError(f"The code list names {code}, which the tabular does not have.")
    stem = code[:6]
    while stem and stem not in known:
        if stem[-1] != "X":
            raise CodebookFileError(f"The code list names {code}, but the tabular has no code above it.")
        stem = stem[:-1]
    meaning = _meaning(stem, code[6], known)
    if meaning is None:
        raise CodebookFileError(
            f"The code list names {code}, but no seventh character {code[6]} is defined for {stem}."
        )
    return CodeRow(code, f"{known[stem].title}, {meaning}", "code", stem)


def _meaning(stem: str, character: str, known: dict[str, CodeRow]) -> str | None:
    current: str = stem
    while current in known:
        if character in known[current].extensions:
            return known[current].extensions[character]
        current = known[current].parent
    return None


def with_extensions(listed: list[CodeRow]) -> list[CodeRow]:
    """The tabular with the seven-character codes that its definitions make, each after its stem.

    The definition nearest above a code that has nothing below it applies; placeholders X fill the gap.
    """
    known = {row.code: row for row in listed}
    above = {row.parent for row in listed}
    complete: list[CodeRow] = []
    for row in listed:
        complete.append(row)
        if row.code in above or row.kind not in ("category", "code"):
            continue
        stem = row.code.ljust(6, "X")
        for character, meaning in _extensions(row, known).items():
            if stem.startswith("S06") and stem[5] in "78" and character != "A":
                continue  # the note at S06: D and S do not apply where the patient died of the injury
            complete.append(CodeRow(f"{stem}{character}", f"{row.title}, {meaning}", "code", row.code))
    return complete


def _extensions(row: CodeRow, known: dict[str, CodeRow]) -> dict[str, str]:
    current: CodeRow | None = row
    while current is not None:
        if current.extensions:
            return current.extensions
        current = known.get(current.parent)
    return {}


def mark_billable(rows: list[CodeRow]) -> None:
    """What has nothing below it is billable."""
    above = {row.parent for row in rows}
    for row in rows:
        row.billable = row.kind in ("category", "code") and row.code not in above
