"""The worklist as people filter it: one query over the chart's own columns, paged by key."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from review.models import Chart, User

S = Chart.Status

# What the "status" filter may say, and the statuses that it stands for.
STATUSES: dict[str, tuple[Chart.Status, ...]] = {
    "ready": (S.READY,),
    "waiting": (S.RECEIVED, S.SUGGESTING),
    "on_hold": (S.ON_HOLD,),
    "failed": (S.FAILED,),
    "final": (S.FINAL,),
}
SORTS: dict[str, tuple[str, ...]] = {
    "confidence": ("-confidence", "id"),
    "age": ("coding_date", "id"),
}


@dataclass(frozen=True, slots=True)
class WorklistFilter:
    """A person's choice. Empty strings mean "any"."""

    status: str = "ready"
    specialty: str = ""
    patient_class: str = ""
    band: str = ""
    mine: bool = False
    flagged: bool = False
    sort: str = "confidence"


def queryset(chosen: WorklistFilter, *, user: User) -> QuerySet[Chart]:
    """The charts of the worklist in their order. Never touches note text, never counts."""
    charts = Chart.objects.filter(status__in=STATUSES[chosen.status])
    if chosen.specialty:
        charts = charts.filter(specialty=chosen.specialty)
    if chosen.patient_class:
        charts = charts.filter(encounter__patient_class=chosen.patient_class)
    if chosen.band:
        charts = charts.filter(band=chosen.band)
    if chosen.flagged:
        charts = charts.filter(needs_manual_review=True)
    if chosen.mine:
        held = Q(claimed_by=user, claim_expires_at__gt=timezone.now())
        charts = charts.filter(held | Q(finalized_by=user))
    order = ("-finalized_at", "id") if chosen.status == "final" else SORTS[chosen.sort]
    return charts.select_related("encounter__patient", "claimed_by").order_by(*order)
