"""The engines by name. Each is loaded once per process and release.

A new engine is one line in `LOADERS`: its name, and a function from the date of service to an object that proposes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings

from inference import adopted, engine, procedures, routing
from inference.coder import Coder
from inference.evaluation.bm25 import Bm25
from inference.llm.config import from_settings
from inference.llm_engine import EnsembleEngine, LlmEngine
from inference.proposers.vllm.asking import Asker
from medcode.codebook import lookup
from medcode.codebook.models import CodeSystem
from medcode.codebook.snapshot import Snapshot

_loaded: dict[tuple[str, int], Any] = {}
_loading = threading.RLock()  # an engine made of engines loads them while it is loaded itself


def builtin(on: date) -> engine.Engine:
    """The built-in coder over the releases of that date, procedures where they are loaded (seconds on first use).

    Raises `CodebookEmptyError` when no release of ICD-10-CM is loaded.
    """
    return diagnoses(on).beside(procedures.load(on))


def diagnoses(on: date) -> engine.Engine:
    """The same without procedures. Raises `CodebookEmptyError`."""

    def make(snapshot: Snapshot) -> engine.Engine:
        return engine.load(snapshot, cache_dir=settings.CODEBOOK_CACHE_DIR)

    loaded: engine.Engine = _once("builtin", on, make)
    adopted.refresh(loaded)
    return loaded


def bm25(on: date) -> Bm25:
    """The look-up baseline over the release of that date. Raises `CodebookEmptyError`."""
    loaded: Bm25 = _once("bm25", on, Bm25)
    return loaded


def vllm(on: date, adapter: str = "") -> LlmEngine:
    """The language model alone, the base or an adapter. It is not asked before the first chart.

    Raises `CodebookEmptyError`, and `ImproperlyConfigured` where the settings of the server do not work.
    """
    return _asking(LlmEngine, on, adapter)


def ensemble(on: date, adapter: str = "") -> LlmEngine:
    """The built-in coder, its procedures too, and the language model together."""
    return _asking(EnsembleEngine, on, adapter, procedures.load(on))


LOADERS: dict[str, Callable[[date], Coder]] = {
    "builtin": builtin,
    "bm25": bm25,
    "vllm": vllm,
    "ensemble": ensemble,
}
ADAPTED: dict[str, Callable[[date, str], Coder]] = {"vllm": vllm, "ensemble": ensemble}
DEFAULT = "builtin"


def load(name: str, on: date, adapter: str = "") -> Coder:
    """The engine of this name for a date of service. `KeyError` for a name that is not in `LOADERS`.

    `adapter`: the served name of a LoRA adapter, for engines that ask a language model; others have none.
    """
    return ADAPTED[name](on, adapter) if name in ADAPTED else LOADERS[name](on)


def routed(on: date) -> Coder:
    """The engine that answers now, as `routing.current` says."""
    choice = routing.current()
    return load(choice.engine, on, choice.coding_adapter.name if choice.coding_adapter else "")


def _asking(kind: type[LlmEngine], on: date, adapter: str, beside: procedures.Procedures | None = None) -> LlmEngine:
    own, search, config = diagnoses(on), bm25(on), from_settings()
    release = lookup.release_for(CodeSystem.ICD10CM, on).release
    # Other settings, as after a reload or in a test, make another engine.
    asker, engine = (f"asker {config!r}", release.pk), (f"{kind.name} {adapter} {config!r} {id(beside)}", release.pk)
    with _loading:
        if asker not in _loaded:
            _loaded[asker] = Asker(config, own, search)
        if engine not in _loaded:
            _loaded[engine] = kind(_loaded[asker], adapter, procedures=beside)
        loaded: LlmEngine = _loaded[engine]
    adopted.refresh_models(loaded)
    return loaded


def _once(name: str, on: date, make: Callable[[Snapshot], Coder]) -> Any:
    release = lookup.release_for(CodeSystem.ICD10CM, on).release
    with _loading:
        if (name, release.pk) not in _loaded:
            _loaded[name, release.pk] = make(lookup.snapshot(release))
        return _loaded[name, release.pk]
