"""What is grouped and what comes out of it: plain values, without a database or a grouper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from medcode.codebook.snapshot import undotted

Level = Literal["MCC", "CC", ""]
Kind = Literal["medical", "surgical", ""]

EXPIRED = "20"
UNGROUPABLE = "999"
INVALID_PRINCIPAL = "998"
PCS_SECTIONS = "0123456789BCDFGHX"


@dataclass(frozen=True, slots=True)
class GroupingCase:
    """One inpatient stay as the grouper sees it. Codes in stored form, secondaries and procedures once each.

    `disposition` is the two-character patient discharge status of the UB-04 (FL 17). `poa` is by stored
    code; what is missing counts as present on admission. `age` is in years; `age_days` matters only in
    the first month of life. `sex` is "F", "M" or "" for unknown.
    """

    principal: str
    secondary: tuple[str, ...]
    procedures: tuple[str, ...]
    discharged: date
    sex: str = ""
    age: int = 0
    age_days: int | None = None
    disposition: str = "01"
    poa: Mapping[str, str] = field(default_factory=dict)

    @property
    def expired(self) -> bool:
        return self.disposition == EXPIRED

    def changed(self, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> GroupingCase:
        """The same stay with codes more or less. Seven characters that are no diagnosis are a procedure.

        Removing the principal diagnosis moves the first secondary into its place.
        """
        gone = {undotted(code) for code in remove}
        more = [undotted(code) for code in add]
        diagnoses = [code for code in (self.principal, *self.secondary) if code not in gone]
        diagnoses += [code for code in more if not is_procedure(code)]
        procedures = [code for code in self.procedures if code not in gone]
        procedures += [code for code in more if is_procedure(code)]
        return replace(
            self,
            principal=diagnoses[0] if diagnoses else "",
            secondary=_once(diagnoses[1:], besides=diagnoses[:1]),
            procedures=_once(procedures),
        )


def case_of(
    principal: str,
    secondary: Sequence[str] = (),
    procedures: Sequence[str] = (),
    *,
    discharged: date,
    sex: str = "",
    age: int = 0,
    age_days: int | None = None,
    disposition: str = "01",
    poa: Mapping[str, str] | None = None,
) -> GroupingCase:
    """A case from codes as people type them: any letter case, with or without dots, doubles and blanks."""
    first = undotted(principal)
    return GroupingCase(
        principal=first,
        secondary=_once((undotted(code) for code in secondary), besides=(first,)),
        procedures=_once(undotted(code) for code in procedures),
        discharged=discharged,
        sex=sex.strip().upper()[:1],
        age=age,
        age_days=age_days,
        disposition=disposition.strip().zfill(2),
        poa={undotted(code): value.strip().upper() for code, value in (poa or {}).items()},
    )


def is_procedure(code: str) -> bool:
    """Is this stored form an ICD-10-PCS code, rather than ICD-10-CM? Told by its shape alone.

    PCS codes have seven characters and begin with their section. Diagnoses of seven are a letter and a
    digit first; there are none in chapters B and F, only of digits in C and D, and an external cause of
    chapter X, which has no X2, has the placeholder X before its extension.
    """
    if len(code) != 7 or code[0] not in PCS_SECTIONS:
        return False
    first, second = code[0], code[1]
    if first.isdigit() or not second.isdigit() or first in "BF":
        return True
    if first == "X":
        return second == "2" or code[5] != "X"
    return first in "CD" and not code[3:].isdigit()


def _once(codes: Iterable[str], *, besides: Iterable[str] = ()) -> tuple[str, ...]:
    unwanted = {*besides, ""}
    return tuple(code for code in dict.fromkeys(codes) if code not in unwanted)


@dataclass(frozen=True, slots=True)
class CodeEffect:
    """What one secondary diagnosis is to the grouper.

    `level` is what the code is by itself, `counted` whether it acted as that here. When it did not,
    `reason` says why, and `excluded_by` holds the principal diagnosis if that is the reason.
    """

    code: str
    level: Level
    counted: bool
    excluded_by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Grouping:
    """An MS-DRG, and what it was assigned by. Weight and mean stays (days) are None when Table 5 is not loaded.

    `sentence_of_stand_in` is what a person is told when grouper or weights of another date stood in;
    `problem` says why a case is ungroupable (DRG 998 or 999).
    """

    drg: str
    title: str
    mdc: str
    kind: Kind
    version: str
    codes: tuple[CodeEffect, ...] = ()
    weight: Decimal | None = None
    geometric_mean_stay: Decimal | None = None
    arithmetic_mean_stay: Decimal | None = None
    weights_edition: str = ""
    sentence_of_stand_in: str = ""
    problem: str = ""

    @property
    def groupable(self) -> bool:
        return self.drg not in {UNGROUPABLE, INVALID_PRINCIPAL}

    @property
    def tier(self) -> Level:
        """The highest level that counted, whether or not this DRG is split by it."""
        counted = {effect.level for effect in self.codes if effect.counted}
        return "MCC" if "MCC" in counted else "CC" if "CC" in counted else ""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The same stay grouped as it is and with codes more or less."""

    before: Grouping
    after: Grouping

    @property
    def changes(self) -> bool:
        return self.before.drg != self.after.drg

    @property
    def weight_difference(self) -> Decimal | None:
        """After minus before; None where a weight is not known."""
        if self.before.weight is None or self.after.weight is None:
            return None
        return self.after.weight - self.before.weight


@dataclass(frozen=True, slots=True)
class Carrier:
    """A code whose removal alone changes the DRG, and the DRG that it would change to."""

    code: str
    without: Grouping
