"""Taking decisions out of the system: logged before the first row leaves."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from review.actions.base import audit
from review.exports import cells, filters, log
from review.exports.filters import DecisionFilter
from review.models import User
from review.permissions import check_can_export


def export_overrides(asked: DecisionFilter, *, by: User) -> Iterator[str]:
    """Lines of CSV. Who asked for what is on record already when the first line is read."""
    check_can_export(by)
    with transaction.atomic():
        audit("export.overrides", by=by, filter=asked.as_dict())
    return cells.lines(log.HEADER, log.rows(filters.decisions(asked)))
