"""Reads the lexicon tables beside this file: what clinicians write for the codes.

A table line is `phrase<TAB>target`: a lower-case clinical name and the dotted code, or category,
that it means. `abbreviations.tsv` holds `abbreviation<TAB>expansion` instead. `#` opens a comment.
Where tables disagree, `core.tsv` wins, then the first table in alphabetical order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
ABBREVIATIONS = "abbreviations.tsv"
PREFERRED = "core.tsv"


class LexiconError(ValueError):
    """A table line that cannot be read; the message names file, line and reason."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: where it stands, the phrase, and what it maps to."""

    table: str
    line: int
    phrase: str
    target: str


def targets(folder: Path = FOLDER) -> dict[str, str]:
    """Phrase → dotted code or category, of all tables. Raises `LexiconError` on a malformed line."""
    found: dict[str, str] = {}
    for path in tables(folder):
        if path.name != ABBREVIATIONS:
            for row in rows(path):
                found.setdefault(row.phrase, row.target)
    return found


def abbreviations(folder: Path = FOLDER) -> dict[str, str]:
    """Abbreviation → what it stands for, as written in the table."""
    found: dict[str, str] = {}
    if (folder / ABBREVIATIONS).exists():
        for row in rows(folder / ABBREVIATIONS):
            found.setdefault(row.phrase, row.target)
    return found


def tables(folder: Path = FOLDER) -> list[Path]:
    """The tables in the order in which they win."""
    return sorted(folder.glob("*.tsv"), key=lambda path: (path.name != PREFERRED, path.name))


def rows(path: Path) -> Iterator[Row]:
    """The rows of one table, comments and blank lines left out."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [part.strip() for part in line.split("\t")]
        if len(fields) < 2 or not fields[0] or not fields[1]:
            raise LexiconError(f"{path.name}, line {number}: expected phrase<TAB>target, found {line!r}.")
        yield Row(path.name, number, fields[0].lower(), fields[1])


def digest(paths: list[Path]) -> str:
    """A short name for the content of these tables: changes whenever a row does."""
    content = hashlib.sha256()
    for path in paths:
        content.update(path.name.encode() + b"\0" + path.read_bytes())
    return content.hexdigest()[:12]
