"""The data that the charts on the report pages draw: plain numbers for `json_script`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from review.reports.figures import Figures, Tally
from review.reports.reading import Week
from review.reports.statistics import Rate

RATES = (("acceptance", "Acceptance"), ("override", "Override"), ("missed", "Missed codes"))


def trend(weeks: Iterable[Week]) -> dict[str, Any]:
    """Three rates over the weeks, each with the band of its interval."""
    listed = list(weeks)
    totals = [week.figures.total for week in listed]
    return {
        "labels": [f"{week.week:%b} {week.week.day}" for week in listed],
        "series": [{"key": key, "label": label, "points": _points(totals, key)} for key, label in RATES],
    }


def _points(totals: list[Tally], key: str) -> list[dict[str, float | int | None]]:
    return [point(getattr(total, key)) for total in totals]


def point(rate: Rate) -> dict[str, float | int | None]:
    """Percentages of one rate: the value and both ends of its interval; None without any case."""
    interval = rate.interval
    return {
        "value": _percent(rate.value),
        "low": _percent(interval.low if interval else None),
        "high": _percent(interval.high if interval else None),
        "whole": rate.whole,
    }


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else round(100 * fraction, 2)


def by_specialty(figures: Figures) -> dict[str, Any]:
    """The acceptance rate of each specialty that had suggestions, best first."""
    rated = [(name, tally.acceptance) for name, tally in figures.by_specialty().items() if tally.suggested]
    rated.sort(key=lambda pair: -(pair[1].value or 0.0))
    return {"labels": [name for name, _ in rated], "points": [point(rate) for _, rate in rated]}


def reliability(figures: Figures) -> dict[str, Any]:
    """Predicted against observed, in percent."""
    return {"points": [{"predicted": _percent(each.predicted), **point(each.observed)} for each in figures.bins]}
