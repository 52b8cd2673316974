"""What the pages of the code book show, gathered from the book."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode

from medcode.codebook import lookup
from medcode.codebook.editions import table_for
from medcode.codebook.entry import Entry
from medcode.codebook.models import Code, CodeSystem, IndexEntry, Note, Table
from medcode.codebook.snapshot import dotted, undotted
from review.models import KeptCode, User

# A code inside an instruction: three characters, then perhaps a dot and more; a dash leaves the end open.
IN_TEXT = re.compile(r"\b([A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?)\b(?:\.?-(?!\w))?")
INDEXES = (Table.INDEX, Table.EXTERNAL_INDEX, Table.NEOPLASMS, Table.DRUGS, Table.PCS_INDEX)
INDEX_SHOWN = 60
LEADING = 12  # index lines shown that lead to a code


@dataclass(frozen=True, slots=True)
class Line:
    """An instruction, cut into (text, address of the code named there or "")."""

    label: str
    pieces: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """The instructions that stand at one code, block or chapter."""

    code: Code
    address: str
    inherited: bool
    lines: tuple[Line, ...]


def address(code: str, code_system: str, on: date) -> str:
    """The page of a code on a date."""
    path = reverse("entry", args=[code_system, dotted(undotted(code), code_system)])
    return f"{path}?{urlencode({'on': on.isoformat()})}"


def places(entry: Entry, on: date) -> list[Place]:
    """The instructions of a code and all above it, nearest first, one group for each place."""
    found = []
    for code, notes in groupby(entry.notes, key=lambda note: note.code):
        lines = tuple(_line(note, on) for note in notes)
        found.append(Place(code, address(code.code, code.release.code_system, on), code != entry.row, lines))
    return found


def _line(note: Note, on: date) -> Line:
    pieces: list[tuple[str, str]] = []
    end = 0
    for match in IN_TEXT.finditer(note.text):
        pieces += [(note.text[end : match.start()], ""), (match[0], address(match[1], CodeSystem.ICD10CM, on))]
        end = match.end()
    pieces.append((note.text[end:], ""))
    return Line(note.get_kind_display(), tuple(piece for piece in pieces if piece[0]))


def chapters(on: date) -> list[Code]:
    """The chapters of ICD-10-CM on a date; [] when nothing is loaded."""
    try:
        release = lookup.release_for(CodeSystem.ICD10CM, on).release
    except lookup.CodebookEmptyError:
        return []
    found = Code.objects.filter(release=release, kind=Code.Kind.CHAPTER).select_related("release")
    return list(found.order_by("position"))


def kept(person: User) -> tuple[list[KeptCode], list[KeptCode]]:
    """A person's favourites by code, and the codes looked at last."""
    codes = list(KeptCode.objects.filter(person=person))
    favourites = sorted((each for each in codes if each.favourite), key=lambda each: each.code)
    return favourites, [each for each in codes if not each.favourite]


def leading_to(code: Code, on: date) -> list[IndexEntry]:
    """Lines of the loaded indexes and tables that lead to a code or to the header above its 7th character."""
    shown = dotted(code.code)
    stems = {shown, f"{shown}-", f"{shown}.-", shown[:-1] + "-" if len(shown) > 4 else shown}
    lines = IndexEntry.objects.filter(_editions(on)).filter(Q(code__in=stems) | Q(cells__overlap=list(stems)))
    return list(lines.select_related("edition").order_by("depth", "position")[:LEADING])


def index_lines(text: str, on: date) -> list[IndexEntry]:
    """Lines of the loaded indexes whose words begin so, main terms first."""
    words = re.findall(r"[^\W_]+", text.lower())[:6]
    lines = IndexEntry.objects.filter(_editions(on)).select_related("edition")
    for word in words:
        lines = lines.filter(path__iregex=rf"\m{word}")
    return list(lines.order_by("depth", "path")[:INDEX_SHOWN]) if words else []


def has_index(on: date) -> bool:
    return any(table_for(table, on) for table in INDEXES)


def _editions(on: date) -> Q:
    choices = (table_for(table, on) for table in INDEXES)
    return Q(edition__in=[choice.edition for choice in choices if choice])


def siblings(entry: Entry) -> Iterable[Code]:
    """The codes beside a code that has nothing below it, itself among them; () at the top of the book."""
    return lookup.children(entry.above[0]) if entry.above and not entry.below else ()
