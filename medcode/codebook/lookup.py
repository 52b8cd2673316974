"""Questions to the code book: what is this code, on this date, and what matches these words?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from medcode.codebook.models import Code, CodeSystem, Note, Release
from medcode.codebook.snapshot import CodeEntry, Snapshot, undotted

SHAPE = re.compile(r"[A-Z0-9-]{1,10}")  # chapters and blocks have names such as "4" and "E08-E13"
TERM_KINDS = (Note.Kind.INCLUDES, Note.Kind.INCLUSION_TERM)


class CodebookEmptyError(LookupError):
    """No release of the code system is loaded."""


@dataclass(frozen=True, slots=True)
class ReleaseChoice:
    """The release that a date of service uses. `stand_in`: none is valid then, and this is the nearest."""

    release: Release
    stand_in: bool

    def sentence(self, on: date) -> str:
        """What a person is told, or "" when the release is simply the right one."""
        if not self.stand_in:
            return ""
        return f"Coded with {self.release}: no loaded release is valid on {on:%B} {on.day}, {on.year}."


def release_for(code_system: str, on: date) -> ReleaseChoice:
    """The release valid on `on`; else the last one before it, else the first after it.

    Raises `CodebookEmptyError` when nothing is loaded at all.
    """
    releases = Release.objects.filter(code_system=code_system, is_complete=True)
    started = releases.filter(valid_from__lte=on).order_by("-valid_from").first()
    if started:
        return ReleaseChoice(started, stand_in=started.valid_to is not None and started.valid_to < on)
    first = releases.order_by("valid_from").first()
    if first is None:
        raise CodebookEmptyError(f"No {code_system} release is loaded: run `manage.py load_codes packaged`.")
    return ReleaseChoice(first, stand_in=True)


def loaded_systems() -> list[str]:
    """The code systems that have a release, diagnoses first."""
    loaded = set(Release.objects.filter(is_complete=True).values_list("code_system", flat=True))
    return [system for system in CodeSystem.values if system in loaded]


def get(code: str, *, on: date, code_system: str = CodeSystem.ICD10CM) -> Code | None:
    """The code in the release of that date, typed with or without its dot; None when there is no such code."""
    release = release_for(code_system, on).release
    stored = undotted(code)
    if not SHAPE.fullmatch(stored):
        return None
    return Code.objects.select_related("release").filter(release=release, code=stored).first()


def billable(codes: Iterable[str], *, on: date, code_system: str = CodeSystem.ICD10CM) -> set[str]:
    """Those of the stored forms that are billable codes of that date's release, in two queries however many."""
    release = release_for(code_system, on).release
    return set(
        Code.objects.filter(release=release, code__in=list(codes), billable=True).values_list("code", flat=True)
    )


def ancestors(code: Code) -> list[Code]:
    """The codes, block and chapter above a code, nearest first, in one query."""
    if code.parent_id is None:
        return []
    table = Code._meta.db_table
    above = Code.objects.raw(
        f"""
        WITH RECURSIVE above AS (
            SELECT own.*, 1 AS height FROM {table} own WHERE own.id = %s
            UNION ALL
            SELECT upper.*, above.height + 1 FROM {table} upper JOIN above ON upper.id = above.parent_id
        )
        SELECT * FROM above ORDER BY height
        """,  # noqa: S608 - the table's name only
        [code.parent_id],
    )
    found = list(above)
    for each in found:
        each.release = code.release
    return found


def children(code: Code) -> list[Code]:
    """The codes directly below, in tabular order."""
    return list(code.children.select_related("release").order_by("position"))


def billable_below(code: Code) -> list[Code]:
    """All billable codes below a category or code, in tabular order; [] for chapters and blocks."""
    if code.kind in (Code.Kind.CHAPTER, Code.Kind.BLOCK):
        return []
    below = Code.objects.filter(release=code.release_id, code__startswith=code.code, billable=True)
    return list(below.exclude(pk=code.pk).select_related("release").order_by("position"))


def notes(code: Code) -> list[Note]:
    """The instructions at a code and, inherited, at everything above it, nearest first."""
    order = {each.pk: depth for depth, each in enumerate([code, *ancestors(code)])}
    found = Note.objects.filter(code__in=order).select_related("code__release")
    return sorted(found, key=lambda note: (order[note.code_id], note.position))


def snapshot(release: Release) -> Snapshot:
    """The whole release in memory for the proposer (~100,000 rows, about a second)."""
    terms: dict[int, list[str]] = {}
    for code_id, text in (
        Note.objects.filter(code__release=release, kind__in=TERM_KINDS)
        .order_by("code_id", "position")
        .values_list("code_id", "text")
    ):
        terms.setdefault(code_id, []).append(text)
    rows = (
        Code.objects.filter(release=release, kind__in=[Code.Kind.CATEGORY, Code.Kind.CODE])
        .order_by("position")
        .values_list("pk", "code", "title", "billable", "parent_id")
    )
    listed = list(rows)
    names = {pk: code for pk, code, *_ in listed}
    return Snapshot.of(
        release.code_system,
        release.name,
        (
            CodeEntry(code, title, billable, names.get(parent or 0, ""), tuple(terms.get(pk, ())))
            for pk, code, title, billable, parent in listed
        ),
    )
