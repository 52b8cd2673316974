"""The procedure releases of a day, opened once per process."""

from __future__ import annotations

import threading
from datetime import date

from inference.procedures.books import Book
from inference.procedures.proposing import Procedures
from medcode.codebook.models import CodeSystem
from medcode.codebook.search.answering import releases

SYSTEMS = (CodeSystem.ICD10PCS, CodeSystem.CPT, CodeSystem.HCPCS)

_opened: dict[tuple[int, ...], Procedures] = {}
_opening = threading.Lock()


def load(on: date) -> Procedures | None:
    """What proposes procedures with the releases of that date; None where no procedure system is loaded.

    One query; the first call for a release maps its search index, building it where the machine has none.
    """
    chosen = releases(SYSTEMS, on)
    key = tuple(release.pk for release in chosen)
    if not key:
        return None
    with _opening:
        if key not in _opened:
            _opened[key] = Procedures(map(Book.of, chosen))
        return _opened[key]
