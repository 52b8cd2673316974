"""A coder's own productivity: today beside the four weeks before it. Nobody else's page asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from review.models import Chart, Decision, User
from review.reports.weeks import midnight

BASELINE_DAYS = 28


@dataclass(frozen=True, slots=True)
class Day:
    """One day on the coder's calendar. `seconds`: spent deciding; `coded`: charts with a decision of that day."""

    day: date
    charts: int = 0
    decisions: int = 0
    seconds: int = 0
    coded: int = 0
    simulated: bool = False

    @property
    def seconds_each(self) -> int | None:
        """Seconds per chart that was worked on."""
        return round(self.seconds / self.coded) if self.coded else None

    @property
    def worked(self) -> bool:
        return bool(self.charts or self.decisions)


@dataclass(frozen=True, slots=True)
class Baseline:
    """Means over the days that the coder worked in the four weeks before."""

    days: int
    charts: float
    decisions: float
    seconds_each: int | None


@dataclass(frozen=True, slots=True)
class MyDay:
    """Today, the days before it (the oldest first), and what is usual."""

    today: Day
    before: list[Day]
    baseline: Baseline | None

    @property
    def simulated(self) -> bool:
        """Whether a demo's invented decisions are among them."""
        return any(each.simulated for each in self.before)


def of(user: User, *, now: datetime | None = None) -> MyDay:
    """In two queries, each over the coder's own rows of 29 days."""
    zone = timezone.get_current_timezone()  # the person's own, see `review.middleware.ZoneMiddleware`
    today = timezone.localdate(now, zone)
    days = [today - timedelta(days=back) for back in range(BASELINE_DAYS, -1, -1)]
    since, until = midnight(days[0], zone), midnight(today + timedelta(days=1), zone)
    final = (
        Chart.objects.filter(status="final", finalized_by=user, finalized_at__gte=since, finalized_at__lt=until)
        .values_list(TruncDate("finalized_at", tzinfo=zone))
        .annotate(Count("pk"))
    )
    charts = dict(final.order_by())
    decided = (
        Decision.objects.filter(coder=user, decided_at__gte=since, decided_at__lt=until, undoes=None)
        .values_list(TruncDate("decided_at", tzinfo=zone))
        .annotate(Count("pk"), Sum("seconds_spent"), Count("chart", distinct=True), invented=BoolOr("simulated"))
    )
    acts = {day: (count, seconds or 0, *rest) for day, count, seconds, *rest in decided.order_by()}
    rows = [Day(day, charts.get(day, 0), *acts.get(day, (0, 0, 0))) for day in days]
    return MyDay(rows[-1], rows[:-1], baseline(rows[:-1]))


def baseline(days: list[Day]) -> Baseline | None:
    """What is usual on a day of work; None without one."""
    worked = [each for each in days if each.worked]
    if not worked:
        return None
    coded = sum(each.coded for each in worked)
    return Baseline(
        len(worked),
        sum(each.charts for each in worked) / len(worked),
        sum(each.decisions for each in worked) / len(worked),
        round(sum(each.seconds for each in worked) / coded) if coded else None,
    )
