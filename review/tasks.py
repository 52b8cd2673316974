"""Celery's doors, three lines each. A task carries an id and nothing else."""

from __future__ import annotations

from celery import shared_task

from review.actions import reporting, sampling, suggesting
from review.reports.weeks import last_week


@shared_task
def suggest_codes(chart_id: int) -> None:
    suggesting.run(chart_id)


@shared_task
def sweep() -> None:
    suggesting.sweep()


@shared_task
def make_weekly_report() -> None:
    """Monday morning: the week that ended last night."""
    reporting.make_weekly_report(last_week())


@shared_task
def draw_audit_samples() -> None:
    """Monday morning: from the charts that became final last week."""
    sampling.draw_due(last_week())
