"""The worklist as people filter and sort it: the chart's own columns, paged by key.

No page counts and none skips: the rows after a row are found by its place in an index, so that the millionth
row costs what the first one does. Keys of several columns are read one range after the other (`_ranges`),
because PostgreSQL cannot enter an index in the middle by an OR.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db import connection
from django.db.models import OrderBy, Q, QuerySet
from django.utils import timezone

from review.models import FLAGGED, FLAGS, Chart, User
from review.models.worklist_indexes import HEAVIEST

S = Chart.Status
PAGE_SIZE = 40
MAX_CHOICES = 300

# What the "status" filter may say, and the statuses that it stands for.
STATUSES: dict[str, tuple[Chart.Status, ...]] = {
    "ready": (S.READY,),
    "waiting": (S.RECEIVED, S.SUGGESTING),
    "on_hold": (S.ON_HOLD,),
    "failed": (S.FAILED,),
    "final": (S.FINAL,),
}
# Sort → the columns of its order; the id breaks ties, ascending.
CONFIDENCE, WEIGHT = "-confidence", "-expected_weight"
SORTS: dict[str, tuple[str, ...]] = {
    "confidence": (CONFIDENCE,),
    "age": ("coding_date",),
    "specialty": ("specialty", CONFIDENCE),
    "payer": ("payer", CONFIDENCE),
    "patient_class": ("patient_class", CONFIDENCE),
    "facility": ("facility", CONFIDENCE),
    "assigned": (CONFIDENCE,),
    "flags": (CONFIDENCE,),
    "weight": (WEIGHT,),
}
FINAL_SORT = ("-finalized_at",)
# What a row shows: half of what the six tables hold.
PEOPLE = ("claimed_by", "finalized_by", "assigned_to")
SHOWN = (
    *("public_id", "status", "specialty", "patient_class", "payer", "facility", "coding_date", "coding_date_assumed"),
    *("band", "confidence", "high_count", "medium_count", "low_count", *FLAGS, "hold_reason", "simulated"),
    *("expected_drg", "expected_weight", "suggest_error", "blind", "blind_shown_at"),
    *("claim_expires_at", "finalized_at", *PEOPLE, "encounter", "encounter__age", "encounter__patient"),
    *("encounter__patient__mrn", "encounter__patient__name", "encounter__patient__sex"),
    *(f"{person}__{name}" for person in PEOPLE for name in ("first_name", "last_name", "username")),
)
ANY_FLAG = "any"
ME, NOBODY = "me", "nobody"
SALT = "worklist.cursor"


@dataclass(frozen=True, slots=True)
class WorklistFilter:
    """A person's choice. Empty strings mean "any". `assigned`: "me", "nobody", or the number of a person."""

    status: str = "ready"
    specialty: str = ""
    patient_class: str = ""
    payer: str = ""
    facility: str = ""
    band: str = ""
    flag: str = ""
    assigned: str = ""
    mine: bool = False
    sort: str = "confidence"

    @property
    def order(self) -> tuple[str, ...]:
        """The leading columns of the order, descending with a minus. Charts that wait have only their age."""
        if self.status == "final":
            return FINAL_SORT
        return SORTS["age"] if self.status != "ready" else SORTS[self.sort]

    def parts(self, user: User) -> tuple[Q, ...]:
        """What comes first and what comes after it; each part is in the order on its own."""
        if self.status == "ready" and self.sort == "assigned":
            return Q(assigned_to=user), ~Q(assigned_to=user)
        if self.status == "ready" and self.sort == "flags":
            return FLAGGED, ~FLAGGED
        if self.status == "ready" and self.sort == "weight":
            return Q(expected_weight__isnull=False), Q(expected_weight=None)
        return (Q(),)


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the cursor of the rows after them ("" at the end)."""

    charts: list[Chart]
    after: str


@dataclass(frozen=True, slots=True)
class Position:
    """The last row that somebody has seen: the part it is in, its values in the order, its id."""

    part: int
    values: tuple[Any, ...]
    pk: int


def queryset(chosen: WorklistFilter, *, user: User) -> QuerySet[Chart]:
    """The charts of the worklist in their order. Never touches note text, never counts."""
    charts = Chart.objects.filter(status__in=STATUSES[chosen.status])
    for column in ("specialty", "patient_class", "payer", "facility", "band"):
        if value := getattr(chosen, column):
            charts = charts.filter(**{column: value})
    if chosen.band:
        charts = charts.exclude(blind=True, blind_shown_at=None)  # nobody is told theirs
    if chosen.flag:
        charts = charts.filter(FLAGGED if chosen.flag == ANY_FLAG else Q(**{chosen.flag: True}))
    if chosen.assigned:
        charts = charts.filter(_assigned(chosen.assigned, user))
    if chosen.mine:
        charts = charts.filter(_mine(chosen.status, user))
    return charts.select_related("encounter__patient", *PEOPLE).order_by(*map(_by, chosen.order), "id")


def _by(column: str) -> str | OrderBy:
    return HEAVIEST if column == WEIGHT else column


def _assigned(to: str, user: User) -> Q:
    if to == NOBODY:
        return Q(assigned_to=None)
    return Q(assigned_to=user.pk if to == ME else int(to))


def _mine(status: str, user: User) -> Q:
    if status == "final":
        return Q(finalized_by=user)
    return Q(claimed_by=user, claim_expires_at__gt=timezone.now()) | Q(assigned_to=user)


def page(chosen: WorklistFilter, *, user: User, after: str = "") -> Page:
    """The rows after a cursor. Each query is a range of one index; as many as there are parts and columns at most."""
    charts, parts = queryset(chosen, user=user).only(*SHOWN), chosen.parts(user)
    position = _read_cursor(after, chosen)
    rows: list[tuple[int, Chart]] = []
    for number, part in enumerate(parts):
        if position and number < position.part:
            continue
        begun = position if position and number == position.part else None
        for piece in _ranges(chosen.order, begun):
            wanted = PAGE_SIZE + 1 - len(rows)
            if wanted:
                rows += [(number, chart) for chart in charts.filter(part & piece)[:wanted]]
    more = len(rows) > PAGE_SIZE
    rows = rows[:PAGE_SIZE]
    return Page([chart for _, chart in rows], _write_cursor(chosen, *rows[-1]) if more else "")


def _ranges(order: tuple[str, ...], position: Position | None) -> Iterator[Q]:
    """What comes after a position, as ranges that follow each other: same values and a higher id, then ever wider."""
    if position is None:
        yield Q()
        return
    names = [column.lstrip("-") for column in order]
    same = dict(zip(names, position.values, strict=True))
    yield Q(**same, pk__gt=position.pk)
    for column, name in reversed(list(zip(order, names, strict=True))):
        value = same.pop(name)
        if value is None:
            continue  # they are a part of their own, with nothing after them
        yield Q(**same, **{f"{name}__lt" if column.startswith("-") else f"{name}__gt": value})


def _write_cursor(chosen: WorklistFilter, part: int, chart: Chart) -> str:
    values = [getattr(chart, column.lstrip("-")) for column in chosen.order]
    said = [str(value) if isinstance(value, (date, Decimal)) else value for value in values]
    return signing.dumps([chosen.status, chosen.sort, part, said, chart.pk], salt=SALT)


def _read_cursor(text: str, chosen: WorklistFilter) -> Position | None:
    """The position that a cursor names; None for none, a foreign one, or one of another order."""
    try:
        status, sort, part, values, pk = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    return Position(part, tuple(values), pk) if (status, sort) == (chosen.status, chosen.sort) else None


@dataclass(frozen=True, slots=True)
class Choices:
    """The values that charts have, in order: what the filters offer and accept."""

    specialties: list[str]
    payers: list[str]
    facilities: list[str]


def choices() -> Choices:
    return Choices(*(_values(column) for column in ("specialty", "payer", "facility")))


def specialties() -> list[str]:
    """The specialties that charts have, in order."""
    return _values("specialty")


def _values(column: str) -> list[str]:
    """The distinct values of a column but "", found by skipping from one to the next along its index."""
    name = connection.ops.quote_name(column)
    step = f"SELECT {name} FROM review_chart WHERE {name} > %s ORDER BY {name} LIMIT 1"  # noqa: S608 - own columns
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE found(value) AS (({step}) UNION ALL SELECT ({step.replace('%s', 'found.value')}) "  # noqa: S608
            "FROM found WHERE found.value IS NOT NULL) SELECT value FROM found WHERE value IS NOT NULL LIMIT %s",
            ["", MAX_CHOICES],
        )
        return [value for (value,) in cursor.fetchall()]


def flags_of(chart: Chart) -> list[str]:
    """The flags that a chart carries, in the order in which a row shows them."""
    past = {"edit_failed"} if chart.status == S.FINAL else set()
    return [flag for flag in FLAGS if flag not in past and getattr(chart, flag)]
