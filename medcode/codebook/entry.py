"""Everything the book says about one code on a date, gathered for a page, a command or the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from medcode.codebook import crosswalk, hcc, lookup, seventh, standing
from medcode.codebook.editions import table_for
from medcode.codebook.grouping import severity
from medcode.codebook.models import Code, CodeSystem, Note, PoaExempt, Table
from medcode.codebook.seventh import Extension
from medcode.codebook.standing import Standing


@dataclass(frozen=True, slots=True)
class Entry:
    """`row` is None for a code that the day's release does not have; then only `standing` has something to say.

    `above`: nearest first. `notes`: with the inherited ones, nearest first. `severity`: "MCC", "CC" or "".
    `poa_exempt`: None when no list is loaded.
    """

    standing: Standing
    row: Code | None
    above: tuple[Code, ...] = ()
    below: tuple[Code, ...] = ()
    notes: tuple[Note, ...] = ()
    extensions: tuple[Extension, ...] = ()
    predecessors: tuple[str, ...] = ()
    severity: str = ""
    hcc: str = ""
    poa_exempt: bool | None = None


def entry(text: str, *, on: date, code_system: str = CodeSystem.ICD10CM) -> Entry:
    """The entry of a code, typed with or without its dot. Raises `CodebookEmptyError` when nothing is loaded."""
    place = standing.explain(text, on=on, code_system=code_system)
    row = lookup.get(text, on=on, code_system=code_system)
    if row is None:
        return Entry(place, None)
    diagnosis = code_system == CodeSystem.ICD10CM
    return Entry(
        place,
        row,
        above=tuple(lookup.ancestors(row)),
        below=tuple(lookup.children(row)),
        notes=tuple(lookup.notes(row)),
        extensions=tuple(seventh.extensions(row)) if diagnosis else (),
        predecessors=crosswalk.predecessors(row.code, on=on, code_system=code_system),
        severity=severity(row.code, on) if diagnosis and row.billable else "",
        hcc=hcc.category(row.code, on) if diagnosis and row.billable else "",
        poa_exempt=_poa_exempt(row.code, on) if diagnosis and row.billable else None,
    )


def _poa_exempt(code: str, on: date) -> bool | None:
    choice = table_for(Table.POA_EXEMPT, on)
    return PoaExempt.objects.filter(edition=choice.edition, code=code).exists() if choice else None
