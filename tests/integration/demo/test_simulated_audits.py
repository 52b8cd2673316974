"""The simulated second looks: marked as such, scored by the real rules, some of them still under way."""

from __future__ import annotations

from collections import Counter
from datetime import date

from review.actions import simulating
from review.models import AuditedCode, AuditPlan, AuditSample, ChartAudit, DoubleCoding
from review.reports import double_coding
from review.reports.audit_lines import score_of
from review.reports.audit_overview import AuditScope, overview
from review.reports.second_look import Score


def test_the_past_holds_second_looks_in_every_state(db: None) -> None:
    simulating.simulate_history(by=None, today=date(2026, 11, 21), charts_a_week=(9, 12))
    assert AuditPlan.objects.count() == 2
    assert not AuditSample.objects.filter(simulated=False).exists()
    states = Counter(ChartAudit.objects.values_list("status", flat=True))
    assert states["finished"] > 20
    assert {"drawn", "returned"} <= set(states)
    for audit in ChartAudit.objects.filter(score__isnull=False).select_related("chart__encounter__patient"):
        assert Score.from_json(audit.score or {}) == score_of(audit)
    assert not AuditedCode.objects.filter(audit__status="drawn").exists()

    scope = AuditScope(first="2026-09-01", last="2026-11-21")
    found = overview(scope)
    assert found.simulated == found.total.score.charts == states["finished"] + states["decided"]
    assert 0.7 < (found.total.score.code_over_code.value or 0) < 1
    twice = double_coding.read(scope)
    assert twice.agreement.charts == DoubleCoding.objects.filter(submitted_at__isnull=False).count() > 10
    assert 0.5 < (twice.agreement.alpha.value or 0) < 1
