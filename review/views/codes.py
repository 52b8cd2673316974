"""Type-ahead over the code book."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from medcode.codebook import lookup
from review.views.decorators import PersonRequest, allow

LIMIT = 20


@require_GET
@allow("search_codes")
def search(request: PersonRequest) -> HttpResponse:
    """A listbox of codes for `q` (in an act's own form: `code`), as of the day `on`."""
    text = (request.GET.get("q") or request.GET.get("code") or "")[:100]
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        on = timezone.localdate()
    hits = lookup.search(text, on=on, limit=LIMIT)
    return render(request, "partials/code_results.html", {"hits": hits, "text": text.strip()})
