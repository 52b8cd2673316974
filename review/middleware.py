"""Around every page: the person's own clock, no caching of PHI, and refusals as sentences a person can read."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from review.actions.errors import ActionError
from review.zones import zone_of

TITLES = {400: "That did not work", 403: "Not open to you", 409: "Somebody was faster"}


class ZoneMiddleware:
    """Shows times by the clock of whoever is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(zone_of(request.user)):
            return self.get_response(request)


class PageMiddleware:
    """Turns `ActionError` into an answer; marks every page as private and varying by HX-Request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "htmx", False) and response.headers.get("Location", "").startswith(reverse("sign_in")):
            # The session has ended: swapping the sign-in form into a corner of the page helps nobody.
            here = urlsplit(request.htmx.current_url or "").path or "/"  # type: ignore[attr-defined]
            response = HttpResponseClientRedirect(f"{reverse('sign_in')}?{urlencode({'next': here})}")
        add_never_cache_headers(response)
        response["Cache-Control"] = "no-store, private"
        patch_vary_headers(response, ["HX-Request"])
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return refused(request, error) if isinstance(error, ActionError) else None


def refused(request: HttpRequest, error: ActionError) -> HttpResponse:
    """A notice in the page for htmx, else a page of its own, with the error's status."""
    if getattr(request, "htmx", False):
        response = render(request, "partials/notice.html", {"message": error.message}, status=error.status)
        response["HX-Retarget"] = "#notices"
        response["HX-Reswap"] = "innerHTML"
        return response
    context = {
        "status": error.status,
        "title": TITLES[error.status],
        "message": error.message,
        "back": came_from(request),
    }
    return render(request, "error.html", context, status=error.status)


def came_from(request: HttpRequest) -> str:
    """The page of ours that the refused form stood on, for the way back; "" when the browser does not say."""
    page = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    parts = urlsplit(page)
    return urlunsplit(("", "", parts.path, parts.query, "")) if ours and request.method == "POST" else ""
