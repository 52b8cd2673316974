"""Claim a chart, ask the engine outside any transaction, store what it proposes.

The built-in coder works in Celery's processes, one chart each (`run`). Engines that ask a model server work in
`review.coder_worker`, many charts at once in one process. Both go through the same lease: whoever holds it stores.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from inference import routing, schema
from review import engines
from review.actions import assigning, blinding, expecting, shadowing
from review.actions.base import audit, change_status, enqueue_suggest, locked
from review.actions.chart_text import read
from review.actions.proposals import record_run, store_proposals, worklist_columns
from review.models import Chart, Note, User
from review.permissions import check

logger = logging.getLogger(__name__)

SWEEP_BATCH = 500


@dataclass(frozen=True, slots=True)
class Claimed:
    """A chart in this process's hands until the lease runs out. `suspect`: it may have taken a worker down with it."""

    chart: Chart
    lease: uuid.UUID

    @property
    def suspect(self) -> bool:
        return self.chart.suggest_attempts >= settings.SUGGEST_MAX_ATTEMPTS


def run(chart_id: int) -> bool:
    """Suggest codes for one chart; False when there was nothing to do (done, or somebody is at it).

    Safe to call any number of times: the lease lets one caller through, and a result is stored
    only while the caller still holds it. No transaction is open while the engine works.
    """
    if routing.current().needs_server:
        return False  # the coder worker finds the chart by its status
    claimed = claim(Chart.objects.filter(pk=chart_id), limit=1, lease=settings.SUGGEST_LEASE)
    if not claimed:
        return False
    chart, started = claimed[0].chart, timezone.now()
    try:
        chart_text, notes = read(chart)
        outcome = engines.builtin(chart.coding_date).propose(chart_text)
    except Exception as error:
        fail(claimed[0], error)
        return False
    return store(claimed[0], outcome, notes, started)


def due(now: datetime) -> QuerySet[Chart]:
    """Charts that wait for suggestions, or whose worker's lease has run out; those that people wait for first."""
    free = Q(suggest_lease_expires_at__isnull=True) | Q(suggest_lease_expires_at__lte=now)
    waiting = Q(status=Chart.Status.RECEIVED) & free
    abandoned = Q(status=Chart.Status.SUGGESTING, suggest_lease_expires_at__lte=now)
    return Chart.objects.filter(waiting | abandoned).order_by("-person_waiting", "id")


@transaction.atomic
def claim(among: QuerySet[Chart], *, limit: int, lease: timedelta, suspects: bool = True) -> list[Claimed]:
    """Take up to `limit` due charts into this process's hands.

    A chart that nobody has been able to finish is a suspect: on its last attempt. A process that works at many charts
    takes one of them at a time (`suspects`), so that a chart that kills workers does not use up its neighbours' tries.
    """
    now = timezone.now()
    rows = due(now).filter(pk__in=among.values("pk")).select_related("encounter__patient")
    rows = rows.select_for_update(skip_locked=True, of=("self",))
    last_try = settings.SUGGEST_MAX_ATTEMPTS - 1
    taken = list(rows.filter(suggest_attempts__lt=last_try)[:limit])
    if suspects and len(taken) < limit:
        taken += rows.filter(suggest_attempts__gte=last_try)[:1]
    mark = uuid.uuid4()
    return [claimed for chart in taken if (claimed := _take(chart, mark, now + lease))]


def _take(chart: Chart, mark: uuid.UUID, until: datetime) -> Claimed | None:
    if chart.suggest_attempts >= settings.SUGGEST_MAX_ATTEMPTS:
        # It took its workers down with it: they never lived to count it as failed.
        change_status(chart, "claim_for_suggesting")
        change_status(chart, "give_up", suggest_lease=None, suggest_lease_expires_at=None)
        audit("chart.suggesting_gave_up", by=None, chart=chart, attempts=chart.suggest_attempts)
        return None
    change_status(
        chart,
        "claim_for_suggesting",
        suggest_lease=mark,
        suggest_lease_expires_at=until,
        suggest_attempts=chart.suggest_attempts + 1,
    )
    return Claimed(chart, mark)


def renew(leases: set[uuid.UUID], lease: timedelta) -> int:
    """Keep charts that are still being worked at; returns how many."""
    held = Chart.objects.filter(status=Chart.Status.SUGGESTING, suggest_lease__in=leases)
    return held.update(suggest_lease_expires_at=timezone.now() + lease)


@transaction.atomic
def fail(claimed: Claimed, error: Exception) -> None:
    """What to do when an engine throws, whatever it is: it concerns this chart alone. It waits, or is given up."""
    # The class name is no PHI; the message may be.
    reason = type(error).__name__
    logger.warning("Chart %s: the engine failed with %s.", claimed.chart.pk, reason)
    chart = _held(claimed)
    if chart is None:
        return
    if chart.suggest_attempts >= settings.SUGGEST_MAX_ATTEMPTS:
        change_status(chart, "give_up", suggest_lease=None, suggest_lease_expires_at=None, suggest_error=reason)
        audit("chart.suggesting_gave_up", by=None, chart=chart, error=reason, attempts=chart.suggest_attempts)
        return
    # Waits out a lease before the next attempt; the sweeper wakes it.
    again = timezone.now() + settings.SUGGEST_LEASE * (chart.suggest_attempts / settings.SUGGEST_MAX_ATTEMPTS)
    change_status(chart, "retry_later", suggest_lease=None, suggest_lease_expires_at=again, suggest_error=reason)


@transaction.atomic
def give_back(claimed: Claimed, *, wait: timedelta) -> None:
    """The chart is not to blame (the server is away, the worker stops): it is due again, with no attempt counted."""
    chart = _held(claimed)
    if chart is not None:
        change_status(
            chart,
            "retry_later",
            suggest_lease=None,
            suggest_lease_expires_at=timezone.now() + wait,
            suggest_attempts=chart.suggest_attempts - 1,
        )


@transaction.atomic
def store(claimed: Claimed, outcome: schema.Outcome, notes: dict[str, Note], started: datetime) -> bool:
    """Store what an engine proposed; False when the lease ran out, or the chart was amended meanwhile."""
    chart = _held(claimed)
    if chart is None:
        return False
    run_row = record_run(chart, outcome, notes, started)
    suggestions = store_proposals(chart, run_row, outcome.proposals, notes)
    chart.encounter = claimed.chart.encounter  # an amendment of it would have taken the lease away
    change_status(
        chart,
        "store_suggestions",
        run=run_row,
        suggest_lease=None,
        suggest_lease_expires_at=None,
        suggest_error="",
        person_waiting=False,
        by_fallback=outcome.fallback,
        **worklist_columns(suggestions),
        **expecting.columns(chart, suggestions),
    )
    audit("chart.suggested", by=None, chart=chart, run=run_row.pk, suggestions=run_row.suggestion_count)
    assigning.apply_rules(chart)
    blinding.draw(chart)
    shadowing.draw(chart, run_row)
    return True


def _held(claimed: Claimed) -> Chart | None:
    return Chart.objects.select_for_update().filter(pk=claimed.chart.pk, suggest_lease=claimed.lease).first()


def sweep() -> int:
    """Hint again for every chart that is due; returns how many. Makes up for lost messages and dead workers."""
    if routing.current().needs_server:
        return 0
    waiting = list(due(timezone.now()).values_list("pk", flat=True)[:SWEEP_BATCH])
    for chart_id in waiting:
        enqueue_suggest(chart_id)
    return len(waiting)


@transaction.atomic
def retry(chart: Chart, *, by: User) -> Chart:
    """Try a failed chart again from the beginning, before the backlog: somebody waits for it."""
    check(by, "retry_charts")
    chart = locked(chart)
    change_status(
        chart, "retry", suggest_attempts=0, suggest_error="", suggest_lease_expires_at=None, person_waiting=True
    )
    audit("chart.retried", by=by, chart=chart)
    enqueue_suggest(chart.pk)
    return chart
