"""Whom a change of release touches: open charts, undecided suggestions, and rows that training would read."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from medcode.codebook.compare import Comparison
from medcode.codebook.models import Release
from medcode.codebook.snapshot import dotted, undotted
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
    release, affected = comparison.new_release, comparison.affected
    charts = open_charts(release)
    undecided = Suggestion.objects.filter(chart__in=charts, state=Suggestion.State.PENDING)
    suggestions = _counts(undecided, release, affected)
    assigned = _counts(AssignedCode.objects.filter(chart__in=charts), release, affected)
    # The change may retire thousands of codes; only those that occur here are asked for again.
    occurring = [undotted(each.code) for each in (*suggestions, *assigned)]
    hit = Q(suggestions__state=Suggestion.State.PENDING, suggestions__code__in=occurring) | Q(
        assigned_codes__code__in=occurring
    )
    touching = charts.filter(hit).distinct().order_by("coding_date", "pk")
    return Touched(
        open_charts=tuple(touching.select_related("encounter")[:SHOWN]),
        open_count=touching[:COUNTED].count(),
        waiting_count=charts.exclude(release=release)[:COUNTED].count(),
        suggestions=suggestions,
        assigned=assigned,
        training=_counts(AssignedCode.objects.filter(chart__status=Chart.Status.FINAL), release, affected),
    )


def open_charts(release: Release) -> QuerySet[Chart]:
    """Charts that are not FINAL and fall into the release's dates."""
    charts = Chart.objects.exclude(status=Chart.Status.FINAL).filter(coding_date__gte=release.valid_from)
    return charts.filter(coding_date__lte=release.valid_to) if release.valid_to else charts


def _counts(
    rows: QuerySet[Suggestion] | QuerySet[AssignedCode], release: Release, affected: frozenset[str]
) -> tuple[CodeCount, ...]:
    system = release.code_system
    by_code = (
        rows.filter(code_system=system).values_list("code").annotate(count=Count("pk")).order_by("-count", "code")
    )
    return tuple(CodeCount(dotted(code, system), count) for code, count in by_code if code in affected)
