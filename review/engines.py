"""The engines at hand, loaded once per process."""

from __future__ import annotations

import threading
from datetime import date

from django.conf import settings

from inference import engine
from medcode.codebook import lookup
from medcode.codebook.models import CodeSystem

_loaded: dict[int, engine.Engine] = {}
_loading = threading.Lock()


def builtin(on: date) -> engine.Engine:
    """The built-in coder over the ICD-10-CM release of that date (a few seconds on first use).

    Raises `CodebookEmptyError` when no release is loaded.
    """
    release = lookup.release_for(CodeSystem.ICD10CM, on).release
    with _loading:
        if release.pk not in _loaded:
            _loaded[release.pk] = engine.load(lookup.snapshot(release), cache_dir=settings.CODEBOOK_CACHE_DIR)
        return _loaded[release.pk]
