"""Agreement of two coders over a period, week by week, and with whom the third sided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from review.models import DoubleCoding
from review.reports.agreement import Agreement, Pair, agreement
from review.reports.audit_overview import AuditScope, period
from review.reports.statistics import Rate
from review.reports.weeks import midnight, week_of


@dataclass(frozen=True, slots=True)
class ChartRow:
    """One chart that was coded twice."""

    double: DoubleCoding
    both: int
    only_first: int
    only_second: int
    sided_first: int
    sided_second: int


@dataclass(frozen=True, slots=True)
class WeekRow:
    """The charts whose second coding was submitted in one week."""

    week: date
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Period:
    """A period of double coding. `sided_first`: of the disputed codes, those on which the first was right."""

    agreement: Agreement
    weeks: list[WeekRow]
    charts: list[ChartRow]
    sided_first: Rate
    simulated: int


def read(scope: AuditScope) -> Period:
    """The charts whose second coding was submitted in the period, by the hospital's calendar."""
    first, last = period(scope)
    doubles = (
        DoubleCoding.objects.filter(
            submitted_at__gte=midnight(first), submitted_at__lt=midnight(last + timedelta(days=1))
        )
        .select_related("chart", "first_coder", "second_coder", "adjudicator")
        .prefetch_related("codes")
        .order_by("submitted_at", "pk")
    )
    listed = list(doubles)
    rows = [_row(each) for each in listed]
    right, wrong = sum(row.sided_first for row in rows), sum(row.sided_second for row in rows)
    by_week: dict[date, list[Pair]] = {}
    for each in listed:
        if each.submitted_at:
            by_week.setdefault(week_of(each.submitted_at), []).append(pair(each))
    return Period(
        agreement([pair(each) for each in listed]),
        [WeekRow(week, agreement(pairs)) for week, pairs in sorted(by_week.items())],
        rows[::-1],
        Rate(right, right + wrong),
        sum(each.chart.simulated for each in listed),
    )


def pair(double: DoubleCoding) -> Pair:
    """The two lists of one chart."""
    rows = list(double.codes.all())
    return Pair(
        frozenset((row.code_system, row.code) for row in rows if row.first_sequence is not None),
        frozenset((row.code_system, row.code) for row in rows if row.second_sequence is not None),
    )


def _row(double: DoubleCoding) -> ChartRow:
    rows = list(double.codes.all())
    disputed = [row for row in rows if not row.both and row.kept is not None]
    first = sum(row.kept == (row.first_sequence is not None) for row in disputed)
    return ChartRow(
        double,
        sum(row.both for row in rows),
        sum(row.second_sequence is None for row in rows),
        sum(row.first_sequence is None for row in rows),
        first,
        len(disputed) - first,
    )


def series(weeks: list[WeekRow]) -> dict[str, Any]:
    """Both coefficients week by week, for the plot."""
    return {
        "labels": [f"{row.week:%b} {row.week.day}" for row in weeks],
        "series": [
            {"label": label, "points": [_point(getattr(row.agreement, name), row.agreement.charts) for row in weeks]}
            for label, name in (("Cohen’s κ", "kappa"), ("Krippendorff’s α", "alpha"))
        ],
    }


def _point(coefficient: Any, charts: int) -> dict[str, float | int | None]:
    return {"value": coefficient.value, "low": coefficient.low, "high": coefficient.high, "charts": charts}


CSV_HEADER = [
    "double_coding",
    "chart",
    "specialty",
    "submitted_at",
    "status",
    "both",
    "only_first",
    "only_second",
    "adjudicated_for_first",
    "adjudicated_for_second",
    "simulated",
]


def csv_rows(scope: AuditScope) -> Iterator[list[Any]]:
    """One line a chart. Names no patient and no coder."""
    for row in read(scope).charts:
        double = row.double
        at = timezone.localtime(double.submitted_at).isoformat(timespec="seconds") if double.submitted_at else ""
        counts = [row.both, row.only_first, row.only_second, row.sided_first, row.sided_second]
        chart = double.chart
        yield [double.pk, str(chart.public_id), chart.specialty, at, double.status, *counts, chart.simulated]
