"""From the rows of a second look to the lines and DRGs that are scored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from medcode.codebook.grouping import Grouping, case_of, grouped
from medcode.codebook.models import CodeSystem
from review.models import AuditedCode, Chart, ChartAudit
from review.reports.second_look import ICD10CM, Drgs, Line, Score, score

DIED = re.compile(r"\b(expired|died|deceased|death|exp)\b", re.IGNORECASE)
STATUS = re.compile(r"\d{1,2}")


def first_of(rows: Iterable[AuditedCode], *, coder: bool) -> int | None:
    """The key of the line that holds the coder's, or the auditor's, first diagnosis."""
    column = "coder_sequence" if coder else "sequence"
    diagnoses = [row for row in rows if row.code_system == ICD10CM and getattr(row, column)]
    return min(diagnoses, key=lambda row: getattr(row, column)).pk if diagnoses else None


def lines(rows: Sequence[AuditedCode]) -> list[Line]:
    """The lines as they count now: findings that were withdrawn stand no longer."""
    coder_first, auditor_first = first_of(rows, coder=True), first_of(rows, coder=False)
    return [
        Line(
            row.coder_code,
            row.code,
            row.code_system,
            row.pk == coder_first,
            row.pk == auditor_first,
            row.coder_poa,
            row.poa,
            row.kind,
            row.ruling != AuditedCode.Ruling.WITHDRAWN,
        )
        for row in rows
    ]


def score_of(audit: ChartAudit, rows: Sequence[AuditedCode] | None = None) -> Score:
    """The score of one second look as its lines stand. Groups both lists for inpatients."""
    found = lines(list(audit.codes.all()) if rows is None else rows)
    return score(found, drgs=drgs(audit.chart, found), inpatient=audit.chart.encounter.is_inpatient)


def groupings(chart: Chart, found: Sequence[Line]) -> tuple[Grouping, Grouping] | None:
    """The coder's and the auditor's MS-DRG; None for an outpatient or without a diagnosis on either side."""
    if not chart.encounter.is_inpatient:
        return None
    settled = [line.settled for line in found]
    coder = _grouped(chart, [(each.coder, each.code_system, each.coder_first, each.coder_poa) for each in settled])
    auditor = _grouped(
        chart,
        [
            (each.auditor, each.code_system, each.auditor_first, each.auditor_poa)
            for each in sorted(settled, key=lambda each: not each.auditor_first)
        ],
    )
    return (coder, auditor) if coder and auditor else None


def drgs(chart: Chart, found: Sequence[Line]) -> Drgs:
    pair = groupings(chart, found)
    return as_drgs(*pair) if pair else Drgs()


def as_drgs(coder: Grouping, auditor: Grouping) -> Drgs:
    """What the score needs of two groupings."""
    weights = [None if each.weight is None else float(each.weight) for each in (coder, auditor)]
    return Drgs(coder.drg, auditor.drg, *weights)


def _grouped(chart: Chart, codes: list[tuple[str, str, bool, str]]) -> Grouping | None:
    diagnoses = [(code, first) for code, system, first, _ in codes if code and system == CodeSystem.ICD10CM]
    if not diagnoses:
        return None
    principal = next((code for code, first in diagnoses if first), diagnoses[0][0])
    encounter = chart.encounter
    return grouped(
        case_of(
            principal,
            [code for code, _ in diagnoses if code != principal],
            [code for code, system, _, _ in codes if code and system == CodeSystem.ICD10PCS],
            discharged=chart.coding_date,
            sex=encounter.patient.sex if encounter.patient.sex in ("F", "M") else "",
            age=encounter.age or 0,
            disposition=discharge_status(encounter.disposition),
            poa={code: poa for code, _, _, poa in codes if code and poa},
        )
    )


def discharge_status(text: str) -> str:
    """The patient discharge status (UB-04 FL 17) of a disposition as the source words it; "01" is home."""
    if STATUS.fullmatch(text.strip()):
        return text.strip().zfill(2)
    return "20" if DIED.search(text) else "01"
