"""The CMS grouper versions behind the seam: which one a discharge date uses, and its tables in memory.

`drgpy` (Apache-2.0) holds the tables and the decision logic of the MS-DRG Definitions Manual, one file a
version. A version is read when first asked for (about half a second), then shared by all threads.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from drgpy._runtime_data import load_runtime_data
from drgpy._versions import SUPPORTED_VERSIONS
from drgpy.msdrg import DRGEngine

from medcode.codebook.grouping.tables import completed

if TYPE_CHECKING:
    from collections.abc import Iterable

# A version takes tens of megabytes: this year's, the one before the April or October change, and one of an audit.
KEPT = 3
WITH_HAC_COLUMN = "v43.1"
WITH_PART_3 = "v41.1"


@dataclass(frozen=True, slots=True)
class VersionChoice:
    """The grouper version that a discharge uses. `stand_in`: there is none for that date, this is the nearest."""

    name: str
    stand_in: bool

    def sentence(self, on: date) -> str:
        """What a person is told, or "" when the version is simply the right one."""
        if not self.stand_in:
            return ""
        return f"Grouped with MS-DRG {self.name}: no loaded grouper version is valid on {on:%B} {on.day}, {on.year}."


def version_for(discharged: date) -> VersionChoice:
    """The version in force on the day of discharge (42 CFR 412.60(c): by discharge, not by admission)."""
    started = [version for version in SUPPORTED_VERSIONS if version.effective_date <= discharged]
    if not started:
        return VersionChoice(SUPPORTED_VERSIONS[0].name, stand_in=True)
    newest = started[-1]
    # The last version known ends with its fiscal year: on 1 October there is always another.
    ends = date(newest.effective_date.year + (newest.effective_date.month >= 10), 10, 1)
    return VersionChoice(newest.name, stand_in=newest is SUPPORTED_VERSIONS[-1] and discharged >= ends)


class _Labels(dict[str, tuple[str, ...]]):
    """Labels by code. A code that is not there has none, and asking leaves nothing behind.

    drgpy's own table is a defaultdict, which every unknown code that somebody types makes larger for good.
    """

    def __init__(self, table: dict[str, Iterable[str]]) -> None:
        super().__init__((code, tuple(map(sys.intern, labels))) for code, labels in table.items())

    def __missing__(self, code: str) -> tuple[str, ...]:
        return ()


_engines: OrderedDict[str, Any] = OrderedDict()
_loading = threading.Lock()


def engine(version: str) -> Any:
    """The grouper of one version, e.g. "v43.1". Raises ValueError when there is no such version."""
    with _loading:
        if version not in _engines:
            _engines[version] = _load(version)
            while len(_engines) > KEPT:
                _engines.popitem(last=False)
        _engines.move_to_end(version)
        return _engines[version]


def _load(version: str) -> Any:
    loaded = DRGEngine(version=version)
    loaded.dxmap = _Labels(loaded.dxmap)
    loaded.prmap = _Labels(loaded.prmap)
    completed(loaded.ccmap, loaded.version_info.major)
    if version != WITH_HAC_COLUMN and not any(row["hac"] for row in loaded.ccmap.values()):
        for code, category in _hac_categories().items():
            if code in loaded.ccmap:
                loaded.ccmap[code]["hac"] = category
    loaded.drg_exclusions = loaded.drg_exclusions or _drg_exclusions()
    loaded.exmap = {name: frozenset(map(sys.intern, codes)) for name, codes in loaded.exmap.items()}
    return loaded


@functools.cache
def _hac_categories() -> dict[str, str]:
    """Hospital-acquired condition by code. Appendix C has the column since v43.1; the list is that of FY 2013."""
    rows = load_runtime_data(WITH_HAC_COLUMN).ccmap
    return {code: row["hac"] for code, row in rows.items() if row["hac"]}


@functools.cache
def _drg_exclusions() -> dict[str, set[str]]:
    """Appendix C part 3, which drgpy has since v41.1, for the versions before it."""
    exclusions: dict[str, set[str]] = load_runtime_data(WITH_PART_3).drg_exclusions
    return exclusions
