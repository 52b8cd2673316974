"""Writes code systems to PostgreSQL: all of a release or nothing, by COPY."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection, models, transaction

from medcode.codebook.loaders import checking
from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.loaders.job import Book, CodeRow, Job, Loaded, Progress
from medcode.codebook.models import Code, Note, PcsDefinition, PcsRow, Release

MANY = 10_000  # rows, from which on the planner must know of them


def quiet(rows: int) -> None:
    """The progress of those who do not ask."""


def known(code_system: str, job: Job, content: str) -> Release | None:
    """The release of that name when it is loaded with this content; None when the name is free.

    Raises `CodebookFileError` when something else stands under the name: its rows never change once
    decisions rest on them.
    """
    release = Release.objects.filter(code_system=code_system, name=job.release).first()
    if release is None:
        return None
    if release.content_hash and release.content_hash != content:
        raise CodebookFileError(
            f"{release} is loaded already, with other content. Load this file under another --release name."
        )
    if (release.valid_from, release.valid_to) != (job.valid_from, job.valid_to):
        raise CodebookFileError(
            f"{release} is loaded already, valid from {release.valid_from} to {release.valid_to or 'further notice'}."
        )
    return release


@transaction.atomic
def store(code_system: str, book: Book, job: Job, content: str, tick: Progress = quiet) -> Loaded:
    """Store a release: codes, notes, PCS rows and definitions. Nobody sees it before all of it is there."""
    release = Release.objects.create(
        code_system=code_system,
        name=job.release,
        valid_from=job.valid_from,
        valid_to=job.valid_to,
        source=job.source[:200],
        content_hash=content,
        code_count=sum(row.billable for row in book.codes),
    )
    warnings = (*book.warnings, *checking.overlap(release))
    ids = dict(zip((row.code for row in book.codes), reserve_ids(Code, len(book.codes)), strict=True))
    if len(ids) < len(book.codes):
        raise CodebookFileError(f"{_twice(book.codes)} stands in the file twice.")
    _copy_codes(book.codes, ids, release, tick)
    _copy_notes(book.codes, ids)
    _copy_pcs(book, release)
    if len(book.codes) >= MANY:
        _count_again()
    release.is_complete = True
    release.save(update_fields=["is_complete"])
    return Loaded(release, True, _facts(book), warnings)


def _facts(book: Book) -> tuple[tuple[str, str], ...]:
    billable = [row.code for row in book.codes if row.billable]
    counts = {
        "rows": len(book.codes),
        "billable codes": len(billable),
        "notes": sum(len(row.notes) for row in book.codes),
        "table rows": len(book.pcs_rows),
        "definitions": len(book.pcs_terms),
    }
    lines = [(noun, f"{count:,}") for noun, count in counts.items() if count]
    return (*lines, ("first and last code", f"{billable[0]} … {billable[-1]}" if billable else "none billable"))


def _twice(rows: Iterable[CodeRow]) -> str:
    seen: set[str] = set()
    return next(row.code for row in rows if row.code in seen or seen.add(row.code))  # type: ignore[func-returns-value]


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """That many primary keys, taken from the table's own sequence, so that rows can point at each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """COPY rows into a model's table."""
    statement = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN"
    # Django translates the database's errors, but not those of a COPY unless asked to.
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


CODE_COLUMNS = (
    "id", "release_id", "code", "title", "short_title", "kind", "billable",
    "parent_id", "position", "valid_from", "valid_to",
)  # fmt: skip
ROW_COLUMNS = ("release_id", '"table"', "position", "labels", "definition", "axes")
TERM_COLUMNS = ("release_id", "section", '"character"', "term", "definition", "explanation", "includes")


def _copy_codes(rows: list[CodeRow], ids: dict[str, int], release: Release, tick: Progress) -> None:
    def lines() -> Iterable[Sequence[object]]:
        for position, row in enumerate(rows):
            tick(position + 1)
            parent = ids.get(row.parent)
            own_from, own_to = _narrower(row, release)
            front = (ids[row.code], release.pk, row.code, row.title, row.short_title, row.kind, row.billable)
            yield (*front, parent, position, own_from, own_to)

    copy_rows(Code, CODE_COLUMNS, lines())


def _narrower(row: CodeRow, release: Release) -> tuple[date | None, date | None]:
    """A code's own dates, where they are narrower than its release's."""
    later = row.valid_from if row.valid_from and row.valid_from > release.valid_from else None
    ends = row.valid_to if row.valid_to and (release.valid_to is None or row.valid_to < release.valid_to) else None
    return later, ends


def _copy_notes(rows: list[CodeRow], ids: dict[str, int]) -> None:
    lines = ((ids[row.code], kind, text, position) for row in rows for position, (kind, text) in enumerate(row.notes))
    copy_rows(Note, ("code_id", "kind", "text", "position"), lines)


def _copy_pcs(book: Book, release: Release) -> None:
    table_rows = (
        (release.pk, row.table, position, json.dumps(row.labels), row.definition, json.dumps(row.axes))
        for position, row in enumerate(book.pcs_rows)
    )
    copy_rows(PcsRow, ROW_COLUMNS, table_rows)
    terms = (
        (release.pk, term.section, term.character, term.term, term.definition, term.explanation, term.includes)
        for term in book.pcs_terms
    )
    copy_rows(PcsDefinition, TERM_COLUMNS, terms)


def _count_again() -> None:
    """Tell the planner what it has now; without that it expects nothing of a release that has just come."""
    with connection.cursor() as cursor:
        for model in (Code, Note):
            cursor.execute(f"ANALYZE {model._meta.db_table}")
