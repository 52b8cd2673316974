"""What blind charts tell: the model's recall on lists that it could not sway, and what people changed afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Sum
from django.utils import timezone

from review.models import BlindReading
from review.reports.statistics import Rate

PERIOD = timedelta(days=182)
LISTED = 100


@dataclass(frozen=True, slots=True)
class BlindFigures:
    """Over the readings of the past half year. `recall`: shared ÷ own codes; `precision`: shared ÷ suggested."""

    charts: int
    recall: Rate
    precision: Rate


def figures() -> BlindFigures:
    """One query over counts that were stored when each list was saved."""
    recent = BlindReading.objects.filter(at__gte=timezone.now() - PERIOD)
    sums = recent.order_by().aggregate(
        charts=Count("pk"),
        own=Sum("own", default=0),
        suggested=Sum("suggested", default=0),
        shared=Sum("shared", default=0),
    )
    return BlindFigures(sums["charts"], Rate(sums["shared"], sums["own"]), Rate(sums["shared"], sums["suggested"]))


def latest() -> list[BlindReading]:
    """The charts behind the figures, the newest first, at most `LISTED`."""
    recent = BlindReading.objects.filter(at__gte=timezone.now() - PERIOD).order_by("-at", "-pk")
    return list(recent.select_related("chart", "coder")[:LISTED])
