"""Reads what the rules need to know of a set of codes, in a few queries however many codes.

This is the rules' only reader of the database; what it reads is in `medcode.codebook.known`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Protocol

from django.db import connection
from django.db.models import Q

from medcode.codebook.known import AddOnRow, CodeFacts, Facts, Key, Limit, Pair, Place
from medcode.codebook.models import (
    AddOn,
    Code,
    Conversion,
    Mue,
    Note,
    PoaExempt,
    PtpEdit,
    Release,
    Table,
    TableEdition,
)
from medcode.codebook.references import Instruction, instructions

__all__ = ["CodeFacts", "Facts", "gather"]

# Where both NCCI editions are loaded, a hospital's claims use the outpatient one.
VARIANTS = ("outpatient", "practitioner", "")
INSTRUCTIONS = (
    Note.Kind.EXCLUDES1,
    Note.Kind.EXCLUDES2,
    Note.Kind.CODE_FIRST,
    Note.Kind.USE_ADDITIONAL,
    Note.Kind.CODE_ALSO,
)
LISTED = (Code.Kind.CATEGORY, Code.Kind.CODE)
ASCENT = """
    WITH RECURSIVE up AS (
        SELECT id, parent_id, code, title, kind, billable, release_id, valid_from, valid_to
          FROM codebook_code WHERE release_id = ANY(%s) AND code = ANY(%s)
        UNION
        SELECT above.id, above.parent_id, above.code, above.title, above.kind, above.billable, above.release_id,
               above.valid_from, above.valid_to
          FROM codebook_code AS above JOIN up ON above.id = up.parent_id
    ) SELECT * FROM up
"""
# ~>=~ and ~<~ compare byte by byte, which the index `code_prefix` can answer for any collation.
BELOW = """
    SELECT header.id, count(*)
      FROM codebook_code AS header
      JOIN codebook_code AS below ON below.release_id = header.release_id AND below.billable
       AND below.code ~>=~ header.code AND below.code ~<~ (header.code || '~')
     WHERE header.id = ANY(%s) GROUP BY header.id
"""


class HasCode(Protocol):
    """A code on a chart, as `rules.Coded` is one."""

    @property
    def code(self) -> str: ...
    @property
    def code_system(self) -> str: ...


class HasCodes(Protocol):
    """A set of codes, as `rules.Case` is one."""

    @property
    def codes(self) -> Sequence[HasCode]: ...


@dataclass(frozen=True, slots=True)
class Row:
    """A line of `codebook_code` as the ascent reads it."""

    pk: int
    parent: int | None
    code: str
    title: str
    kind: str
    billable: bool
    release: int
    valid_from: date | None
    valid_to: date | None


def gather(codes: Iterable[Key] | HasCodes, on: date) -> Facts:
    """The facts on that date about these codes, (code, code system) in stored form, or about a case's.

    At most twelve queries however many codes. A date that no release covers uses the nearest one, as
    `lookup.release_for` does.
    """
    pairs = codes if isinstance(codes, Iterable) else ((each.code, each.code_system) for each in codes.codes)
    wanted = set(pairs)
    releases = _releases(on)
    editions = _editions(on)
    names = {system: release.name for system, release in releases.items()}
    names |= {table: edition.name for table, edition in editions.items()}
    listed = [code for code, _ in wanted]
    services = [code for code, system in wanted if not system.startswith("ICD")]
    return Facts(
        on,
        codes=_codes(wanted, releases, on),
        editions=names,
        poa_exempt=_poa_exempt(editions.get(Table.POA_EXEMPT), listed),
        pairs=_pairs(editions.get(Table.NCCI_PTP), services),
        limits=_limits(editions.get(Table.NCCI_MUE), services),
        add_ons=_add_ons(editions.get(Table.ADD_ON), services),
    )


def _releases(on: date) -> dict[str, Release]:
    """The release of each code system that the date uses."""
    chosen: dict[str, Release] = {}
    for release in Release.objects.filter(is_complete=True).order_by("valid_from"):
        if release.valid_from <= on or release.code_system not in chosen:
            chosen[release.code_system] = release
    return chosen


def _editions(on: date) -> dict[str, TableEdition]:
    """The edition of each table valid on the date; of the NCCI editions, the preferred variant."""
    chosen: dict[str, TableEdition] = {}
    valid = TableEdition.objects.filter(is_complete=True, valid_from__lte=on).order_by("valid_from")
    current = valid.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    rank = {variant: len(VARIANTS) - place for place, variant in enumerate(VARIANTS)}
    for edition in sorted(current, key=lambda each: (rank.get(each.variant, 0), each.valid_from)):
        chosen[edition.table] = edition
    return chosen


@dataclass(frozen=True, slots=True)
class Book:
    """The rows read for one question: the codes with everything above them, and what stands at and below them."""

    rows: dict[int, Row]
    notes: dict[int, tuple[Instruction, ...]]
    children: dict[int, list[Place]]
    below: dict[int, int]

    def path(self, row: Row) -> list[Row]:
        """A row and the rows above it, nearest first."""
        path = [row]
        while (parent := path[-1].parent) is not None:
            path.append(self.rows[parent])
        return path


def _codes(wanted: set[Key], releases: dict[str, Release], on: date) -> dict[Key, CodeFacts]:
    rows = _ascend([release.pk for release in releases.values()], [code for code, _ in wanted])
    named = {(row.release, row.code): row for row in rows.values()}
    found = {
        (code, system): named[releases[system].pk, code]
        for code, system in wanted
        if system in releases and (releases[system].pk, code) in named
    }
    book = _book(rows, list(found.values()))
    facts = {(system, code): _current(row, system, book, on) for (code, system), row in found.items()}
    return facts | _not_current(wanted - found.keys(), releases)


def _book(rows: dict[int, Row], found: list[Row]) -> Book:
    headers = [row.pk for row in found if not row.billable]
    vague = {row.pk for row in rows.values() if row.kind in LISTED and "unspecified" in row.title.lower()}
    parents = [parent for pk in vague if (parent := rows[pk].parent) is not None]
    return Book(rows, _notes(rows), _children([*headers, *parents]), _count_below(headers))


def _ascend(releases: list[int], codes: list[str]) -> dict[int, Row]:
    with connection.cursor() as cursor:
        cursor.execute(ASCENT, [releases, codes])
        return {line[0]: Row(*line) for line in cursor.fetchall()}


def _notes(rows: dict[int, Row]) -> dict[int, tuple[Instruction, ...]]:
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    listed = Note.objects.filter(code__in=list(rows), kind__in=INSTRUCTIONS).order_by("code_id", "position")
    for pk, kind, text in listed.values_list("code_id", "kind", "text"):
        found[pk].append((kind, text))
    return {pk: instructions(rows[pk].code, tuple(notes)) for pk, notes in found.items()}


def _children(parents: list[int]) -> dict[int, list[Place]]:
    found: dict[int, list[Place]] = defaultdict(list)
    listed: Any = Code.objects.filter(parent__in=parents).order_by("position")
    for parent, code, title, kind, billable in listed.values_list("parent", "code", "title", "kind", "billable"):
        found[parent].append(Place(code, title, kind, billable))
    return found


def _count_below(headers: list[int]) -> dict[int, int]:
    if not headers:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(BELOW, [headers])
        return dict(cursor.fetchall())


def _current(row: Row, system: str, book: Book, on: date) -> CodeFacts:
    path = book.path(row)
    facts = CodeFacts(
        row.code,
        system,
        "billable" if row.billable else "header",
        title=row.title,
        above=tuple(Place(each.code, each.title, each.kind) for each in path[1:]),
        instructions=tuple(each for place in path for each in book.notes.get(place.pk, ())),
        below=book.below.get(row.pk, 0),
        extensions=_extensions(row, book),
        specified=_specified(path, book),
    )
    if row.valid_from and row.valid_from > on:
        return replace(facts, kind="future", changed_on=row.valid_from)
    if row.valid_to and row.valid_to < on:
        return replace(facts, kind="retired", changed_on=row.valid_to)
    return facts


def _extensions(row: Row, book: Book) -> tuple[str, ...]:
    if row.billable:
        return ()
    return tuple(each.code[6] for each in book.children.get(row.pk, ()) if len(each.code) == 7 and len(row.code) < 7)


def _specified(path: list[Row], book: Book) -> tuple[Place, ...]:
    """Codes that say what a code leaves open: beside the place that adds an "unspecified" to the one above it."""
    for place, parent in pairwise(path):
        vague = place.title.lower().count("unspecified")
        if parent.kind in LISTED and vague > parent.title.lower().count("unspecified"):
            beside = book.children.get(parent.pk, ())
            return tuple(each for each in beside if each.title.lower().count("unspecified") < vague)
    return ()


def _not_current(keys: set[Key], releases: dict[str, Release]) -> dict[Key, CodeFacts]:
    """Codes that the date's release does not have: retired, future or unknown."""
    if not keys:
        return {}
    codes = [code for code, _ in keys]
    successors: dict[str, list[str]] = defaultdict(list)
    for source, target in Conversion.objects.filter(source__in=codes).values_list("source", "target"):
        successors[source].append(target)
    facts = {(system, code): CodeFacts(code, system) for code, system in keys}
    others = Code.objects.filter(code__in=codes, release__is_complete=True).select_related("release")
    for other in others.order_by("release__valid_from"):
        system = other.release.code_system
        chosen = releases.get(system)
        if chosen is None or (system, other.code) not in facts:
            continue
        facts[system, other.code] = _from_another_release(other, chosen, tuple(successors[other.code]))
    return facts


def _from_another_release(other: Code, chosen: Release, successors: tuple[str, ...]) -> CodeFacts:
    if other.release.valid_from > chosen.valid_from:
        return CodeFacts(other.code, chosen.code_system, "future", other.title, changed_on=other.release.valid_from)
    ended = other.valid_to or other.release.valid_to or chosen.valid_from - timedelta(days=1)
    ended = min(ended, chosen.valid_from - timedelta(days=1))
    return CodeFacts(other.code, chosen.code_system, "retired", other.title, changed_on=ended, successors=successors)


def _poa_exempt(edition: TableEdition | None, codes: list[str]) -> frozenset[str] | None:
    if edition is None:
        return None
    return frozenset(PoaExempt.objects.filter(edition=edition, code__in=codes).values_list("code", flat=True))


def _pairs(edition: TableEdition | None, codes: list[str]) -> tuple[Pair, ...] | None:
    if edition is None:
        return None
    fields = ("column1", "column2", "effective", "deleted", "modifier_indicator", "rationale")
    rows = PtpEdit.objects.filter(edition=edition, column1__in=codes, column2__in=codes)
    return tuple(Pair(*row) for row in rows.order_by("column1", "column2", "effective").values_list(*fields))


def _limits(edition: TableEdition | None, codes: list[str]) -> dict[str, Limit] | None:
    if edition is None:
        return None
    rows = Mue.objects.filter(edition=edition, code__in=codes)
    return {row.code: Limit(row.units, row.indicator, row.rationale) for row in rows}


def _add_ons(edition: TableEdition | None, codes: list[str]) -> dict[str, tuple[AddOnRow, ...]] | None:
    if edition is None:
        return None
    found: dict[str, list[AddOnRow]] = defaultdict(list)
    rows: Any = AddOn.objects.filter(edition=edition, code__in=codes).order_by("code", "primary")
    for code, *rest in rows.values_list("code", "primary", "kind", "effective", "deleted"):
        found[code].append(AddOnRow(*rest))
    return {code: tuple(listed) for code, listed in found.items()}
