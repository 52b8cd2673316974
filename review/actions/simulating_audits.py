"""Second looks at the simulated past: drawn by the real rules, judged by nobody, and marked as simulated."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from medcode.codebook.models import Code, CodeSystem
from review.actions import accounts, sampling
from review.actions.base import audit as record
from review.demo import auditing
from review.demo.auditing import Judged
from review.demo.charts import Sample
from review.models import (
    AssignedCode,
    AuditedCode,
    AuditSample,
    ChartAudit,
    DoubleCode,
    DoubleCoding,
    ErrorKind,
    Role,
    SampleMethod,
    User,
)
from review.reports.audit_lines import score_of
from review.reports.weeks import WEEK, midnight

REVIEW = ("Weekly, two charts of each coder", sampling.Asked(size=2))
DOUBLE = ("Weekly, one chart of each coder coded twice", sampling.Asked(size=1, method=SampleMethod.DOUBLE))
Status = ChartAudit.Status
POA_CHANGED, REBUTTED = 0.3, 0.25
# What may well have come up in hospital: nobody would argue about the POA of a chronic disease.
ACUTE = ("D62", "E87", "I48", "J69", "J95", "K56", "K91", "L89", "N17", "N39", "R")
# How far the last week's second looks have come, in turn.
UNDER_WAY = (Status.DRAWN, Status.RETURNED, Status.REBUTTED, Status.ESCALATED, Status.AGREED)


@transaction.atomic
def simulate_second_looks(
    weeks: Sequence[date], samples: Sequence[Sample], *, by: User | None, seed: int, own: User | None = None
) -> int:
    """Two plans and what they drew in the past weeks; the last week's are still under way. Returns how many charts.

    `own`, one of the coders, is left with findings to answer.
    """
    stage = _Stage(samples, random.Random(seed), by=by)
    plans = [sampling.make_plan(name, asked, by=None, seed=seed) for name, asked in (REVIEW, DOUBLE)]
    stored = 0
    for week in weeks:
        for plan in plans:
            sample = sampling.draw_plan(plan, week)
            stored += stage.fill(sample, under_way=week == weeks[-1])
    if own is not None:
        _leave_one_to_answer(own)
    record("demo.second_looks_simulated", by=by, charts=stored)
    return stored


def _leave_one_to_answer(own: User) -> None:
    """Let the latest second look with findings be with the coder, whatever else would have become of it."""
    audit = ChartAudit.objects.filter(coder=own, codes__kind__gt="").order_by("-drawn_at", "-pk").first()
    if audit is None:
        return
    audit.codes.update(answer="", answer_comment="", ruling="")
    audit.status = Status.RETURNED
    audit.answered_at = audit.closed_at = audit.closed_by = audit.score = None
    audit.save()


class _Stage:
    """The people and the careful coder's lists. One auditor: the demo's own where it has one."""

    def __init__(self, samples: Sequence[Sample], rng: random.Random, *, by: User | None) -> None:
        self.gold = {sample.key: sample.gold for sample in samples}
        self.rng = rng
        known = User.objects.filter(username="auditor", role=Role.AUDITOR).first()
        self.auditor = known or accounts.create_user(
            "sim-auditor", role=Role.AUDITOR, password=None, full_name="Avery Simulated", by=by
        )
        self.supervisor = User.objects.filter(role=Role.SUPERVISOR).first() or self.auditor
        self.coders = list(User.objects.filter(role=Role.CODER, finalized_charts__simulated=True).distinct())
        codes = {code for sample in samples for code in sample.gold}
        rows = Code.objects.filter(release__code_system=CodeSystem.ICD10CM, code__in=codes)
        self.titles = dict(rows.order_by("release__valid_from").values_list("code", "title"))

    def fill(self, sample: AuditSample, *, under_way: bool) -> int:
        """Everything that happened to the drawn charts, from the Monday after their week on."""
        monday = midnight(sample.first_day + WEEK) + timedelta(hours=6, minutes=15)
        AuditSample.objects.filter(pk=sample.pk).update(simulated=True, drawn_at=monday)
        audits = list(sample.audits.select_related("chart__encounter__patient", "coder").order_by("pk"))
        doubles = list(sample.double_codings.select_related("chart__encounter").order_by("pk"))
        for place, audit in enumerate(audits):
            self._audit(audit, monday, UNDER_WAY[place % len(UNDER_WAY)] if under_way else Status.FINISHED)
        for place, double in enumerate(doubles):
            self._double(double, monday, begun=not under_way or place > 1, adjudicated=not under_way or place > 2)
        return len(audits) + len(doubles)

    def _gold(self, look: ChartAudit | DoubleCoding) -> tuple[str, ...]:
        return self.gold[look.chart.encounter.source_id.rpartition("-")[0]]

    def _audit(self, audit: ChartAudit, monday: datetime, status: ChartAudit.Status) -> None:
        audit.drawn_at = monday
        audit.status = status
        if status != Status.DRAWN:
            audit.auditor = self.auditor
            audit.returned_at = monday + timedelta(hours=self.rng.randint(3, 30))
            assigned = {row.code: row for row in audit.chart.assigned_codes.order_by("sequence")}
            lines = auditing.judge(list(assigned), self._gold(audit), self.rng)
            rows = self._rows(audit, lines, assigned)
            AuditedCode.objects.bulk_create(rows)
            self._answers(audit, [row for row in rows if row.kind])
        audit.save()

    def _rows(self, audit: ChartAudit, lines: list[Judged], assigned: dict[str, AssignedCode]) -> list[AuditedCode]:
        rows, place = [], 0
        for line in lines:
            place += bool(line.auditor)
            own = assigned.get(line.coder)
            row = AuditedCode(
                audit=audit,
                code_system=CodeSystem.ICD10CM,
                coder_code=line.coder,
                coder_description=own.description if own else "",
                coder_sequence=own.sequence if own else None,
                coder_poa=own.poa if own else "",
                code=line.auditor,
                description=self._title(line, own),
                sequence=place if line.auditor else None,
                poa=self._poa(audit, line, own),
                kind=line.kind,
                comment=line.comment,
            )
            if row.code == row.coder_code and row.poa != row.coder_poa:
                row.kind = row.kind or ErrorKind.POA
            rows.append(row)
        return rows

    def _title(self, line: Judged, own: AssignedCode | None) -> str:
        if own and line.auditor == line.coder:
            return own.description
        return self.titles.get(line.auditor, "")[:400]

    def _poa(self, audit: ChartAudit, line: Judged, own: AssignedCode | None) -> str:
        if not line.auditor or not audit.chart.encounter.is_inpatient:
            return ""
        kept = own.poa if own else ("1" if line.auditor.startswith("Z") else "Y")
        doubtful = kept == "Y" and line.auditor.startswith(ACUTE) and self.rng.random() < POA_CHANGED
        return "N" if doubtful else kept

    def _answers(self, audit: ChartAudit, found: list[AuditedCode]) -> None:
        """The coder's word on each finding and who was right in the end, as far as the status has come."""
        if not found and audit.status != Status.DRAWN:
            audit.status = Status.FINISHED
        if audit.status != Status.RETURNED and found:
            self._answer(audit, found)
        if audit.status in ChartAudit.CLOSED:
            audit.closed_at = (audit.answered_at or audit.returned_at or audit.drawn_at) + timedelta(hours=2)
            audit.closed_by = self.supervisor if audit.status == Status.DECIDED else self.auditor
            audit.score = score_of(audit).as_json()

    def _answer(self, audit: ChartAudit, found: list[AuditedCode]) -> None:
        audit.answered_at = (audit.returned_at or audit.drawn_at) + timedelta(hours=self.rng.randint(2, 20))
        must = audit.status in (Status.REBUTTED, Status.ESCALATED)
        for place, row in enumerate(found):
            rebuts = audit.status != Status.AGREED and (self.rng.random() < REBUTTED or (must and place == 0))
            row.answer = AuditedCode.Answer.REBUT if rebuts else AuditedCode.Answer.AGREE
            row.answer_comment = self.rng.choice(auditing.REBUTTALS if rebuts else auditing.AGREED)
            if rebuts and row.kind == ErrorKind.POA:
                row.answer_comment = auditing.PRESENT
            if rebuts and audit.status == Status.FINISHED:
                row.ruling = self.rng.choice(AuditedCode.Ruling.values)
            row.save()
        if audit.status == Status.FINISHED and self.rng.random() < 0.3 and any(row.ruling for row in found):
            audit.status = Status.DECIDED

    def _double(self, double: DoubleCoding, monday: datetime, *, begun: bool, adjudicated: bool) -> None:
        others = [coder for coder in self.coders if coder.pk != double.first_coder_id]
        double.drawn_at = monday
        if begun and others:
            gold = self._gold(double)
            double.second_coder = self.rng.choice(others)
            double.status = DoubleCoding.Status.SUBMITTED
            double.submitted_at = monday + timedelta(hours=self.rng.randint(3, 60))
            self._two_lists(double, gold, adjudicated=adjudicated)
            if adjudicated:
                double.status, double.adjudicator = DoubleCoding.Status.ADJUDICATED, self.auditor
                double.adjudicated_at = double.submitted_at + timedelta(hours=4)
        double.save()

    def _two_lists(self, double: DoubleCoding, gold: tuple[str, ...], *, adjudicated: bool) -> None:
        first = {row.code: row for row in double.chart.assigned_codes.order_by("sequence")}
        second = auditing.again(gold, list(first), self.rng)
        for code in dict.fromkeys([*first, *second]):
            own = first.get(code)
            DoubleCode.objects.create(
                double=double,
                code_system=CodeSystem.ICD10CM,
                code=code,
                description=own.description if own else self.titles.get(code, "")[:400],
                first_sequence=own.sequence if own else None,
                first_poa=own.poa if own else "",
                second_sequence=second.index(code) + 1 if code in second else None,
                second_poa=own.poa if own and code in second else "",
                kept=True if own and code in second else code in gold if adjudicated else None,
            )
