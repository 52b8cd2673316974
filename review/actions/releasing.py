"""When a new release of a code system is loaded: charts that used another one in its place are suggested again."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from medcode.codebook import lookup
from medcode.codebook.models import CodeSystem, Release
from review.actions.base import audit, change_status, enqueue_suggest, locked
from review.models import Chart, User
from review.permissions import check


def waiting_for(release: Release) -> QuerySet[Chart]:
    """Charts ready to code, in nobody's hands, that fall into the release's dates and were suggested with another."""
    charts = Chart.objects.filter(status=Chart.Status.READY, coding_date__gte=release.valid_from)
    if release.valid_to:
        charts = charts.filter(coding_date__lte=release.valid_to)
    free = Q(claimed_by__isnull=True) | Q(claim_expires_at__lte=timezone.now())
    return charts.filter(free).exclude(release=release).order_by("pk")


def suggest_again(release: Release, *, by: User) -> int:
    """Send every chart that waits for the release back for suggestions; returns how many.

    Decisions stay as they are; undecided suggestions are replaced. One short transaction for each
    chart, so that it can be stopped and started again. Only diagnoses depend on a release today.
    """
    check(by, "run_the_system")
    if release.code_system != CodeSystem.ICD10CM:
        return 0
    return sum(_renew(chart, by) for chart in waiting_for(release).iterator())


@transaction.atomic
def _renew(chart: Chart, by: User) -> bool:
    chart = locked(chart)
    if chart.status != Chart.Status.READY or chart.is_held:
        return False  # somebody took it meanwhile
    before, choice = chart.release, lookup.release_for(CodeSystem.ICD10CM, chart.coding_date)
    change_status(
        chart,
        "renew_release",
        suggest_attempts=0,
        suggest_error="",
        suggest_lease_expires_at=None,
        claimed_by=None,
        claim_expires_at=None,
        release=choice.release,
        release_is_stand_in=choice.stand_in,
    )
    audit("chart.release_renewed", by=by, chart=chart, before=before.name if before else "")
    enqueue_suggest(chart.pk)
    return True
