"""Whom a change of release touches: open charts, undecided suggestions, and rows that training would read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from medcode.codebook.compare import Comparison
from medcode.codebook.models import Release
from medcode.codebook.snapshot import dotted
from review.models import AssignedCode, Chart, Suggestion

SHOWN = 25  # charts and codes listed; the rest is counted
COUNTED = 10_000  # a table of millions is never counted whole


@dataclass(frozen=True, slots=True)
class CodeCount:
    """A dotted code and how often it occurs."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class Touched:
    """What a comparison touches. Open charts: dated in the new release and not FINAL.

    `waiting`: of those, suggested with another release. `suggestions`: their undecided suggestions, and
    `assigned` their codes, that are retired or retitled. `training`: codes on FINAL charts that are retired
    or retitled; they stay labels for their own dates and are no targets for later ones.
    """

    open_charts: tuple[Chart, ...]
    open_count: int
    waiting_count: int
    suggestions: tuple[CodeCount, ...]
    assigned: tuple[CodeCount, ...]
    training: tuple[CodeCount, ...]


def touched(comparison: Comparison) -> Touched:
    """Counts and the first rows. Looks at code columns only, never at note text."""
    affected = comparison.affected
    system = comparison.new_release.code_system
    charts = open_charts(comparison.new_release)
    hit = Q(suggestions__state=Suggestion.State.PENDING, suggestions__code__in=affected) | Q(
        assigned_codes__code__in=affected
    )
    touching = charts.filter(hit).distinct().order_by("coding_date", "pk")
    suggestions = Suggestion.objects.filter(
        chart__in=charts, state=Suggestion.State.PENDING, code_system=system, code__in=affected
    )
    assigned = AssignedCode.objects.filter(chart__in=charts, code_system=system, code__in=affected)
    training = AssignedCode.objects.filter(chart__status=Chart.Status.FINAL, code_system=system, code__in=affected)
    return Touched(
        open_charts=tuple(touching.select_related("encounter")[:SHOWN]),
        open_count=touching[:COUNTED].count(),
        waiting_count=charts.exclude(release=comparison.new_release)[:COUNTED].count(),
        suggestions=_counts(suggestions, system),
        assigned=_counts(assigned, system),
        training=_counts(training, system),
    )


def open_charts(release: Release) -> QuerySet[Chart]:
    """Charts that are not FINAL and fall into the release's dates."""
    charts = Chart.objects.exclude(status=Chart.Status.FINAL).filter(coding_date__gte=release.valid_from)
    return charts.filter(coding_date__lte=release.valid_to) if release.valid_to else charts


def _counts(rows: QuerySet[Suggestion] | QuerySet[AssignedCode], system: str) -> tuple[CodeCount, ...]:
    counts = Counter(rows.values_list("code", flat=True))
    return tuple(CodeCount(dotted(code, system), count) for code, count in counts.most_common())
