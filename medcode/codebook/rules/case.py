"""What is checked and what is found: a set of codes with its patient and dates, and the findings on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from medcode.codebook.snapshot import dotted, undotted

ICD10CM = "ICD-10-CM"
ICD10PCS = "ICD-10-PCS"

Severity = Literal["error", "warning", "info"]
ORDER: dict[str, int] = {"error": 0, "warning": 1, "info": 2}
Setting = Literal["inpatient", "outpatient"]
Action = Literal["add", "remove", "replace", "move_before", "set_poa", "add_modifier"]


@dataclass(frozen=True, slots=True)
class Coded:
    """One code on a chart, in its stored form. `poa` is Y, N, U, W, 1 or ""; `units` counts a service."""

    code: str
    code_system: str = ICD10CM
    poa: str = ""
    modifiers: tuple[str, ...] = ()
    units: int = 1
    service_date: date | None = None

    @property
    def display(self) -> str:
        """The dotted form for people."""
        return dotted(self.code, self.code_system)

    @property
    def is_diagnosis(self) -> bool:
        return self.code_system == ICD10CM

    @property
    def is_service(self) -> bool:
        """Whether it is a CPT or HCPCS code: what NCCI edits and modifiers are about."""
        return self.code_system not in (ICD10CM, ICD10PCS)


@dataclass(frozen=True, slots=True)
class Case:
    """The codes of one encounter, in sequence; the first diagnosis is principal or first-listed.

    `on` is the discharge (inpatient) or the service (outpatient). `age` is in years, `age_days` in
    days where a newborn's is known. `uncertain` names the stored codes that the documentation
    calls only probable or suspected.
    """

    codes: tuple[Coded, ...]
    on: date
    setting: Setting = "outpatient"
    sex: str = ""
    age: int | None = None
    age_days: int | None = None
    uncertain: frozenset[str] = frozenset()

    @classmethod
    def of(cls, codes: Iterable[str], on: date, **patient: object) -> Case:
        """A case of diagnoses as a person types them, with or without dots."""
        return cls(tuple(Coded(undotted(code)) for code in codes), on, **patient)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Fix:
    """What mends a finding: do `action` to `code` (stored form), with `value` where it needs one.

    add `code` · remove `code` · replace `code` by `value` · move `code` before `value` ·
    set the POA indicator of `code` to `value` · add modifier `value` to `code`.
    """

    action: Action
    code: str
    value: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a check noticed: an "error" blocks, a "warning" is acknowledged, an "info" is told.

    `codes` are dotted, as people read them. `source` names the guideline section or CMS file.
    """

    rule: str
    severity: Severity
    codes: tuple[str, ...]
    sentence: str
    source: str
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What the list of rules says of one rule, and the maker of its findings."""

    id: str
    severity: Severity
    title: str
    source: str

    def found(
        self,
        codes: Iterable[Coded],
        sentence: str,
        *,
        fix: Fix | None = None,
        source: str = "",
        severity: Severity | None = None,
    ) -> Finding:
        """A finding of this rule; `source` and `severity` where this one differs from the rule's own."""
        shown = tuple(dict.fromkeys(each.display for each in codes))
        return Finding(self.id, severity or self.severity, shown, sentence, source or self.source, fix)
