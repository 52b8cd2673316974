"""How often people kept a code when it was suggested in a specialty before: the figure beside each suggestion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from review.models import Chart, Decision, Suggestion
from review.reports.statistics import Rate

REMEMBERED = timedelta(days=365)
FEWEST = 5  # decisions below which a share would say nothing


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """`rate`: accepted ÷ decided in the past year, undone decisions left out. `simulated`: some are of a demo."""

    rate: Rate
    simulated: bool

    @property
    def low(self) -> int:
        """The lower end of the 95% interval, in percent."""
        return round(100 * self.rate.interval.low) if self.rate.interval else 0

    @property
    def high(self) -> int:
        return round(100 * self.rate.interval.high) if self.rate.interval else 0


def track_records(chart: Chart, suggestions: Iterable[Suggestion]) -> dict[tuple[str, str], TrackRecord]:
    """By (code system, code); codes with fewer than `FEWEST` decisions are left out. One query."""
    codes = [each.code for each in suggestions]
    decided = Decision.objects.filter(
        specialty=chart.specialty,
        suggested_code__in=codes,
        act__in=["accept", "modify", "reject"],
        decided_at__gte=timezone.now() - REMEMBERED,
        undone_by__isnull=True,
    ).exclude(chart=chart)
    counted = (
        decided.values_list("code_system", "suggested_code")
        .annotate(
            kept=Count("pk", filter=Q(act="accept")), all=Count("pk"), demo=Count("pk", filter=Q(simulated=True))
        )
        .order_by()
    )
    return {
        (system, code): TrackRecord(Rate(kept, total), bool(demo))
        for system, code, kept, total, demo in counted
        if total >= FEWEST
    }
