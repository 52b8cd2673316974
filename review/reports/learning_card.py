"""What a coder can learn from the second looks at their own charts. Private: read for that coder only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from review.models import AuditedCode, ChartAudit, ErrorKind, User
from review.reports.audit_overview import score_of, trend
from review.reports.second_look import GUIDELINES, Score
from review.reports.tables import Share

TOP = 12
CHARTS = 6


@dataclass(frozen=True, slots=True)
class Lesson:
    """A kind of error: how often, the guideline it breaks, and the second looks where it was found."""

    label: str
    guideline: str
    count: int
    audits: list[ChartAudit]


@dataclass(frozen=True, slots=True)
class ChangedCode:
    """What the auditor made of a code of the coder's, and how often; either may be empty."""

    code_system: str
    coder: str
    auditor: str
    title: str
    kind: str
    count: int
    audits: list[ChartAudit]


@dataclass(frozen=True, slots=True)
class Card:
    """The card of one coder."""

    total: Score
    lessons: list[Lesson]
    changed: list[ChangedCode]
    trend: dict[str, Any]
    rebutted: int
    won: int

    @property
    def code_over_code(self) -> Share:
        return Share(self.total.code_over_code, "#looks")

    @property
    def confirmed(self) -> Share:
        return Share(self.total.confirmed_share, "#looks")

    @property
    def poa(self) -> Share:
        return Share(self.total.poa, "#looks")

    @property
    def drg(self) -> Share:
        return Share(self.total.drg, "#looks")


def card(coder: User) -> Card:
    """The closed second looks at the coder's charts, summed up. Findings that were withdrawn do not count."""
    closed = list(
        ChartAudit.objects.filter(coder=coder, status__in=ChartAudit.CLOSED).select_related("chart").order_by("-pk")
    )
    scores = [(each, score_of(each)) for each in closed]
    total = sum((score for _, score in scores), Score())
    answered = AuditedCode.objects.filter(audit__in=closed, answer=AuditedCode.Answer.REBUT)
    return Card(
        total,
        _lessons(total, scores),
        _changed(closed),
        trend((each.closed_at, score) for each, score in scores if each.closed_at),
        answered.count(),
        answered.filter(ruling=AuditedCode.Ruling.WITHDRAWN).count(),
    )


def _lessons(total: Score, scores: list[tuple[ChartAudit, Score]]) -> list[Lesson]:
    labels: dict[str, str] = {each.value: str(each.label) for each in ErrorKind}
    return [
        Lesson(labels[kind], GUIDELINES[kind], count, [each for each, score in scores if kind in score.kinds][:CHARTS])
        for kind, count in sorted(total.kinds.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _changed(closed: list[ChartAudit]) -> list[ChangedCode]:
    """The code changes that stand, the most frequent first."""
    audits = {each.pk: each for each in closed}
    counts: Counter[tuple[str, str, str]] = Counter()
    rows: dict[tuple[str, str, str], list[AuditedCode]] = {}
    for row in AuditedCode.objects.filter(audit__in=closed).exclude(ruling=AuditedCode.Ruling.WITHDRAWN):
        if row.code != row.coder_code:
            key = (row.code_system, row.coder_display, row.display)
            counts[key] += 1
            rows.setdefault(key, []).append(row)
    return [
        ChangedCode(
            *key,
            title=rows[key][0].description or rows[key][0].coder_description,
            kind=rows[key][0].get_kind_display(),
            count=count,
            audits=[audits[row.audit_id] for row in rows[key]][:CHARTS],
        )
        for key, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:TOP]
    ]
