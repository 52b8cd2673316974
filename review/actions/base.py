"""What every action needs: the audit row, the guarded change of status, and the hint to the worker."""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import F
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from review.actions.errors import ConflictError
from review.models import AuditEvent, Chart, User
from review.transitions import target

logger = logging.getLogger(__name__)


def audit(event: str, *, by: User | None, chart: Chart | None = None, **detail: Any) -> AuditEvent:
    """Append to the audit trail, inside the caller's transaction. `detail` must be free of PHI."""
    return AuditEvent.objects.create(event=event, actor=by, chart=chart, detail=detail)


def locked(chart: Chart) -> Chart:
    """The chart as it stands now, locked until the transaction ends.

    Acts on one chart come one after the other; acts on different charts do not wait for each other.
    """
    return Chart.objects.select_for_update(of=("self",)).select_related("encounter", "release").get(pk=chart.pk)


def change_status(chart: Chart, action: str, **values: Any) -> None:
    """Move a locked chart along the transition table and count its version up.

    Raises `ConflictError` when the table has no such move from the chart's status.
    """
    after = target(chart.status, action)
    if after is None:
        raise ConflictError(f"The chart is {chart.get_status_display().lower()}; this is not possible now.")
    values["status"] = after
    touch(chart, **values)


def touch(chart: Chart, **values: Any) -> None:
    """Write columns of a locked chart and count its version up; the instance follows."""
    Chart.objects.filter(pk=chart.pk).update(version=F("version") + 1, **values)
    # Locked, so nobody else has written: reading sixty columns again would tell nothing new.
    chart.version += 1
    for name, value in values.items():
        setattr(chart, name, value)
    if "hold_reason" in values:
        chart.refresh_from_db(fields=["query_open", "missing_document"])


def enqueue_suggest(chart_id: int) -> None:
    """After the commit, hint to the workers that this chart is due.

    A lost hint loses nothing: the sweeper finds the chart by its status.
    """
    transaction.on_commit(lambda: _publish(chart_id))


def _publish(chart_id: int) -> None:
    try:
        # By name: tasks import actions, so actions cannot import tasks.
        current_app.send_task("review.tasks.suggest_codes", args=[chart_id])
    except (OperationalError, RedisError, OSError):
        logger.warning("The broker did not take chart %s; the sweeper will.", chart_id)
