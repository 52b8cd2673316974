"""The counts of a week from the decision log: read-only queries."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Round

from review.models import Chart, Decision, Suggestion
from review.reports.figures import Cell, ChartCount, Figures, OverriddenCode, Tally, top_codes
from review.reports.weeks import bounds

Act = Decision.Act
ON_SUGGESTIONS = (Act.ACCEPT, Act.MODIFY, Act.REJECT)
PERCENT = Cast(Round(F("confidence") * 100), IntegerField())
TALLY = {
    "accepted": Count("pk", filter=Q(act=Act.ACCEPT)),
    "modified": Count("pk", filter=Q(act=Act.MODIFY)),
    "rejected": Count("pk", filter=Q(act=Act.REJECT)),
    "added": Count("pk", filter=Q(act=Act.ADD)),
}


def final_charts(week: date) -> QuerySet[Chart]:
    """Charts that were finalised in the week."""
    start, end = bounds(week)
    return Chart.objects.filter(status=Chart.Status.FINAL, finalized_at__gte=start, finalized_at__lt=end)


def effective_decisions(week: date) -> QuerySet[Decision]:
    """What was decided and not undone on the charts that were finalised in the week."""
    start, end = bounds(week)
    # As a subquery: PostgreSQL sees no anti-join in an outer join on `undone_by` and reads the whole log.
    undone = Decision.objects.filter(undoes=OuterRef("pk"))
    return Decision.objects.exclude(act=Act.UNDO).filter(
        ~Exists(undone),
        chart__status=Chart.Status.FINAL,
        chart__finalized_at__gte=start,
        chart__finalized_at__lt=end,
    )


def undecided_suggestions(week: date) -> QuerySet[Suggestion]:
    """Suggestions that were left undecided on the charts that were finalised in the week."""
    start, end = bounds(week)
    return Suggestion.objects.filter(
        state=Suggestion.State.PENDING,
        chart__status=Chart.Status.FINAL,
        chart__finalized_at__gte=start,
        chart__finalized_at__lt=end,
    )


def count(week: date) -> Figures:
    """All figures of the week beginning on that Monday, counted from the rows."""
    decisions, undecided = effective_decisions(week).order_by(), undecided_suggestions(week).order_by()
    return Figures(
        charts=_charts(week),
        cells=_cells(decisions),
        codes=_codes(decisions),
        confidence=_confidence(decisions, undecided),
        undecided=dict(undecided.values_list("band").annotate(Count("pk"))),
    )


def _charts(week: date) -> tuple[ChartCount, ...]:
    rows = (
        final_charts(week)
        .values_list("specialty")
        .annotate(charts=Count("pk"), simulated_charts=Count("pk", filter=Q(simulated=True)))
        .order_by("specialty")
    )
    return tuple(ChartCount(*row) for row in rows)


def _cells(decisions: QuerySet[Decision]) -> tuple[Cell, ...]:
    keys = ("specialty", "band", "code_system", "model_version")
    rows = decisions.values_list(*keys).annotate(**TALLY).order_by(*keys)
    return tuple(
        Cell(specialty, band, code_system, model_version, Tally(*counts))
        for specialty, band, code_system, model_version, *counts in rows
    )


def _codes(decisions: QuerySet[Decision]) -> tuple[OverriddenCode, ...]:
    rows = (
        decisions.filter(act__in=ON_SUGGESTIONS)
        .values_list("code_system", "suggested_code", "act", "reason")
        .annotate(times=Count("pk"))
    )
    return top_codes(rows)


def _confidence(
    decisions: QuerySet[Decision], undecided: QuerySet[Suggestion]
) -> tuple[tuple[int, int, int, int], ...]:
    decided = (
        decisions.filter(act__in=ON_SUGGESTIONS, confidence__isnull=False)
        .annotate(in_percent=PERCENT)
        .values_list("in_percent")
        .annotate(suggested=Count("pk"), accepted=TALLY["accepted"])
    )
    left = undecided.annotate(in_percent=PERCENT).values_list("in_percent").annotate(Count("pk"))
    counts = {percent: (suggested, accepted) for percent, suggested, accepted in decided}
    undecided_counts = dict(left)
    return tuple(
        (percent, *counts.get(percent, (0, 0)), undecided_counts.get(percent, 0))
        for percent in sorted(counts.keys() | undecided_counts.keys())
    )
