"""The API described: OpenAPI for programs, a page for people who are signed in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.views import SpectacularAPIView
from rest_framework.authentication import SessionAuthentication, TokenAuthentication

from review.api.permissions import MaySendCharts
from review.permissions import check_can_bring_in_charts

# The page below loads the schema with the session of whoever looks at it.
schema = SpectacularAPIView.as_view(
    authentication_classes=[TokenAuthentication, SessionAuthentication], permission_classes=[MaySendCharts]
)


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    check_can_bring_in_charts(request.user)
    return render(request, "api/docs.html")
