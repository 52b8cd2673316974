"""ICD-10-PCS codes built character by character: which values may follow, and what they mean.

With the official tables loaded (`PcsRow`), values and names are theirs. With only the code list,
the values are those that some code of the list has next, and names come from the reference manual
(`data/pcs_labels.tsv`) or, failing that, from the words that all titles with the value share.

Source: CMS, ICD-10-PCS Reference Manual and icd10pcs_tables.xml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.db.models import Count, F, Min
from django.db.models.functions import Substr

from medcode.codebook import lookup
from medcode.codebook.models import Code, CodeSystem, PcsRow, Release

LABELS = Path(__file__).parent / "data" / "pcs_labels.tsv"
LENGTH = 7
APPROACHED = "01234"  # sections whose 5th character is the approach
APPROACH, DEVICE, QUALIFIER = 4, 5, 6  # places of the characters, from 0
SURGICAL_AXES = ("Section", "Body System", "Operation", "Body Part", "Approach", "Device", "Qualifier")
SAMPLE = 400  # titles from which the name of a value is worked out
WORD = re.compile(r"[^\s,]+")
EMPTY_WORDS = frozenset({"with", "of", "to", "from", "using", "into", "for", "and", "in", "the"})


@dataclass(frozen=True, slots=True)
class Value:
    """One permitted value of the next character. `count`: codes that begin so; None with the tables."""

    character: str
    label: str
    prefix: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """The next character to choose. `code` is the finished one when nothing is left to choose."""

    prefix: str
    axis: str
    values: tuple[Value, ...]
    chosen: tuple[Value, ...]
    definition: str = ""
    code: Code | None = None


def step(prefix: str, *, on: date) -> Step:
    """What may follow a prefix of 0 to 7 characters, and what its characters mean so far.

    No values and no code: nothing begins so. Raises `CodebookEmptyError` without a release.
    """
    prefix = prefix.strip().upper()[:LENGTH]
    release = lookup.release_for(CodeSystem.ICD10PCS, on).release
    rows = list(PcsRow.objects.filter(release=release, table=prefix[:3])) if len(prefix) >= 3 else []
    rows = [row for row in rows if _allows(row, prefix)]
    chosen = tuple(_named(release, rows, prefix[:place], prefix[place]) for place in range(len(prefix)))
    code = Code.objects.select_related("release").filter(release=release, code=prefix, billable=True).first()
    values = () if len(prefix) == LENGTH else tuple(_values(release, rows, prefix))
    axis = _axis(rows, prefix) if values else ""
    return Step(prefix, axis, values, chosen, rows[0].definition if rows else "", code)


def _allows(row: PcsRow, prefix: str) -> bool:
    return all(
        any(character == value[0] for value in axis["values"])
        for character, axis in zip(prefix[3:], row.axes, strict=False)
    )


def _values(release: Release, rows: list[PcsRow], prefix: str) -> Iterable[Value]:
    if rows:
        place = len(prefix) - 3
        listed = {value[0]: value[1] for row in rows for value in row.axes[place]["values"]}
        return [Value(character, label, prefix + character, None) for character, label in sorted(listed.items())]
    return _values_of_list(release, prefix)


def _values_of_list(release: Release, prefix: str) -> list[Value]:
    following = (
        Code.objects.filter(release=release, code__startswith=prefix, billable=True)
        .annotate(next=Substr(F("code"), len(prefix) + 1, 1))
        .values("next")
        .annotate(count=Count("pk"), first=Min("code"))
        .order_by("next")
    )
    return [
        Value(row["next"], _label(release, prefix, row["next"]), prefix + row["next"], row["count"])
        for row in following
    ]


def _named(release: Release, rows: list[PcsRow], prefix: str, character: str) -> Value:
    """A chosen character with its name."""
    label = ""
    if rows:
        place = len(prefix)
        if place < 3:
            label = rows[0].labels[place]
        else:
            label = next(v[1] for row in rows for v in row.axes[place - 3]["values"] if v[0] == character)
    return Value(character, label or _label(release, prefix, character), prefix + character, None)


def _label(release: Release, prefix: str, character: str) -> str:
    known = labels()
    keys = [(prefix, character)]
    if len(prefix) == 2:
        keys.append((f"{prefix[0]}*", character))
    if len(prefix) == APPROACH and prefix[0] in APPROACHED:
        keys.append(("*", character))
    for key in keys:
        if key in known:
            return known[key]
    if character == "Z" and len(prefix) in (DEVICE, QUALIFIER) and prefix[0] in APPROACHED:
        return "No Device" if len(prefix) == DEVICE else "No Qualifier"
    return _label_from_titles(release, prefix, character)


def _label_from_titles(release: Release, prefix: str, character: str) -> str:
    """The words of all titles with this value that not all titles of its siblings have, too."""
    own, first = _shared(release, prefix + character)
    telling = own - _shared(release, prefix)[0] - {"Approach"}
    places = [place for place, word in enumerate(first) if word in telling and word.lower() not in EMPTY_WORDS]
    if not places:
        return ""
    # "Ampulla of Vater": small words between telling ones belong to the name.
    between = range(places[0], places[-1] + 1)
    return " ".join(first[at] for at in between if first[at] in telling or first[at].lower() in EMPTY_WORDS)


def _shared(release: Release, prefix: str) -> tuple[set[str], list[str]]:
    """The words that all titles of the codes with a prefix share, and the words of the first."""
    titles = Code.objects.filter(release=release, code__startswith=prefix, billable=True).values_list(
        "title", flat=True
    )
    split = [WORD.findall(title) for title in titles[:SAMPLE]]
    return (set.intersection(*map(set, split)), split[0]) if split else (set(), [])


def _axis(rows: list[PcsRow], prefix: str) -> str:
    if rows:
        return str(rows[0].axes[len(prefix) - 3]["name"])
    if len(prefix) < 3 or prefix[0] == "0":
        return SURGICAL_AXES[len(prefix)]
    return f"Character {len(prefix) + 1}"


@cache
def labels() -> dict[tuple[str, str], str]:
    """(prefix, value) → name, from the reference manual."""
    lines = LABELS.read_text(encoding="utf-8").splitlines()
    fields = (line.split("\t") for line in lines if not line.startswith("#"))
    return {(prefix, value): name for prefix, value, name in fields}
