"""What every loader is given and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db import models

from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.loaders.files import SourceFile
from medcode.codebook.models import CodeSystem, Release, Table, TableEdition

Progress = Callable[[int], None]


@dataclass(slots=True)
class CodeRow:
    """One chapter, block, category or code, with the notes that stand at it. `parent` is a stored code or ""."""

    code: str
    title: str
    kind: str  # "chapter", "block", "category" or "code"
    parent: str
    billable: bool = False
    short_title: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    notes: list[tuple[str, str]] = field(default_factory=list)
    extensions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PcsTableRow:
    """One row of an ICD-10-PCS table, as `models.PcsRow` keeps it."""

    table: str
    labels: list[str]
    definition: str
    axes: list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class PcsTerm:
    """One term of the ICD-10-PCS definitions, as `models.PcsDefinition` keeps it."""

    section: str
    character: int
    term: str
    definition: str = ""
    explanation: str = ""
    includes: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """A whole code system as read from its files."""

    codes: list[CodeRow]
    pcs_rows: list[PcsTableRow] = field(default_factory=list)
    pcs_terms: list[PcsTerm] = field(default_factory=list)
    years: tuple[int, ...] = ()  # that the contents themselves declare
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """One load: under which name and dates, and how strict. `to` None means until something newer is loaded."""

    release: str
    valid_from: date
    valid_to: date | None = None
    variant: str = ""
    source: str = ""
    allow_small: bool = False


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: the edition, whether it is new, and lines for the summary."""

    edition: Release | TableEdition
    new: bool
    facts: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BookKind:
    """A code system that can be loaded. `period` says how its files count years (see `checking`)."""

    name: str
    code_system: CodeSystem
    wanted: Callable[[str], bool]
    what: str
    minimum: int  # codes below which the file cannot be whole
    period: str
    read: Callable[[list[SourceFile]], Book]


@dataclass(frozen=True, slots=True)
class TableKind:
    """A table that can be loaded. `rows` yields tuples for `columns` of `model`, in the order of the files.

    `resumable`: too large for one transaction; stored in chunks that a rerun continues.
    """

    name: str
    table: Table
    wanted: Callable[[str], bool]
    what: str
    minimum: int
    period: str
    model: type[models.Model]
    columns: tuple[str, ...]
    rows: Callable[[list[SourceFile], Job], Iterator[tuple[object, ...]]]
    variants: tuple[str, ...] = ("",)
    resumable: bool = False


def enough(count: int, minimum: int, job: Job, noun: str) -> None:
    """Refuse a file with fewer rows than any whole one has, unless a small one is asked for."""
    if count == 0:
        raise CodebookFileError(f"The file holds no {noun} at all.")
    if count < minimum and not job.allow_small:
        raise CodebookFileError(
            f"Only {count:,} {noun}; a whole file has at least {minimum:,}. It is cut off, or a part. "
            "If a part is what you want, add --allow-small."
        )
