"""For load balancers and the impatient."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from review import health


@require_GET
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 with the state of database, broker and workers; 503 when the database is gone."""
    state = health.state()
    return JsonResponse(state, status=200 if state["database"] == "ok" else 503)
