"""A page that was read before the chart changed must not overwrite what changed."""

from __future__ import annotations

from review.actions.errors import ConflictError
from review.models import Chart


def check_version(chart: Chart, version: int | None) -> None:
    """On a locked chart: refuse what was written against another version of it; None is not checked."""
    if version is not None and chart.version != version:
        raise ConflictError("The chart has changed since you opened this page: look again, then submit.")
