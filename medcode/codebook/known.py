"""What is known of a set of codes on a date: all that the rules look at. Pure data, so that they need no database.

`medcode.codebook.facts` reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from medcode.codebook.references import Instruction

Kind = Literal["billable", "header", "retired", "future", "unknown"]
Key = tuple[str, str]  # (code system, stored code)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the tabular, and what is listed directly below it where that was asked for."""

    code: str
    title: str
    kind: str  # "chapter", "block", "category" or "code"
    billable: bool = False


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """One code on the date.

    `kind` tells a header, a retired, a future and an unknown code apart. `above` are the places over
    it, nearest first. `instructions` are its own and the inherited ones, nearest first. `below`
    counts the billable codes under a header, `extensions` the 7th characters that it lacks.
    `specified` are codes that say what this one leaves "unspecified". `changed_on` is the day on
    which a retired code ended or a future one begins, and `successors` what came after it.
    """

    code: str
    code_system: str
    kind: Kind = "unknown"
    title: str = ""
    above: tuple[Place, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    below: int = 0
    extensions: tuple[str, ...] = ()
    specified: tuple[Place, ...] = ()
    changed_on: date | None = None
    successors: tuple[str, ...] = ()

    @property
    def chapter(self) -> str:
        """The chapter's number, or ""."""
        return self.above[-1].code if self.above and self.above[-1].kind == "chapter" else ""

    def of_kind(self, kind: str) -> list[Instruction]:
        return [each for each in self.instructions if each.kind == kind]


@dataclass(frozen=True, slots=True)
class Pair:
    """One NCCI edit between two of the codes. Column 2 is the one that is not paid."""

    column1: str
    column2: str
    effective: date
    deleted: date | None
    modifier_indicator: str
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """The medically unlikely edit of a code: most `units`, and the adjudication indicator."""

    units: int
    indicator: str
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class AddOnRow:
    """One primary code that an add-on code may stand beside; "" leaves it to the contractor."""

    primary: str
    kind: str
    effective: date
    deleted: date | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known about some codes on a date. What is None is not loaded, and its rules stay silent.

    `editions` maps each table or code system that was read to the edition's name, for the sources
    that findings cite.
    """

    on: date
    codes: Mapping[Key, CodeFacts] = field(default_factory=dict)
    editions: Mapping[str, str] = field(default_factory=dict)
    poa_exempt: frozenset[str] | None = None
    pairs: tuple[Pair, ...] | None = None
    limits: Mapping[str, Limit] | None = None
    add_ons: Mapping[str, tuple[AddOnRow, ...]] | None = None

    def code(self, code: str, code_system: str = "ICD-10-CM") -> CodeFacts:
        """What is known of a code; an unknown one when nothing is."""
        return self.codes.get((code_system, code)) or CodeFacts(code, code_system)

    def loaded(self, code_system: str) -> bool:
        """Whether any release of the code system was there to look the code up in."""
        return code_system in self.editions

    def only(self, codes: Iterable[Key]) -> Facts:
        """The same facts about fewer codes (code, code system), without a database."""
        wanted = {(code_system, code) for code, code_system in codes}
        named = {code for _, code in wanted}
        return replace(
            self,
            codes={key: self.codes[key] for key in wanted if key in self.codes},
            pairs=None
            if self.pairs is None
            else tuple(each for each in self.pairs if each.column1 in named and each.column2 in named),
            limits=None if self.limits is None else {code: self.limits[code] for code in named & self.limits.keys()},
            add_ons=None
            if self.add_ons is None
            else {code: self.add_ons[code] for code in named & self.add_ons.keys()},
        )
