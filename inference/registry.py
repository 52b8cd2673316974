"""The engines by name. Each is loaded once per process and release.

A new engine is one line in `LOADERS`: its name, and a function from the date of service to an object that proposes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings

from inference import adopted, engine
from inference.coder import Coder
from inference.evaluation.bm25 import Bm25
from medcode.codebook import lookup
from medcode.codebook.models import CodeSystem
from medcode.codebook.snapshot import Snapshot

_loaded: dict[tuple[str, int], Any] = {}
_loading = threading.RLock()  # an engine made of engines loads them while it is loaded itself


def builtin(on: date) -> engine.Engine:
    """The built-in coder over the ICD-10-CM release of that date (a few seconds on first use).

    Raises `CodebookEmptyError` when no release is loaded.
    """

    def make(snapshot: Snapshot) -> engine.Engine:
        return engine.load(snapshot, cache_dir=settings.CODEBOOK_CACHE_DIR)

    loaded: engine.Engine = _once("builtin", on, make)
    adopted.refresh(loaded)
    return loaded


def bm25(on: date) -> Bm25:
    """The look-up baseline over the release of that date. Raises `CodebookEmptyError`."""
    loaded: Bm25 = _once("bm25", on, Bm25)
    return loaded


LOADERS: dict[str, Callable[[date], Coder]] = {
    "builtin": builtin,
    "bm25": bm25,
}
DEFAULT = "builtin"


def load(name: str, on: date) -> Coder:
    """The engine of this name for a date of service. `KeyError` for a name that is not in `LOADERS`."""
    return LOADERS[name](on)


def _once(name: str, on: date, make: Callable[[Snapshot], Coder]) -> Any:
    release = lookup.release_for(CodeSystem.ICD10CM, on).release
    with _loading:
        if (name, release.pk) not in _loaded:
            _loaded[name, release.pk] = make(lookup.snapshot(release))
        return _loaded[name, release.pk]
