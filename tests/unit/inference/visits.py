"""Reads the visits in `visits/*.txt`: short notes written for this project, with the codes a coder gives them.

A visit opens with "=== name"; then fields, one a line ("sex", "age", "codes", "not"); then, after an empty
line, the note. "codes" are what a coder gives; "not" is what no coder would: integral symptoms, doubted or
denied conditions, the wrong side. "missed" are codes that a coder gives and this one does not find yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from medcode.codebook.snapshot import undotted

FOLDER = Path(__file__).parent / "visits"
OPENING = re.compile(r"^=== ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Visit:
    """One note and what it is coded as; codes in stored form."""

    name: str
    sex: str
    age: int
    codes: frozenset[str]
    missed: frozenset[str]
    never: frozenset[str]
    text: str


def visits() -> list[Visit]:
    """All visits, in the order of the files and within them."""
    return [_visit(part) for path in sorted(FOLDER.glob("*.txt")) for part in _parts(path)]


def _parts(path: Path) -> list[str]:
    return OPENING.split(path.read_text(encoding="utf-8"))[1:]


def _visit(part: str) -> Visit:
    head, _, text = part.partition("\n\n")
    name, *lines = head.split("\n")
    fields = dict(line.split(": ", 1) for line in lines)
    given, missed, never = (_codes(fields, field) for field in ("codes", "missed", "not"))
    return Visit(name, fields["sex"], int(fields["age"]), given, missed, never, text)


def _codes(fields: dict[str, str], field: str) -> frozenset[str]:
    return frozenset(undotted(code.strip()) for code in fields.get(field, "").split(",") if code.strip())
