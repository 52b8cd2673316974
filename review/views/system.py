"""The state of the system, for admins."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from review import health
from review.reports import operations
from review.reports.listing import chart_rows
from review.views.decorators import PersonRequest, allow


@require_GET
@allow("run_the_system")
def show(request: PersonRequest) -> HttpResponse:
    """Services, code releases, charts by status, failed charts, models and their last runs."""
    today = timezone.localdate()
    context = {
        "health": health.state(),
        "statuses": operations.by_status(),
        "failed": chart_rows(operations.failed()),
        "releases": operations.releases(today),
        "model_versions": operations.model_versions(),
        "runs": operations.last_runs(),
        "timing": operations.timing(),
    }
    return render(request, "system/show.html", context)
