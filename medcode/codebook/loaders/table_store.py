"""Writes tables of edits, groups and indexes to PostgreSQL by COPY.

Small tables go in one transaction. NCCI pairs (up to 2.7 million) go in chunks, each committed together
with the count of rows stored so far, under an edition that stays incomplete, and so invisible, until the
last one. A load that was killed goes on where it stopped when the same file is loaded again; another file
under the same name starts from the beginning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import DataError, IntegrityError, connection, transaction

from medcode.codebook.loaders import checking
from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.loaders.job import Job, Loaded, Progress, TableKind, enough
from medcode.codebook.loaders.store import copy_rows, quiet
from medcode.codebook.models import IndexEntry, TableEdition

CHUNK_ROWS = 100_000
KEY = re.compile(r"\((.+?)\)=\((.+?)\)")


def known(kind: TableKind, job: Job, content: str) -> TableEdition | None:
    """The complete edition of that name when it is loaded with this content; None when the name is free.

    Raises `CodebookFileError` when something else stands under the name.
    """
    edition = TableEdition.objects.filter(
        table=kind.table, variant=job.variant, name=job.release, is_complete=True
    ).first()
    if edition is None:
        return None
    if edition.content_hash and edition.content_hash != content:
        raise CodebookFileError(
            f"{edition} is loaded already, with other content. Load this file under another --release name."
        )
    if (edition.valid_from, edition.valid_to) != (job.valid_from, job.valid_to):
        raise CodebookFileError(
            f"{edition} is loaded already, valid from {edition.valid_from} to {edition.valid_to or 'further notice'}."
        )
    return edition


def store(
    kind: TableKind, rows: Iterator[tuple[object, ...]], job: Job, content: str, tick: Progress = quiet
) -> Loaded:
    """Store all rows, or as many more as are missing. The edition turns complete with the last of them."""
    try:
        if kind.resumable:
            edition = _begin(kind, job, content)
            return _in_chunks(kind, edition, rows, job, tick)
        with transaction.atomic():
            edition = _begin(kind, job, content)
            return _in_chunks(kind, edition, rows, job, tick)
    except IntegrityError as error:
        raise CodebookFileError(_sentence(error)) from error
    except DataError as error:
        raise CodebookFileError(f"A row does not fit: {_first_line(error)}") from error


@transaction.atomic
def _begin(kind: TableKind, job: Job, content: str) -> TableEdition:
    """The edition to fill: a new one, or the one that a killed load of the same content left behind."""
    name = {"table": kind.table, "variant": job.variant, "name": job.release}
    left = TableEdition.objects.select_for_update().filter(**name, is_complete=False).first()
    dates = {"valid_from": job.valid_from, "valid_to": job.valid_to}
    if left and (left.content_hash, left.valid_from, left.valid_to) == (content, *dates.values()):
        return left
    if left:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {kind.model._meta.db_table} WHERE edition_id = %s", [left.pk])  # noqa: S608
        left.delete()
    return TableEdition.objects.create(**name, **dates, source=job.source[:200], content_hash=content)


def _in_chunks(
    kind: TableKind, edition: TableEdition, rows: Iterator[tuple[object, ...]], job: Job, tick: Progress
) -> Loaded:
    skipped = edition.row_count
    watched = _watched(rows, tick)
    if sum(1 for _ in islice(watched, skipped)) < skipped:
        raise CodebookFileError("The file has fewer rows than were stored from it before; load it under another name.")
    stored, ends = skipped, _Ends()
    while chunk := list(islice(watched, CHUNK_ROWS)):
        _store_chunk(kind, edition, chunk, before=stored)
        stored += len(chunk)
        ends.see(kind, chunk)
    enough(stored, kind.minimum, job, "rows")
    warnings = _finish(edition, stored)
    facts = [("rows", f"{stored:,}")]
    facts += [("continued after", f"{skipped:,} rows of an earlier, interrupted load")] if skipped else []
    return Loaded(edition, True, (*facts, *ends.facts()), warnings)


def _watched(rows: Iterable[tuple[object, ...]], tick: Progress) -> Iterator[tuple[object, ...]]:
    for number, row in enumerate(rows, start=1):
        if number % 1000 == 0:
            tick(number)
        yield row


@transaction.atomic
def _store_chunk(kind: TableKind, edition: TableEdition, chunk: list[tuple[object, ...]], *, before: int) -> None:
    # Compare and swap: whoever finds another count than it left behind is not alone.
    mine = TableEdition.objects.filter(pk=edition.pk, row_count=before, is_complete=False)
    if not mine.update(row_count=before + len(chunk)):
        raise CodebookFileError(f"{edition} is being loaded by somebody else right now.")
    copy_rows(kind.model, ("edition_id", *kind.columns), ((edition.pk, *row) for row in chunk))


@transaction.atomic
def _finish(edition: TableEdition, stored: int) -> tuple[str, ...]:
    warnings = checking.overlap(edition)
    TableEdition.objects.filter(pk=edition.pk).update(is_complete=True, row_count=stored)
    edition.refresh_from_db()
    return warnings


class _Ends:
    """The first and last value of the column that names a row (a code, a term)."""

    def __init__(self) -> None:
        self.first = self.last = ""

    def see(self, kind: TableKind, chunk: list[tuple[object, ...]]) -> None:
        named = [name for name in ("code", "column1", "drg", "source", "path") if name in kind.columns]
        place = kind.columns.index(named[0]) if named else 0
        if kind.model is IndexEntry:
            place = kind.columns.index("path")
        self.first = self.first or str(chunk[0][place])
        self.last = str(chunk[-1][place])

    def facts(self) -> list[tuple[str, str]]:
        return [("first and last", f"{self.first} … {self.last}")] if self.first else []


def _sentence(error: IntegrityError) -> str:
    detail = KEY.search(str(error))
    if detail:
        values = detail.group(2).split(", ")[1:]  # the first is the edition
        return f"The file holds the same row twice: {', '.join(values)}."
    return f"A row contradicts the table's rules: {_first_line(error)}"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
