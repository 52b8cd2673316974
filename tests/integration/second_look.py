"""Final charts and second looks for tests, made through the actions."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.utils import timezone

from review.actions import deciding, finalizing, sampling, sequencing
from review.actions import second_look as acts
from review.models import AuditSample, Chart, ChartAudit, Role, SampleMethod, Suggestion, User
from tests.factories import World, ready


def final(chart: Chart, coder: User, *codes: str) -> Chart:
    """The chart with exactly these codes, in this order, made final by the coder."""
    for suggestion in chart.suggestions.filter(state=Suggestion.State.PENDING):
        deciding.reject(suggestion, by=coder, reason="not_reportable")
    for code in codes:
        deciding.add(chart, by=coder, code=code)
    if chart.encounter.is_inpatient:
        for assigned in chart.assigned_codes.all():
            sequencing.set_poa(assigned, by=coder, poa="Y")
    chart.refresh_from_db()
    return finalizing.finalize(chart, by=coder, version=chart.version, acknowledged=True)


def inpatient(coder: User, *codes: str) -> Chart:
    """A final inpatient stay in June."""
    chart = ready(patient_class="inpatient", specialty="General Medicine", discharged_on=date(2026, 6, 4))
    return final(chart, coder, *codes)


def drawn(world: World, *, method: str = SampleMethod.REVIEW, size: int = 200) -> AuditSample:
    """A sample of everything that is final."""
    today = timezone.localdate()
    asked = sampling.Asked(size=size, method=method)
    return sampling.draw(asked, today - timedelta(days=1), today, by=world.users[Role.AUDITOR], key=uuid.uuid4())


def begun(world: World, chart: Chart | None = None) -> ChartAudit:
    """A second look at one outpatient chart with two codes, in the auditor's hands."""
    if chart is None:
        final(world.outpatient, world.coder, "E11.40", "I10")
    audit = drawn(world).audits.get()
    return acts.take(audit, by=world.users[Role.AUDITOR])
