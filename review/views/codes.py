"""Type-ahead over the code book."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from medcode.codebook.models import CodeSystem
from medcode.codebook.search import search as find
from review.views.decorators import PersonRequest, allow

LIMIT = 20
LONGEST = 200


@require_GET
@allow("search_codes")
def search(request: PersonRequest) -> HttpResponse:
    """A listbox of codes for `q` (in an act's own form: `code`), as of the day `on`.

    Of ICD-10-CM, or of each code system in `system`, or with `systems=all` of every one that is loaded.
    """
    text = (request.GET.get("q") or request.GET.get("code") or "")[:LONGEST]
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        on = timezone.localdate()
    systems = _systems(request)
    hits = find(text, on=on, code_systems=systems, limit=LIMIT)
    return render(
        request, "partials/code_results.html", {"hits": hits, "text": text.strip(), "several": len(systems) > 1}
    )


def _systems(request: PersonRequest) -> list[str]:
    if request.GET.get("systems") == "all":
        return list(CodeSystem.values)
    asked = [each for each in request.GET.getlist("system") if each in CodeSystem.values]
    return asked or [CodeSystem.ICD10CM]
