"""What a code was before, and what it became: conversion tables, and what two loaded releases tell by themselves."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from medcode.codebook.models import Code, CodeSystem, Conversion, Release, Table, TableEdition
from medcode.codebook.snapshot import dotted

MOST = 20  # codes answered at most; a category may split into hundreds


def successors(code: str, *, on: date, code_system: str = CodeSystem.ICD10CM) -> tuple[str, ...]:
    """Dotted codes that took the place of a stored code by the date; () when nothing says so.

    First what the publisher's conversion table says; else, where the code became a header, the
    billable codes below it; else a billable code that took over its very title.
    """
    converted = _converted(code, code_system, on, forward=True)
    now, before = _releases_around(code_system, on)
    if converted or now is None:
        return converted
    below = Code.objects.filter(release=now, code__startswith=code, billable=True).exclude(code=code)
    split = tuple(below.order_by("code").values_list("code", flat=True)[:MOST])
    return _shown(split or _same_title(code, before, now), code_system)


def conversions(code_system: str, on: date) -> dict[str, tuple[str, ...]]:
    """Everything that the conversion tables say by a date: stored code → stored codes that took its place."""
    found: dict[str, tuple[str, ...]] = {}
    rows = Conversion.objects.filter(edition__in=_tables(code_system)).exclude(effective__gt=on)
    for source, target in rows.order_by("target").values_list("source", "target"):
        if source != target:
            found[source] = (*found.get(source, ()), target)
    return found


def predecessors(code: str, *, on: date, code_system: str = CodeSystem.ICD10CM) -> tuple[str, ...]:
    """Dotted codes that said, on the date or before, what a newer stored code says now; () when nothing tells."""
    converted = _converted(code, code_system, on, forward=False)
    if converted:
        return converted
    prefixes = [code[:length] for length in range(3, len(code))]
    before = Release.objects.filter(code_system=code_system, is_complete=True, valid_from__lte=on)
    was_billable = Code.objects.filter(release__in=before, code__in=prefixes, billable=True)
    parent = was_billable.order_by("-release__valid_from").values_list("code", flat=True).first()
    return _shown((parent,) if parent else (), code_system)


def translate(code: str, variant: str) -> tuple[str, ...]:
    """What a general equivalence mapping or other crosswalk gives for a stored code, in stored form."""
    rows = Conversion.objects.filter(
        edition__table=Table.CONVERSION, edition__variant=variant, edition__is_complete=True, source=code
    )
    return tuple(dict.fromkeys(rows.order_by("pk").values_list("target", flat=True)[:MOST]))


def _converted(code: str, code_system: str, on: date, *, forward: bool) -> tuple[str, ...]:
    this, other = ("source", "target") if forward else ("target", "source")
    rows = Conversion.objects.filter(edition__in=_tables(code_system), **{this: code}).exclude(**{other: code})
    if forward:
        rows = rows.exclude(effective__gt=on)
    return _shown(tuple(dict.fromkeys(rows.order_by(other).values_list(other, flat=True)[:MOST])), code_system)


def _releases_around(code_system: str, on: date) -> tuple[Release | None, Release | None]:
    releases = Release.objects.filter(code_system=code_system, is_complete=True, valid_from__lte=on)
    last = list(releases.order_by("-valid_from")[:2])
    return (last[0] if last else None), (last[1] if len(last) > 1 else None)


def _tables(code_system: str) -> QuerySet[TableEdition]:
    return TableEdition.objects.filter(table=Table.CONVERSION, variant=code_system, is_complete=True)


def _same_title(code: str, before: Release | None, now: Release) -> tuple[str, ...]:
    title = Code.objects.filter(release=before, code=code).values_list("title", flat=True).first() if before else None
    if title is None:
        return ()
    same = Code.objects.filter(release=now, title=title, billable=True).exclude(code=code)
    return tuple(same.order_by("code").values_list("code", flat=True)[:MOST])


def _shown(codes: tuple[str, ...], code_system: str) -> tuple[str, ...]:
    return tuple(dotted(code, code_system) for code in codes)
