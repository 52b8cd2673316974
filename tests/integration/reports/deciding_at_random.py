"""Charts that are decided at random through the actions, and a recount that shares no code with the product."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from review.actions import deciding, finalizing, undoing
from review.actions.errors import ConflictError
from review.models import Chart, Decision, RejectReason, Suggestion, User
from tests.factories import ready

REASONS = [reason for reason in RejectReason.values if reason != RejectReason.OTHER]
SPARE = ["E11.65", "I10", "J45.909", "N18.32", "K21.9", "F41.1", "M54.50", "R07.9", "Z79.4", "E78.5"]


def final_chart(rng: random.Random, by: User, specialty: str, at: datetime | None = None) -> Chart:
    """A chart with random acts, some undone, some suggestions left; closed at that moment."""
    chart = ready(specialty=specialty)
    for suggestion in chart.suggestions.all():
        if suggestion.band != "LOW" or rng.random() < 0.5:
            _act(rng, suggestion, by)
    if not chart.assigned_codes.exists() or rng.random() < 0.5:
        _add(rng, chart, by)
    chart.refresh_from_db()
    finalizing.finalize(chart, by=by, version=chart.version, acknowledged=True)
    if at:
        Chart.objects.filter(pk=chart.pk).update(finalized_at=at)
    return chart


def _act(rng: random.Random, suggestion: Suggestion, by: User) -> None:
    decision = _first_act(rng, suggestion, by)
    if rng.random() < 0.3:
        undoing.undo(suggestion.chart, by=by, decision=decision)
        suggestion.refresh_from_db()
        _first_act(rng, suggestion, by)


def _first_act(rng: random.Random, suggestion: Suggestion, by: User) -> Decision:
    act = rng.choice(["accept", "accept", "modify", "reject"])
    if act == "modify":
        code = next(code for code in rng.sample(SPARE, len(SPARE)) if _is_free(suggestion.chart, code))
        return deciding.modify(suggestion, by=by, code=code, reason=rng.choice(REASONS))
    if act == "reject":
        return deciding.reject(suggestion, by=by, reason=rng.choice(REASONS))
    return deciding.accept(suggestion, by=by)


def _is_free(chart: Chart, dotted: str) -> bool:
    code = dotted.replace(".", "")
    return not (chart.assigned_codes.filter(code=code).exists() or chart.suggestions.filter(code=code).exists())


def _add(rng: random.Random, chart: Chart, by: User) -> None:
    for code in rng.sample(SPARE, len(SPARE)):
        try:
            deciding.add(chart, by=by, code=code)
        except ConflictError:
            continue
        return


def recount(week: date, zone: ZoneInfo) -> Counter[tuple[str, str, str]]:
    """(specialty, band, act) → decisions that stand, on charts closed on a day of the week; row by row."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for decision in Decision.objects.select_related("chart"):
        chart = decision.chart
        if chart.status != "final" or chart.finalized_at is None or decision.act == "undo":
            continue
        day = chart.finalized_at.astimezone(zone).date()
        undone = Decision.objects.filter(undoes=decision).exists()
        if week <= day < week + timedelta(days=7) and not undone:
            counts[decision.specialty, decision.band, decision.act] += 1
    return counts
