"""What the worklist asks of the charts' table: one index for each of its orders and filters."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db import models

# What may ask for a person's eye: the flags of a worklist row.
FLAGS = ("query_open", "edit_failed", "missing_document", "needs_manual_review", "by_fallback", "for_audit")
FLAGGED = reduce(or_, (models.Q(**{flag: True}) for flag in FLAGS))
GROUPS = ("specialty", "payer", "patient_class", "facility", "assigned_to")
READY = models.Q(status="ready")
FINAL = models.Q(status="final")
HEAVIEST = models.F("expected_weight").desc(nulls_last=True)  # most charts have none
# Little is known of charts without suggestions, and few are aside: these lists are in the order of age.
BY_AGE = {"waiting": ["received", "suggesting"], "hold": ["on_hold"], "failed": ["failed"]}


def worklist_indexes() -> list[models.Index]:
    """Partial ones, so that the years of FINAL charts do not weigh on the few that wait."""
    return [*_of_groups(), *_of_the_rest(), *_by_age(), *_of_values()]


def _of_groups() -> list[models.Index]:
    """Each serves the filter on its column and the order by it."""
    return [
        models.Index(fields=[column, "-confidence", "id"], condition=READY, name=f"chart_ready_{column}")
        for column in GROUPS
    ]


def _of_the_rest() -> list[models.Index]:
    by_confidence = ["-confidence", "id"]
    return [
        models.Index(
            fields=by_confidence, condition=READY & models.Q(assigned_to=None), name="chart_ready_unassigned"
        ),
        models.Index(fields=by_confidence, condition=READY & FLAGGED, name="chart_ready_flagged"),
        models.Index(HEAVIEST, "id", condition=READY, name="chart_ready_by_weight"),
        models.Index(fields=["finalized_by", "-finalized_at", "id"], condition=FINAL, name="chart_final_by_coder"),
    ]


def _by_age() -> list[models.Index]:
    return [
        models.Index(
            fields=["coding_date", "id"], condition=models.Q(status__in=statuses), name=f"chart_{name}_by_age"
        )
        for name, statuses in BY_AGE.items()
    ]


def _of_values() -> list[models.Index]:
    """For the choices of the filters: skipping from one value to the next."""
    return [
        models.Index(fields=[column], name=f"chart_{column}_values") for column in ("specialty", "payer", "facility")
    ]
