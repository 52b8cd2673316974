"""Error pages that say what to do next, and never what went wrong inside."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def _page(request: HttpRequest, status: int, title: str, message: str) -> HttpResponse:
    return render(request, "error.html", {"status": status, "title": title, "message": message}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 400, "That did not work", "The request could not be read. Go back and try again.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403, "Not open to you", "Your role does not open this page.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        request, 403, "This page was open too long", "Reload the page and do it once more; nothing was changed."
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404, "There is no such page", "The link may be old, or the chart may have moved.")


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, 500, "Something broke on our side", "Nothing was half saved. Try again in a minute.")
