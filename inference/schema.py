"""The contract between the people's side (`review`) and the model's side (`inference`).

Offsets are Unicode code points into the note's stored text, half open: `text[begin:end]`.
Probabilities are fractions between 0 and 1. Codes are in stored form, without a dot.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from inference.llm.wire import Usage


class Band(StrEnum):
    """How far a coder may trust a suggestion.

    The thresholds are data: `calibrations/builtin.json`, with a card that holds the measured figures. HIGH starts
    where at least 90% of held-out suggestions were kept by a coder; MEDIUM where, among the thresholds that promise
    60% between it and HIGH, held-out F1 is best. LOW is the rest.
    """

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


class Setting(StrEnum):
    """Where care was given; decides how uncertain diagnoses are coded (Guidelines II.H and IV.H)."""

    INPATIENT = "inpatient"
    OUTPATIENT = "outpatient"


@dataclass(frozen=True, slots=True)
class NoteText:
    """One document of a chart. `key` is the caller's own name for it and comes back in `Evidence`."""

    key: str
    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class MedicationFact:
    """A medication on the chart, as the source writes it."""

    name: str
    dose: str = ""


@dataclass(frozen=True, slots=True)
class LabFact:
    """A laboratory result. `flag` is the source's: "H", "L", "HH", "LL", "A" or ""."""

    name: str
    value: str
    unit: str = ""
    flag: str = ""


@dataclass(frozen=True, slots=True)
class ChartText:
    """What the proposer may see of a chart. `sex` is "F", "M" or "" when unknown; `age` in years.

    `facility` is never read: it only keeps one facility's prompts from another's prefix cache on a model server.
    """

    notes: tuple[NoteText, ...]
    setting: Setting = Setting.OUTPATIENT
    sex: str = ""
    age: int | None = None
    date_of_service: date | None = None
    medications: tuple[MedicationFact, ...] = ()
    labs: tuple[LabFact, ...] = ()
    facility: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verbatim span: `note.text[begin:end] == text` for the note whose key is `note`."""

    note: str
    begin: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A code that a model claims the chart supports. `evidence` holds the best span first."""

    code_system: str
    code: str
    description: str
    confidence: float
    band: Band
    evidence: tuple[Evidence, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run of the engine yields: the proposals that survived every check, best first.

    `dropped` counts what the checks refused, by reason ("unknown code", "quote not in note", …). `base_model`,
    `adapter` and `usage` are a language model's. `fallback`: another engine was asked, and the built-in one answered.
    """

    proposals: tuple[Proposal, ...]
    engine: str
    model_version: str
    prompt_version: str = ""
    dropped: dict[str, int] = field(default_factory=dict)
    base_model: str = ""
    adapter: str = ""
    usage: Usage = field(default_factory=Usage)
    fallback: bool = False
