"""For Prometheus: with the token of the settings, or for an admin who looks."""

from __future__ import annotations

from hmac import compare_digest

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from review.permissions import can_run_system
from review.reports import metrics


@require_GET
@login_not_required
def show(request: HttpRequest) -> HttpResponse:
    """Everything that is counted, as text. 403 for anybody else: a scraper can do nothing with a sign-in page."""
    if not (_has_token(request) or can_run_system(request.user)):
        return HttpResponse("Send METRICS_TOKEN as a bearer token.\n", status=403, content_type="text/plain")
    return HttpResponse(metrics.text(), content_type=metrics.CONTENT_TYPE)


def _has_token(request: HttpRequest) -> bool:
    """In constant time: how long a refusal takes must not tell how much of the token was right."""
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    return bool(settings.METRICS_TOKEN) and compare_digest(given.encode(), wanted.encode())
