"""Scores of a second look: counts from the two lists of codes, without a database.

Code-over-code: the auditor's codes are the denominator, those of them that the coder assigned the
numerator (AHIMA, "Benchmarking to Improve Coding Accuracy and Productivity", 2009). Case-over-case: one
stay, one DRG, right or wrong; also called the financial accuracy rate. A changed principal diagnosis
counts as two errors, in the list of errors and in the numerator alike. The numerator never goes below
zero; a code that the auditor takes off is an error, and lowers the share of the coder's codes that were
confirmed, but not code-over-code, whose denominator it is not in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from medcode.codebook.models import CodeSystem
from review.models import ErrorKind
from review.reports.statistics import Rate

Kind = ErrorKind
ICD10CM: str = CodeSystem.ICD10CM

# Where the Official Guidelines for Coding and Reporting speak of each kind of error.
GUIDELINES: dict[str, str] = {
    Kind.PRINCIPAL: "Section II, selection of principal diagnosis; outpatient: Section IV.G, first-listed",
    Kind.MISSED: "Section III, reporting additional diagnoses; outpatient: Section IV.J",
    Kind.UNSUPPORTED: "Section I.A.19, code assignment rests on the provider’s statement; Section III",
    Kind.SPECIFICITY: "Section I.B.2, level of detail in coding",
    Kind.WRONG: "Section I.B.1, locating a code",
    Kind.COMBINATION: "Section I.B.9, combination code; Section I.B.5, integral conditions",
    Kind.INSTRUCTION: "Section I.A.12, excludes notes; Section I.A.13 and I.A.17, code first and code also",
    Kind.SEQUENCE: "Section II, Section III and Section I.A.13, sequencing",
    Kind.POA: "Appendix I, present on admission reporting",
    Kind.OTHER: "Conventions, Section I.A",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the comparison, in stored forms. "" on one side: that side has no such code.

    `first` flags say who made it the principal or first-listed diagnosis. A line that no longer `stands`
    is a finding that was withdrawn: the coder was right, and it scores as the coder's own code.
    """

    coder: str
    auditor: str
    code_system: str = ICD10CM
    coder_first: bool = False
    auditor_first: bool = False
    coder_poa: str = ""
    auditor_poa: str = ""
    kind: str = ""
    stands: bool = True

    @property
    def settled(self) -> Line:
        """The line as it counts: a withdrawn finding is the coder's code on both sides."""
        if self.stands:
            return self
        same = self.coder
        return Line(same, same, self.code_system, self.coder_first, self.coder_first, self.coder_poa, self.coder_poa)

    @property
    def same(self) -> bool:
        return self.coder == self.auditor


@dataclass(frozen=True, slots=True)
class Drgs:
    """The MS-DRG of either list, with relative weights where Table 5 is loaded. Empty for outpatients."""

    coder: str = ""
    auditor: str = ""
    coder_weight: float | None = None
    auditor_weight: float | None = None

    @property
    def applies(self) -> bool:
        return bool(self.coder and self.auditor)

    @property
    def weight_change(self) -> float | None:
        if self.coder_weight is None or self.auditor_weight is None:
            return None
        return round(self.auditor_weight - self.coder_weight, 4)


@dataclass(frozen=True, slots=True)
class Score:
    """What one or many second looks count. Sums of charts are sums of these."""

    charts: int = 0
    right: int = 0
    auditor_codes: int = 0
    confirmed: int = 0
    coder_codes: int = 0
    poa_right: int = 0
    poa_total: int = 0
    drg_right: int = 0
    drg_total: int = 0
    principal_changed: int = 0
    errors: int = 0
    weight_change: float = 0.0
    kinds: dict[str, int] = field(default_factory=dict)

    @property
    def code_over_code(self) -> Rate:
        return Rate(self.right, self.auditor_codes)

    @property
    def confirmed_share(self) -> Rate:
        """Of the coder's own codes, those that the auditor keeps."""
        return Rate(self.confirmed, self.coder_codes)

    @property
    def poa(self) -> Rate:
        return Rate(self.poa_right, self.poa_total)

    @property
    def drg(self) -> Rate:
        return Rate(self.drg_right, self.drg_total)

    def __add__(self, other: Score) -> Score:
        sums: dict[str, Any] = {name: round(getattr(self, name) + getattr(other, name), 4) for name in _COUNTS}
        return Score(**sums, kinds=dict(Counter(self.kinds) + Counter(other.kinds)))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Score:
        return cls(**stored)


_COUNTS = [name for name in Score.__dataclass_fields__ if name != "kinds"]


def score(lines: Iterable[Line], *, drgs: Drgs | None = None, inpatient: bool = False) -> Score:
    """The counts of one chart. POA is counted on diagnoses that both have, for inpatients only."""
    settled = [line.settled for line in lines]
    settled = [line for line in settled if line.coder or line.auditor]
    auditor = [line for line in settled if line.auditor]
    coder = [line for line in settled if line.coder]
    matched = [line for line in auditor if line.same]
    changed, extra = _principal(settled)
    found = poa_lines(matched) if inpatient else []
    kinds = _kinds(settled, changed, inpatient)
    drgs = drgs or Drgs()
    return Score(
        charts=1,
        right=max(0, len(matched) - extra),
        auditor_codes=len(auditor),
        confirmed=len(matched),
        coder_codes=len(coder),
        poa_right=sum(line.coder_poa == line.auditor_poa for line in found),
        poa_total=len(found),
        drg_right=int(drgs.applies and drgs.coder == drgs.auditor),
        drg_total=int(drgs.applies),
        principal_changed=int(changed),
        errors=sum(kinds.values()),
        weight_change=drgs.weight_change or 0.0,
        kinds=kinds,
    )


def poa_lines(matched: list[Line]) -> list[Line]:
    """The lines on which both may say whether the condition was present on admission."""
    return [line for line in matched if line.code_system == ICD10CM and line.auditor_poa]


def _principal(lines: list[Line]) -> tuple[bool, int]:
    """Whether the first diagnosis was changed, and how much the numerator loses besides the missing code.

    Two errors in all: a principal that the coder does not have at all is one missing code already; one
    that the coder has further down is none.
    """
    auditor = next((line for line in lines if line.auditor_first), None)
    if auditor is None or (auditor.coder_first and auditor.same):
        return False, 0
    return True, 2 if auditor.same else 1


def _kinds(lines: list[Line], principal_changed: bool, inpatient: bool) -> dict[str, int]:
    """Errors by kind. The lines that make the change of principal are its two errors and nothing else."""
    kinds: Counter[str] = Counter()
    for line in lines:
        first = line.coder_first or line.auditor_first
        if principal_changed and first:
            continue
        if not line.same:
            kinds[line.kind or Kind.OTHER] += 1
        elif line.kind == Kind.SEQUENCE:
            kinds[Kind.SEQUENCE] += 1
    if inpatient:
        wrong = [
            line for line in poa_lines([line for line in lines if line.same]) if line.coder_poa != line.auditor_poa
        ]
        if wrong:
            kinds[Kind.POA] += len(wrong)
    if principal_changed:
        kinds[Kind.PRINCIPAL] += 2
    return dict(sorted(kinds.items()))
