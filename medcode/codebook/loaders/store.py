"""Writes a release to PostgreSQL: all of it or nothing, by COPY."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db import connection, transaction

from medcode.codebook.loaders.icd10cm import TabularNode
from medcode.codebook.models import Code, Note, Release

Progress = Callable[[str], None]


@transaction.atomic
def store(
    nodes: list[TabularNode],
    *,
    code_system: str,
    name: str,
    valid_from: date,
    valid_to: date | None,
    source: str,
    progress: Progress = lambda message: None,
) -> tuple[Release, bool]:
    """Store a release under its name; returns it and whether it is new.

    A release that is there already is left alone: its rows never change once decisions rest on them.
    """
    release, created = Release.objects.get_or_create(
        code_system=code_system,
        name=name,
        defaults={"valid_from": valid_from, "valid_to": valid_to, "source": source, "code_count": 0},
    )
    if not created:
        return release, False
    progress(f"Storing {len(nodes):,} codes")
    ids = _reserve_ids(len(nodes))
    numbered = dict(zip((node.code for node in nodes), ids, strict=True))
    _copy_codes(nodes, numbered, release)
    progress("Storing notes")
    _copy_notes(nodes, numbered)
    progress("Indexing words")
    _index_words(release)
    release.code_count = sum(node.billable for node in nodes)
    release.is_complete = True
    release.save(update_fields=["code_count", "is_complete"])
    return release, True


def _reserve_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Code._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def _copy_codes(nodes: list[TabularNode], ids: dict[str, int], release: Release) -> None:
    columns = "(id, release_id, code, title, kind, billable, parent_id, position, words)"
    with connection.cursor() as cursor, cursor.copy(f"COPY {Code._meta.db_table} {columns} FROM STDIN") as copy:
        for position, node in enumerate(nodes):
            parent = ids.get(node.parent)
            row = (ids[node.code], release.pk, node.code, node.title, node.kind, node.billable, parent, position, "")
            copy.write_row(row)


def _copy_notes(nodes: list[TabularNode], ids: dict[str, int]) -> None:
    columns = "(code_id, kind, text, position)"
    with connection.cursor() as cursor, cursor.copy(f"COPY {Note._meta.db_table} {columns} FROM STDIN") as copy:
        for node in nodes:
            for position, (kind, text) in enumerate(node.notes):
                copy.write_row((ids[node.code], kind, text, position))


def _index_words(release: Release) -> None:
    """Titles weigh more than the inclusion terms, so that a title match comes first."""
    sql = f"""
        UPDATE {Code._meta.db_table} AS code
           SET words = setweight(to_tsvector('simple', code.title), 'A')
                    || setweight(to_tsvector('simple', coalesce(terms.text, '')), 'C')
          FROM {Code._meta.db_table} AS own
          LEFT JOIN (SELECT code_id, string_agg(text, ' ') AS text FROM {Note._meta.db_table}
                      WHERE kind IN ('includes', 'inclusion_term') GROUP BY code_id) AS terms
                 ON terms.code_id = own.id
         WHERE own.id = code.id AND code.release_id = %s
    """  # noqa: S608 - table names only
    with connection.cursor() as cursor:
        cursor.execute(sql, [release.pk])
        cursor.execute(f"ANALYZE {Code._meta.db_table}")
