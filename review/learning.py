"""What coders decided on FINAL charts, as labels: the hospital's own training data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from inference.ranking.labelled import Labelled, Opinion
from medcode.codebook.models import CodeSystem
from review.actions.chart_text import read
from review.models import Chart, Suggestion

UNSEEN = 0.5  # weight of what was neither suggested nor added: nobody looked at it by itself
PAGE = 200


def final_charts(
    since: datetime | None = None,
    before: datetime | None = None,
    *,
    simulated: bool = False,
    code_system: str = CodeSystem.ICD10CM,
) -> Iterator[Labelled]:
    """FINAL charts, oldest first, with what their coders kept and refused.

    Kept: every assigned code, so accepted, added, and what a suggestion was modified to. Refused: what was
    rejected or modified away, and LOW suggestions that were left uncoded. Decisions that were undone count nothing.
    Simulated charts are left out unless asked for: they would teach the simulation.
    """
    charts = Chart.objects.filter(status=Chart.Status.FINAL).order_by("finalized_at", "pk")
    if not simulated:
        charts = charts.filter(simulated=False)
    if since is not None:
        charts = charts.filter(finalized_at__gte=since)
    if before is not None:
        charts = charts.filter(finalized_at__lt=before)
    found = charts.select_related("encounter__patient").prefetch_related(
        "suggestions", "assigned_codes", "medications", "labs"
    )
    for chart in found.iterator(chunk_size=PAGE):
        text, notes = read(chart)
        if notes:
            yield Labelled(_opaque(chart), text, (_opinion(chart, code_system),))


def _opinion(chart: Chart, code_system: str) -> Opinion:
    kept = frozenset(each.code for each in chart.assigned_codes.all() if each.code_system == code_system)
    shown = frozenset(
        each.code
        for each in chart.suggestions.all()
        if each.code_system == code_system and each.state != Suggestion.State.WITHDRAWN
    )
    return Opinion(kept, shown - kept, unseen=UNSEEN)


def _opaque(chart: Chart) -> str:
    """A key that names no chart to whoever sees it."""
    return hashlib.sha256(chart.public_id.bytes).hexdigest()[:16]
