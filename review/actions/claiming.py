"""One chart, one coder: leases that a crash or a lunch break gives back."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from review.actions.base import audit, locked
from review.actions.errors import ConflictError
from review.models import Chart, User
from review.permissions import check_can_code, check_can_read_charts
from review.worklist import WorklistFilter, queryset


def free(at: datetime) -> Q:
    """Charts that nobody holds at that moment."""
    return Q(claimed_by__isnull=True) | Q(claim_expires_at__lte=at)


@transaction.atomic
def claim_next(*, by: User, filters: WorklistFilter | None = None) -> Chart | None:
    """Give the coder the first free chart of the worklist as filtered, or None when it is empty.

    A chart that the coder holds already comes first: nobody collects charts by pressing "next". Then come those
    assigned to the coder, then those assigned to nobody; other people's are left to them.
    `SKIP LOCKED` lets many coders ask at once without waiting for each other or getting the same one.
    """
    check_can_code(by)
    now = timezone.now()
    ready = queryset(filters or WorklistFilter(), user=by).filter(status=Chart.Status.READY)
    held = ready.filter(claimed_by=by, claim_expires_at__gt=now).first()
    if held:
        return held
    at_hand = ready.filter(free(now)).select_for_update(of=("self",), skip_locked=True)
    chart = at_hand.filter(assigned_to=by).first() or at_hand.filter(assigned_to=None).first()
    if chart:
        take(chart, by=by)
    return chart


@transaction.atomic
def claim(chart: Chart, *, by: User) -> Chart:
    """Take a chart, or renew one's own lease. Raises `ConflictError` when somebody else holds it."""
    check_can_code(by)
    chart = locked(chart)
    hold_lease(chart, by=by)
    return chart


@transaction.atomic
def release(chart: Chart, *, by: User) -> Chart:
    """Give a chart back to the worklist."""
    check_can_code(by)
    chart = locked(chart)
    if chart.claimed_by_id != by.pk:
        raise ConflictError("This chart is not yours to give back.")
    chart.claimed_by = chart.claim_expires_at = None
    chart.save(update_fields=["claimed_by", "claim_expires_at"])
    audit("chart.released", by=by, chart=chart)
    return chart


def opened(chart: Chart, *, by: User) -> None:
    """Log that a person looked at a chart."""
    check_can_read_charts(by)
    audit("chart.opened", by=by, chart=chart)


def hold_lease(chart: Chart, *, by: User) -> None:
    """On a locked chart: take or renew the coder's lease, or say who has it."""
    if chart.status != Chart.Status.READY:
        raise ConflictError(f"The chart is {chart.get_status_display().lower()}; it cannot be coded now.")
    now = timezone.now()
    held = chart.is_held
    if held and chart.claimed_by_id != by.pk:
        until = timezone.localtime(chart.claim_expires_at)
        raise ConflictError(f"{chart.claimed_by.display_name} is coding this chart until {until:%H:%M %Z}.")  # type: ignore[union-attr]
    if held:
        chart.claim_expires_at = now + settings.CODER_LEASE
        chart.save(update_fields=["claim_expires_at"])
    else:
        take(chart, by=by)


def take(chart: Chart, *, by: User) -> None:
    """Put a locked, free chart into the coder's hands. Not a change of the chart: its version stays."""
    chart.claimed_by, chart.claim_expires_at = by, timezone.now() + settings.CODER_LEASE
    chart.save(update_fields=["claimed_by", "claim_expires_at"])
    audit("chart.claimed", by=by, chart=chart)
