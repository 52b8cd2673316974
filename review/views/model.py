"""The model page: what answers, how it does, what waits; and the acts of the admin who runs it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from inference.llm.adapters import Done
from inference.models import Adapter
from review import model_page
from review.actions import adapters, replaying, routing, suggesting
from review.views.decorators import PersonRequest, allow
from review.views.loading import go_to, load_chart


@require_GET
@allow("run_the_system")
def show(request: PersonRequest) -> HttpResponse:
    return render(request, "model/show.html", model_page.whole())


@require_GET
@allow("run_the_system")
def live(request: PersonRequest) -> HttpResponse:
    """The numbers alone: the page asks for them every few seconds."""
    return render(request, "model/live.html", model_page.live() | {"refreshed": True})


@require_POST
@allow("adopt_models")
def route(request: PersonRequest) -> HttpResponse:
    """Engine, fallback and challenger, from the next chart on."""
    wanted = model_page.wanted(request.POST)
    routing.decide(
        wanted, by=request.user, seen=model_page.seen(request.POST), why=request.POST.get("why", "").strip()
    )
    return _done(request, "In force from the next chart on.")


@require_POST
@allow("adopt_models")
def roll_back(request: PersonRequest) -> HttpResponse:
    row = routing.roll_back(by=request.user)
    return _done(request, f"Rolled back: {row.get_engine_display()}, {row.coding_adapter or 'no adapter'} for coding.")


@require_POST
@allow("adopt_models")
def register(request: PersonRequest) -> HttpResponse:
    said = {name: request.POST.get(name, "").strip() for name in ("name", "purpose", "base_model", "path")}
    adapter = adapters.register(**said, by=request.user)
    return _done(request, f"{adapter} is registered. Load it, then use it.")


@require_POST
@allow("adopt_models")
def load(request: PersonRequest, pk: int) -> HttpResponse:
    adapter = get_object_or_404(Adapter, pk=pk)
    _warn(request, adapters.load(adapter, by=request.user))
    return _done(request, f"{adapter} is loaded.")


@require_POST
@allow("adopt_models")
def unload(request: PersonRequest, pk: int) -> HttpResponse:
    adapter = get_object_or_404(Adapter, pk=pk)
    _warn(request, adapters.unload(adapter, by=request.user))
    return _done(request, f"{adapter} is unloaded.")


@require_POST
@allow("adopt_models")
def use(request: PersonRequest, pk: int) -> HttpResponse:
    adapter = get_object_or_404(Adapter, pk=pk)
    adapters.use(adapter, by=request.user)
    return _done(request, f"{adapter} answers from the next request on ({adapter.get_purpose_display()}).")


@require_POST
@allow("adopt_models")
def use_base(request: PersonRequest) -> HttpResponse:
    """Without an adapter, for coding or for CDI."""
    routing.use_base(request.POST.get("purpose", ""), by=request.user)
    return _done(request, "The base model answers itself from the next request on.")


@require_POST
@allow("run_the_system")
def replay(request: PersonRequest, public_id: UUID) -> HttpResponse:
    suggesting.retry(load_chart(public_id), by=request.user)
    return _done(request, "The chart is being read again.")


@require_POST
@allow("run_the_system")
def replay_all(request: PersonRequest) -> HttpResponse:
    count = replaying.replay_all(by=request.user)
    more = " There are more: press once again." if count >= replaying.MOST else ""
    return _done(request, f"{count:,} chart{'' if count == 1 else 's'} will be read again.{more}")


def _done(request: PersonRequest, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return go_to(request, reverse("model"))


def _warn(request: PersonRequest, done: list[Done]) -> None:
    """Name the servers that were left out."""
    if said := adapters.left_out(done):
        messages.warning(request, f"Not on every server. {said}")
