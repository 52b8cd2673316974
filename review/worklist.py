"""The worklist as people filter it: one query over the chart's own columns, paged by key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils import timezone

from review.models import Chart, Decision, User

S = Chart.Status
PAGE_SIZE = 40

# What the "status" filter may say, and the statuses that it stands for.
STATUSES: dict[str, tuple[Chart.Status, ...]] = {
    "ready": (S.READY,),
    "waiting": (S.RECEIVED, S.SUGGESTING),
    "on_hold": (S.ON_HOLD,),
    "failed": (S.FAILED,),
    "final": (S.FINAL,),
}
# Sort → the column that leads, and whether it descends; the id breaks ties, ascending.
SORTS: dict[str, tuple[str, bool]] = {"confidence": ("confidence", True), "age": ("coding_date", False)}
FINAL_SORT = ("finalized_at", True)
SALT = "worklist.cursor"


@dataclass(frozen=True, slots=True)
class WorklistFilter:
    """A person's choice. Empty strings mean "any"."""

    status: str = "ready"
    specialty: str = ""
    patient_class: str = ""
    band: str = ""
    mine: bool = False
    flagged: bool = False
    sort: str = "confidence"

    @property
    def column(self) -> tuple[str, bool]:
        """The leading column of the order, and whether it descends."""
        return FINAL_SORT if self.status == "final" else SORTS[self.sort]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the cursor of the rows after them ("" at the end)."""

    charts: list[Chart]
    after: str


def queryset(chosen: WorklistFilter, *, user: User) -> QuerySet[Chart]:
    """The charts of the worklist in their order. Never touches note text, never counts."""
    charts = Chart.objects.filter(status__in=STATUSES[chosen.status])
    if chosen.specialty:
        charts = charts.filter(specialty=chosen.specialty)
    if chosen.patient_class:
        charts = charts.filter(encounter__patient_class=chosen.patient_class)
    if chosen.band:
        charts = charts.filter(band=chosen.band)
    if chosen.flagged:
        charts = charts.filter(needs_manual_review=True)
    if chosen.mine:
        held = Q(claimed_by=user, claim_expires_at__gt=timezone.now())
        charts = charts.filter(held | Q(finalized_by=user))
    column, descends = chosen.column
    return charts.select_related("encounter__patient", "claimed_by", "finalized_by").order_by(
        f"-{column}" if descends else column, "id"
    )


def page(chosen: WorklistFilter, *, user: User, after: str = "") -> Page:
    """The rows after a cursor, by key: the millionth row costs what the first one does."""
    charts = queryset(chosen, user=user)
    column, descends = chosen.column
    position = _read_cursor(after, column)
    if position:
        value, pk = position
        beyond = Q(**{f"{column}__lt" if descends else f"{column}__gt": value})
        charts = charts.filter(beyond | Q(**{column: value, "pk__gt": pk}))
    rows = list(charts[: PAGE_SIZE + 1])
    more = len(rows) > PAGE_SIZE
    rows = rows[:PAGE_SIZE]
    return Page(rows, _write_cursor(rows[-1], column) if more else "")


def _write_cursor(chart: Chart, column: str) -> str:
    value: Any = getattr(chart, column)
    return signing.dumps([column, value.isoformat() if isinstance(value, date) else value, chart.pk], salt=SALT)


def _read_cursor(text: str, column: str) -> tuple[Any, int] | None:
    """The position that a cursor names; None for none, a foreign one, or one of another order."""
    try:
        own_column, value, pk = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    return (value, pk) if own_column == column else None


def specialties() -> list[str]:
    """The specialties that charts have, in order, by skipping from one to the next along the index."""
    found: list[str] = []
    last = ""
    while following := (
        Chart.objects.filter(specialty__gt=last).order_by("specialty").values_list("specialty", flat=True).first()
    ):
        found.append(following)
        last = following
    return found


@dataclass(frozen=True, slots=True)
class Today:
    """A coder's own day: charts made final, codes decided, seconds spent deciding."""

    charts: int
    decisions: int
    seconds: int

    @property
    def seconds_each(self) -> int | None:
        return round(self.seconds / self.decisions) if self.decisions else None


def today_of(user: User, *, now: datetime | None = None) -> Today:
    """What this person has done since midnight of the hospital's calendar."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = midnight + timedelta(days=1)
    own = Decision.objects.filter(coder=user, decided_at__gte=midnight, decided_at__lt=tomorrow).exclude(act="undo")
    seconds = [each or 0 for each in own.values_list("seconds_spent", flat=True)]
    charts = Chart.objects.filter(finalized_by=user, finalized_at__gte=midnight).count()
    return Today(charts, len(seconds), sum(seconds))
