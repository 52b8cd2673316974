"""Marks on a chart that change none of its codes."""

from __future__ import annotations

from django.db import transaction

from review.actions import finalizing
from review.actions.base import audit, locked
from review.models import Chart, User
from review.permissions import check_can_code


@transaction.atomic
def edit_failed(chart: Chart, *, by: User) -> None:
    """Submitting the chart was refused. When its codes have errors, the worklist says so; its version stays.

    In a transaction of its own: that of the refused act is rolled back.
    """
    check_can_code(by)
    chart = locked(chart)
    if chart.status != Chart.Status.READY or chart.edit_failed:
        return
    if all(finding.severity != "error" for finding in finalizing.findings(chart)):
        return  # warnings that wait to be acknowledged
    chart.edit_failed = True
    chart.save(update_fields=["edit_failed"])
    audit("chart.edit_failed", by=by, chart=chart)
