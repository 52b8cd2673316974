"""What an evaluation compares: codes, gold rows, predicted rows, and both side by side.

Offsets are Unicode code points into the document's text, half open. Codes are in stored form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from inference.evaluation.agreement import CATEGORY
from inference.schema import Band, ChartText
from medcode.codebook.snapshot import dotted, undotted

ICD10CM, ICD10PCS, CPT, HCPCS = "ICD-10-CM", "ICD-10-PCS", "CPT", "HCPCS"
# Category I, II (F), III (T) and proprietary laboratory (U) codes of CPT; national codes of HCPCS level II.
CPT_SHAPE = re.compile(r"\d{4}[0-9FTU]")
HCPCS_SHAPE = re.compile(r"[A-V]\d{4}")


class Key(NamedTuple):
    """A code of one system: the same five characters may be ICD-10-CM (E11.65) and HCPCS (E1165)."""

    system: str
    code: str

    @property
    def shown(self) -> str:
        """The code as people write it."""
        return dotted(self.code, self.system)


class Level(StrEnum):
    """How strictly two codes are compared: all characters, or the first three."""

    EXACT = "exact"
    CATEGORY = "category"

    def of(self, key: Key) -> Key:
        """What is compared of a code."""
        return key if self is Level.EXACT else Key(key.system, key.code[:CATEGORY])

    def each(self, keys: Iterable[Key]) -> frozenset[Key]:
        """What is compared of a set of codes."""
        return frozenset(map(self.of, keys))


class Span(NamedTuple):
    """Evidence for a code: `text[begin:end]`."""

    key: Key
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """A note to be coded. `specialty` is "" where the file names none."""

    chart: ChartText
    specialty: str = ""

    @property
    def text(self) -> str:
        """The text that offsets refer to."""
        return self.chart.notes[0].text


@dataclass(frozen=True, slots=True)
class Gold:
    """What a coder assigned. `codes` are measured as one set, `procedures` beside it. `line` of its file."""

    codes: frozenset[Key]
    principal: Key | None = None
    procedures: frozenset[Key] = frozenset()
    spans: tuple[Span, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Predicted:
    """A code that a system proposed, with its evidence as (begin, end, text)."""

    key: Key
    confidence: float
    band: Band
    description: str = ""
    evidence: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """One system beside one gold, document by document in the same order.

    `ranked` holds every prediction, most confident first, without repetitions; `shown` are the codes
    of the bands under evaluation.
    """

    ids: tuple[str, ...]
    gold: tuple[Gold, ...]
    ranked: tuple[tuple[Predicted, ...], ...]
    shown: tuple[frozenset[Key], ...]

    @property
    def wanted(self) -> list[frozenset[Key]]:
        """The gold codes of each document."""
        return [gold.codes for gold in self.gold]

    def part(self, places: Sequence[int]) -> Judged:
        """The documents at these places only."""
        return Judged(
            tuple(self.ids[i] for i in places),
            tuple(self.gold[i] for i in places),
            tuple(self.ranked[i] for i in places),
            tuple(self.shown[i] for i in places),
        )


def systems(gold: Iterable[Gold]) -> frozenset[str]:
    """The code systems that the measured set of this gold is made of."""
    return frozenset(key.system for row in gold for key in row.codes) or frozenset({ICD10CM})


def judge(
    gold: Mapping[str, Gold],
    predicted: Mapping[str, Sequence[Predicted]],
    bands: frozenset[Band],
    among: frozenset[str],
) -> Judged:
    """Predictions of the code systems `among`, beside the gold. A document without predictions counts as empty."""
    ranked = tuple(ranking(item for item in predicted.get(key, ()) if item.key.system in among) for key in gold)
    shown = tuple(frozenset(item.key for item in items if item.band in bands) for items in ranked)
    return Judged(tuple(gold), tuple(gold.values()), ranked, shown)


def ranking(items: Iterable[Predicted]) -> tuple[Predicted, ...]:
    """Most confident first; equals keep their order; of a repeated code the most confident stays."""
    first: dict[Key, Predicted] = {}
    for item in sorted(items, key=lambda item: -item.confidence):
        first.setdefault(item.key, item)
    return tuple(first.values())


def diagnosis(code: str) -> Key:
    """A code of the field `codes`: ICD-10-CM, unless it can only be CPT."""
    stored = undotted(code)
    return Key(CPT if CPT_SHAPE.fullmatch(stored) else ICD10CM, stored)


def procedure(code: str) -> Key:
    """A code of the field `procedures`: CPT or HCPCS by its shape, else ICD-10-PCS."""
    stored = undotted(code)
    if CPT_SHAPE.fullmatch(stored):
        return Key(CPT, stored)
    return Key(HCPCS if HCPCS_SHAPE.fullmatch(stored) else ICD10PCS, stored)
