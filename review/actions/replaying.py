"""Charts that were given up on, tried again: one, or all of them in batches of bounded size."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from review.actions.base import enqueue_suggest
from review.models import AuditEvent, Chart, User
from review.permissions import check_can_run_system
from review.transitions import target

BATCH = 200  # charts in one transaction
MOST = 5_000  # charts at one press of the button


def replay_all(*, by: User, most: int = MOST) -> int:
    """Try every failed chart again from the beginning, the oldest first, up to `most`; returns how many.

    Each batch is a transaction of its own: a press of the button that is cut short has done whole batches.
    """
    check_can_run_system(by)
    done = 0
    while done < most:
        replayed = _replay_batch(min(BATCH, most - done), by=by)
        if not replayed:
            break
        done += replayed
    return done


@transaction.atomic
def _replay_batch(limit: int, *, by: User) -> int:
    after = target(Chart.Status.FAILED, "retry")
    assert after is not None  # noqa: S101 - the table of transitions has this move
    # Rows that somebody else retries at this moment are theirs.
    failed = Chart.objects.select_for_update(skip_locked=True).filter(status=Chart.Status.FAILED)
    keys = list(failed.order_by("pk").values_list("pk", flat=True)[:limit])
    Chart.objects.filter(pk__in=keys).update(
        status=after,
        version=F("version") + 1,
        suggest_attempts=0,
        suggest_error="",
        suggest_lease_expires_at=None,
    )
    AuditEvent.objects.bulk_create(
        AuditEvent(event="chart.retried", actor=by, chart_id=key, detail={"all": True}) for key in keys
    )
    for key in keys:
        enqueue_suggest(key)
    return len(keys)
