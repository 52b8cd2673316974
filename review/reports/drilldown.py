"""The charts and decisions behind a number of a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from inference.schema import Band
from medcode.codebook.models import CodeSystem
from medcode.codebook.snapshot import undotted
from review.actions.errors import InvalidInputError
from review.models import Chart, Decision, RejectReason, Suggestion
from review.reports.counting import ON_SUGGESTIONS, PERCENT, effective_decisions, final_charts, undecided_suggestions

Act = Decision.Act
PAGE = 50
COUNTED = 1000

# What a reader may ask for, and the acts that it stands for.
ACTS: dict[str, tuple[str, ...]] = {
    "suggested": ON_SUGGESTIONS,
    "accept": (Act.ACCEPT,),
    "override": (Act.MODIFY, Act.REJECT),
    "modify": (Act.MODIFY,),
    "reject": (Act.REJECT,),
    "add": (Act.ADD,),
    "assigned": (Act.ACCEPT, Act.MODIFY, Act.ADD),
}
UNDECIDED = "undecided"
ACT_NAMES = {
    "suggested": "Suggested",
    "accept": "Accepted",
    "override": "Overridden",
    "modify": "Modified",
    "reject": "Rejected",
    "add": "Added",
    "assigned": "Assigned",
    UNDECIDED: "Left undecided",
}
ALLOWED: dict[str, frozenset[str]] = {
    "act": frozenset(ACT_NAMES),
    "band": frozenset(Band),
    "code_system": frozenset(CodeSystem.values),
    "reason": frozenset(RejectReason.values),
}
PERCENTS = frozenset(str(number) for number in range(101))
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Scope:
    """Which decisions of a week. Without any `act` it is the week's charts that are meant."""

    act: str = ""
    specialty: str = ""
    band: str = ""
    code_system: str = ""
    model: str = ""
    code: str = ""
    reason: str = ""
    percent_from: str = ""
    percent_to: str = ""

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> Scope:
        """Read a query string. Raises `InvalidInputError` naming the first filter that makes no sense."""
        values = {each.name: query.get(each.name, "").strip() for each in fields(cls)}
        for name, value in values.items():
            _check(name, value)
        values["code"] = undotted(values["code"])
        narrowed = any(value for name, value in values.items() if name != "specialty")
        if narrowed and not values["act"]:
            values["act"] = "suggested"
        return cls(**values)

    @property
    def lists_charts(self) -> bool:
        return not self.act

    def url(self, week: date, **more: str) -> str:
        """The page that lists what lies in this scope."""
        query = {each.name: getattr(self, each.name) for each in fields(self)} | more
        return f"{reverse('report_charts', args=[week])}?{urlencode({k: v for k, v in query.items() if v})}".rstrip(
            "?"
        )


def _check(name: str, value: str) -> None:
    if not value:
        return
    if name in ALLOWED and value not in ALLOWED[name]:
        raise InvalidInputError(f"must be one of {', '.join(sorted(ALLOWED[name]))}.", field=name)
    if name.startswith("percent") and value not in PERCENTS:
        raise InvalidInputError("must be a whole number from 0 to 100.", field=name)
    if len(value) > LONGEST or "\x00" in value:
        raise InvalidInputError("is not a value that a report knows.", field=name)


def charts(week: date, scope: Scope) -> QuerySet[Chart]:
    """The charts that were finalised in the week, in the order in which they came in. No note is read."""
    found = final_charts(week).select_related("finalized_by")
    if scope.specialty:
        found = found.filter(specialty=scope.specialty)
    return found.order_by("pk")


def decisions(week: date, scope: Scope) -> QuerySet[Decision]:
    """The effective decisions in the scope, in the order in which they were made."""
    found = effective_decisions(week).filter(act__in=ACTS[scope.act])
    same: dict[str, Any] = {
        "specialty": scope.specialty,
        "band": scope.band,
        "code_system": scope.code_system,
        "model_version": scope.model,
        "suggested_code": scope.code,
        "reason": scope.reason,
    }
    found = found.annotate(in_percent=PERCENT).filter(
        _within(scope), **{name: value for name, value in same.items() if value}
    )
    return found.select_related("chart", "coder").order_by("pk")


def undecided(week: date, scope: Scope) -> QuerySet[Suggestion]:
    """The suggestions in the scope that were left undecided."""
    found = undecided_suggestions(week)
    same = {"chart__specialty": scope.specialty, "band": scope.band}
    found = found.filter(**{name: value for name, value in same.items() if value})
    found = found.annotate(in_percent=PERCENT).filter(_within(scope))
    return found.select_related("chart").order_by("pk")


def _within(scope: Scope) -> Q:
    """A stretch of confidence as the report's bins cut it: rounded to whole percents, the last bin closed."""
    condition = Q()
    if scope.percent_from:
        condition &= Q(in_percent__gte=int(scope.percent_from))
    if scope.percent_to and scope.percent_to != "100":
        condition &= Q(in_percent__lt=int(scope.percent_to))
    return condition


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows. `after` is the key to ask the next page with, or None on the last."""

    rows: list[Any]
    after: int | None
    total: int

    size: int = PAGE

    @property
    def shown_total(self) -> str:
        """How many rows there are in all, counted up to a bound."""
        return f"{self.total:,}" if self.total <= COUNTED else f"more than {COUNTED:,}"


def page(rows: QuerySet[Any], after: str = "") -> Page:
    """The page of rows that follows the key `after`. Raises `InvalidInputError` for a key of no page."""
    total = rows.order_by()[: COUNTED + 1].count()
    if after:
        if not after.isdecimal() or len(after) > 18:
            raise InvalidInputError("is not the key of a page.", field="after")
        rows = rows.filter(pk__gt=int(after))
    found = list(rows[: PAGE + 1])
    more = len(found) > PAGE
    return Page(found[:PAGE], found[PAGE - 1].pk if more else None, total)
