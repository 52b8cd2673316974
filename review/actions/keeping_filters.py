"""Worklist filters that people keep under a name. Never holds PHI: a search is no filter."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from review.actions.base import audit
from review.actions.errors import ConflictError, InvalidInputError
from review.models import SavedFilter, Team, User
from review.permissions import check

MOST = 30


@transaction.atomic
def save(name: str, values: dict[str, Any], *, by: User, team: Team | None = None) -> SavedFilter:
    """Keep a filter, or replace one's own of that name. `values` come from the filter's form.

    Only supervisors share with a team.
    """
    check(by, "assign_charts" if team else "read_charts")
    name = " ".join(name.split())
    if not 0 < len(name) <= 60:
        raise InvalidInputError("Give the filter a name of at most 60 characters.", field="name")
    others = SavedFilter.objects.filter(owner=by).exclude(name=name)
    if others.count() >= MOST:
        raise ConflictError(f"You keep {MOST} filters already: remove one first.")
    kept, _ = SavedFilter.objects.update_or_create(owner=by, name=name, defaults={"values": values, "team": team})
    audit("worklist_filter.saved", by=by, filter=kept.pk, team=team.pk if team else None)
    return kept


@transaction.atomic
def remove(pk: int, *, by: User) -> None:
    """Remove one's own filter; somebody else's is not found."""
    gone, _ = SavedFilter.objects.filter(owner=by, pk=pk).delete()
    if not gone:
        raise ConflictError("This filter is not yours, or is gone already.")
    audit("worklist_filter.removed", by=by, filter=pk)
