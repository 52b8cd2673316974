"""The code book, to leaf through: tabular, 7th characters, ICD-10-PCS builder, index, changes of release."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from medcode.codebook import compare, lookup, pcs, search, shapes
from medcode.codebook.entry import entry
from medcode.codebook.models import CodeSystem, Release
from review import codebook_page
from review.actions import keeping, releasing
from review.reports import release_change
from review.views.decorators import PersonRequest, allow

FOUND = 40


@require_GET
@allow("search_codes")
def index(request: PersonRequest) -> HttpResponse:
    """The chapters; with `q`, what it finds. A whole code goes straight to its page."""
    on, text = _day(request), request.GET.get("q", "").strip()[:100]
    if text:
        system = shapes.system_of(text)
        row = _row(text, system, on)
        if row is not None:
            return redirect(codebook_page.address(row.code, system, on))
    hits = search.search(text, on=on, code_systems=lookup.loaded_systems(), limit=FOUND) if text else []
    terms = codebook_page.index_lines(text, on) if text else []
    return _page(request, "codebook/index.html", on, text=text, hits=hits, terms=terms)


@require_GET
@allow("search_codes")
def code(request: PersonRequest, system: str, code: str) -> HttpResponse:
    """One code with everything around it, as of a day."""
    on = _day(request)
    found = entry(code, on=on, code_system=_system(system))
    context: dict[str, Any] = {"entry": found, "places": codebook_page.places(found, on)}
    if found.row is not None:
        keeping.look_at(found.row, by=request.user)
        context["siblings"] = codebook_page.siblings(found)
        context["leading"] = codebook_page.leading_to(found.row, on)
        context["release_sentence"] = lookup.release_for(_system(system), on).sentence(on)
    return _page(request, "codebook/code.html", on, status=200 if found.row else 404, **context)


@require_POST
@allow("search_codes")
def favourite(request: PersonRequest, system: str, code: str) -> HttpResponse:
    """Make a code a favourite, or stop (`favourite` = 0)."""
    on = _day(request)
    row = _row(code, _system(system), on)
    if row is None:
        messages.error(request, f"{code} is not in the code book on {on:%B} {on.day}, {on.year}.")
        return redirect("codebook")
    keeping.keep(row, favourite=request.POST.get("favourite") != "0", by=request.user)
    return redirect(codebook_page.address(row.code, row.release.code_system, on))


@require_GET
@allow("search_codes")
def build(request: PersonRequest) -> HttpResponse:
    """An ICD-10-PCS code, character by character; `prefix` holds those chosen so far."""
    on = _day(request)
    step = pcs.step(request.GET.get("prefix", ""), on=on) if CodeSystem.ICD10PCS in lookup.loaded_systems() else None
    return _page(request, "codebook/build.html", on, step=step)


@require_GET
@allow("search_codes")
def releases(request: PersonRequest) -> HttpResponse:
    """What changes between two releases, and whom it touches."""
    system = request.GET.get("system") if request.GET.get("system") in CodeSystem.values else CodeSystem.ICD10CM
    loaded = list(Release.objects.filter(code_system=system, is_complete=True).order_by("-valid_from"))
    chosen = _two(request, loaded)
    found = compare.compare(*chosen) if chosen else None
    touched = release_change.touched(found) if found else None
    return _page(
        request,
        "codebook/releases.html",
        _day(request),
        system=system,
        systems=lookup.loaded_systems(),
        loaded=loaded,
        found=found,
        touched=touched,
    )


@require_POST
@allow("run_the_system")
def suggest_again(request: PersonRequest) -> HttpResponse:
    """Send the open charts of a release's dates back for suggestions."""
    release = Release.objects.filter(pk=_number(request.POST.get("release")), is_complete=True).first()
    if release is None:
        messages.error(request, "Choose a release that is loaded.")
    else:
        count = releasing.suggest_again(release, by=request.user)
        messages.success(request, f"{count} charts are suggested again with {release}.")
    return redirect("codebook_releases")


def _page(request: PersonRequest, template: str, on: date, *, status: int = 200, **context: Any) -> HttpResponse:
    favourites, recent = codebook_page.kept(request.user)
    row = context["entry"].row if "entry" in context else None
    around = {
        "on": on,
        "today": timezone.localdate(),
        "chapters": codebook_page.chapters(on),
        "favourites": favourites,
        "recent": recent,
        "is_favourite": any(row and (each.code == row.code) for each in favourites),
        "has_pcs": CodeSystem.ICD10PCS in lookup.loaded_systems(),
        "has_index": codebook_page.has_index(on),
    }
    return render(request, template, around | context, status=status)


def _two(request: PersonRequest, loaded: list[Release]) -> list[Release]:
    """The releases asked for, the older first; without a question the newest two; [] when there are no two."""
    by_key = {str(release.pk): release for release in loaded}
    asked = [by_key[key] for key in (request.GET.get("old", ""), request.GET.get("new", "")) if key in by_key]
    chosen = asked if len(asked) == 2 else loaded[:2]
    return sorted(chosen, key=lambda release: release.valid_from) if len(chosen) == 2 else []


def _row(text: str, system: str, on: date) -> Any:
    try:
        return lookup.get(text, on=on, code_system=system)
    except lookup.CodebookEmptyError:
        return None


def _day(request: PersonRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("on") or request.POST.get("on") or "")
    except ValueError:
        return timezone.localdate()


def _system(written: str) -> str:
    return written if written in CodeSystem.values else CodeSystem.ICD10CM


def _number(written: str | None) -> int:
    return int(written) if written and written.isascii() and written.isdigit() and len(written) < 10 else 0
