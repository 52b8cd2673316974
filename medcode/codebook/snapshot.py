"""A release held in memory: what text understanding needs of the code book, without a database.

The rows live in PostgreSQL (`medcode.codebook.models`); a worker reads them once into a
`Snapshot` and builds its indexes from that. Pure data, so that the proposer can be tested
without a database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One row of a code system.

    `code` is the stored form: upper case, no dot ("E1165"). `parent` is the stored form of the
    category above, or "" at the top. `terms` are the tabular's inclusion terms and "includes"
    notes: other names for the same thing.
    """

    code: str
    title: str
    billable: bool
    parent: str = ""
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every category and code of one release, in tabular order (chapters and blocks left out)."""

    code_system: str
    release: str
    entries: dict[str, CodeEntry] = field(repr=False)

    @classmethod
    def of(cls, code_system: str, release: str, entries: Iterable[CodeEntry]) -> Snapshot:
        """Build from rows in tabular order."""
        return cls(code_system, release, {entry.code: entry for entry in entries})

    def children(self) -> dict[str, list[str]]:
        """Stored code → stored codes directly below it, in tabular order."""
        below: dict[str, list[str]] = {}
        for entry in self.entries.values():
            if entry.parent:
                below.setdefault(entry.parent, []).append(entry.code)
        return below


def dotted(code: str, code_system: str = "ICD-10-CM") -> str:
    """The display form: ICD-10-CM codes get their dot after the third character ("E11.65"); blocks have none."""
    if code_system == "ICD-10-CM" and len(code) > 3 and "." not in code and "-" not in code:
        return f"{code[:3]}.{code[3:]}"
    return code


def undotted(code: str) -> str:
    """The stored form of a code as a person types it: upper case, no dot, no blanks."""
    return code.replace(".", "").replace(" ", "").upper()
