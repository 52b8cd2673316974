"""Many charts of the worklist at once: each is locked, moved and audited on its own, and says why it was not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from review.actions import assigning, claiming, finalizing
from review.actions.base import audit, change_status, locked
from review.actions.errors import ActionError, ConflictError, InvalidInputError
from review.models import Chart, User
from review.permissions import check, may

MOST_AT_ONCE = 200
ACTS = {
    "assign": "Assign to",
    "unassign": "Unassign",
    "hold": "Put on hold",
    "release": "Release or take off hold",
}

DONE = {"assign": "assigned", "unassign": "unassigned", "hold": "put on hold", "release": "released"}


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done with the charts: `to` belongs to "assign", `reason` to "hold"."""

    act: str
    to: User | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one chart: `refusal` is "" when it was moved."""

    chart: Chart
    refusal: str


def move(public_ids: Sequence[UUID], order: Order, *, by: User) -> list[Moved]:
    """Do it with every chart that allows it, in the order of their ids; one that refuses keeps no other from it."""
    check(by, "move_charts")
    _check(order)
    if not public_ids:
        raise InvalidInputError("Select at least one chart.")
    if len(set(public_ids)) > MOST_AT_ONCE:
        raise InvalidInputError(f"Move at most {MOST_AT_ONCE} charts at once.")
    charts = Chart.objects.filter(public_id__in=public_ids).select_related("encounter__patient").order_by("pk")
    return [_move(chart, order, by=by) for chart in charts]


def _check(order: Order) -> None:
    if order.act not in ACTS:
        raise InvalidInputError("Choose what to do with the charts.")
    if order.act == "assign" and order.to is None:
        raise InvalidInputError("Choose whom to assign the charts to.", field="to")
    if order.act == "hold" and not order.reason.strip():
        raise InvalidInputError("Say what the charts wait for.", field="reason")


def _move(chart: Chart, order: Order, *, by: User) -> Moved:
    try:
        if order.act == "assign" and order.to:
            assigning.assign(chart, by=by, to=order.to)
        elif order.act == "unassign":
            assigning.unassign(chart, by=by)
        elif order.act == "hold":
            _hold(chart, reason=order.reason, by=by)
        else:
            _release(chart, by=by)
    except ActionError as refused:
        return Moved(chart, refused.message)
    return Moved(chart, "")


@transaction.atomic
def _hold(chart: Chart, *, reason: str, by: User) -> None:
    """Coders as on the chart's page. Supervisors any chart that nobody codes, without taking it."""
    if not may(by, "assign_charts"):
        finalizing.hold(chart, by=by, reason=reason)
        return
    chart = locked(chart)
    if chart.is_held:
        raise ConflictError(f"{chart.claimed_by.display_name} is coding this chart.")  # type: ignore[union-attr]
    if len(reason.strip()) > 200:
        raise InvalidInputError("Keep the reason under 200 characters.", field="reason")
    change_status(chart, "hold", hold_reason=reason.strip(), claimed_by=None, claim_expires_at=None)
    audit("chart.held", by=by, chart=chart)


@transaction.atomic
def _release(chart: Chart, *, by: User) -> None:
    """Off hold, or out of somebody's hands: their own for coders, anybody's for supervisors."""
    chart = locked(chart)
    if chart.status == Chart.Status.ON_HOLD:
        change_status(chart, "resume", hold_reason="")
        audit("chart.resumed", by=by, chart=chart)
    elif chart.is_held and may(by, "assign_charts"):
        holder, chart.claimed_by, chart.claim_expires_at = chart.claimed_by_id, None, None
        chart.save(update_fields=["claimed_by", "claim_expires_at"])
        audit("chart.released", by=by, chart=chart, holder=holder)
    elif chart.is_held:
        claiming.release(chart, by=by)
    else:
        raise ConflictError("The chart is neither on hold nor in anybody's hands.")
