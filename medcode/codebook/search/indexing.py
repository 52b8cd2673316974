"""One index for each release, built after the load or on first use, shared by all processes of a machine."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections import OrderedDict
from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings

from medcode.codebook.lexicon import tables
from medcode.codebook.models import Code, CodeSystem, IndexEntry, Note, Release, Table, TableEdition
from medcode.codebook.search import building, storing
from medcode.codebook.search.building import Arrays, Row
from medcode.codebook.search.matching import Matcher
from medcode.codebook.snapshot import undotted

# What a stored index is computed from, besides rows: a change to any of these builds it anew.
SOURCES = tuple(Path(__file__).with_name(name) for name in ("building.py", "priors.py", "words.py", "indexing.py"))
MAX_OPEN = 12
SECONDS_KNOWN = 60.0
TERM_KINDS = (Note.Kind.INCLUDES, Note.Kind.INCLUSION_TERM)
INDEXES = {CodeSystem.ICD10CM: Table.INDEX, CodeSystem.ICD10PCS: Table.PCS_INDEX}

_open: OrderedDict[str, Matcher] = OrderedDict()
_opening = threading.Lock()
_names_known: dict[tuple[int, datetime], tuple[str, float]] = {}


def index_release(release: Release) -> None:
    """Build the index of a complete release unless it is there already (a few seconds for ICD-10-CM)."""
    _names_known.pop((release.pk, release.loaded_at), None)
    matcher(release)


def matcher(release: Release) -> Matcher:
    """The index of a release, mapped into this process; built first when this machine has none."""
    name = _known_name(release)
    with _opening:
        if name not in _open:
            _open[name] = Matcher(_load_or_build(release, folder() / name))
            while len(_open) > MAX_OPEN:
                _open.popitem(last=False)
        _open.move_to_end(name)
        return _open[name]


def _known_name(release: Release) -> str:
    """`name_of`, asked at most once a minute: another index may have been loaded, but not between two keystrokes."""
    key = (release.pk, release.loaded_at)
    name, asked = _names_known.get(key, ("", 0.0))
    if not name or time.monotonic() - asked > SECONDS_KNOWN:
        name = name_of(release)
        _names_known[key] = (name, time.monotonic())
    return name


def folder() -> Path:
    """Where the indexes lie."""
    return Path(settings.CODEBOOK_CACHE_DIR) / "search"


def name_of(release: Release) -> str:
    """A folder name that changes with the rows, the lexicon and the program.

    Rows of a complete release never change; `loaded_at` tells apart two databases that numbered alike.
    """
    alphabetic = _index_edition(release)
    parts = [release.code_system, release.name, release.content_hash, release.loaded_at.isoformat()]
    parts += [_digest(), f"{alphabetic.pk} {alphabetic.loaded_at}" if alphabetic else ""]
    return _prefix(release) + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _prefix(release: Release) -> str:
    return re.sub(r"[^a-z0-9]+", "-", f"{release.code_system} {release.name}".lower()).strip("-") + "."


@cache
def _digest() -> str:
    return tables.digest([*tables.tables(), *SOURCES])


def _index_edition(release: Release) -> TableEdition | None:
    """The Alphabetic Index that goes with a release, when one is loaded."""
    table = INDEXES.get(CodeSystem(release.code_system))
    if table is None:
        return None
    editions = TableEdition.objects.filter(table=table, is_complete=True, valid_from__lte=release.valid_from)
    return editions.order_by("-valid_from").first()


def _load_or_build(release: Release, place: Path) -> Arrays:
    try:
        return storing.load(place)
    except OSError:
        with storing.locked(place):
            if not place.exists():
                storing.save(_built(release), place)
                storing.forget_others(place, _prefix(release))
        return storing.load(place)


def _built(release: Release) -> Arrays:
    diagnosis = release.code_system == CodeSystem.ICD10CM
    phrases = {phrase: undotted(code) for phrase, code in tables.targets().items()} if diagnosis else {}
    return building.build(_rows(release), phrases, diagnosis=diagnosis)


def _rows(release: Release) -> list[Row]:
    names = _names(release)
    codes = Code.objects.filter(release=release, kind__in=[Code.Kind.CATEGORY, Code.Kind.CODE])
    listed = codes.values_list("code", "title", "short_title", "billable", "valid_from", "valid_to").order_by()
    return [
        Row(
            code,
            title,
            billable,
            tuple(dict.fromkeys([*names.get(code, ()), *([short] if short else [])])),
            starts.toordinal() if starts else 0,
            ends.toordinal() if ends else building.NO_END,
        )
        for code, title, short, billable, starts, ends in listed.iterator(20_000)
    ]


def _names(release: Release) -> dict[str, list[str]]:
    """Stored code → its inclusion terms, then its places in the Alphabetic Index."""
    found: dict[str, list[str]] = {}
    terms = Note.objects.filter(code__release=release, kind__in=TERM_KINDS).order_by("code", "position")
    for code, text in terms.values_list("code__code", "text").iterator(20_000):
        found.setdefault(code, []).append(text)
    edition = _index_edition(release)
    if edition is not None:
        entries = IndexEntry.objects.filter(edition=edition).exclude(code="").order_by("position")
        for code, path in entries.values_list("code", "path").iterator(20_000):
            found.setdefault(undotted(code).rstrip("-"), []).append(path)
    return found
