"""Where a chart's codes come from: its timeline, its evidence packet, what amendments changed."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from review.actions import claiming, handing_out
from review.reports import note_changes, timeline
from review.views.decorators import PersonRequest, allow
from review.views.loading import load_chart


@require_GET
@allow("read_charts")
def show_timeline(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Who did what when, which model answered."""
    chart = load_chart(public_id)
    group = request.GET.get("group", "")
    groups = timeline.groups_for(chart, request.user)
    if group not in groups:
        raise Http404
    entries = [entry for entry in timeline.timeline(chart, group) if entry.group in groups]
    claiming.opened(chart, by=request.user)
    context = {"chart": chart, "entries": entries, "group": group, "groups": groups.items()}
    return render(request, "provenance/timeline.html", context)


@require_GET
@allow("read_charts")
def packet(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """The evidence packet, laid out for paper. Opening it is on record."""
    chart = load_chart(public_id)
    found = handing_out.open_packet(chart, by=request.user)
    return render(request, "provenance/packet.html", {"chart": chart, "packet": found, "now": timezone.now()})


@require_GET
@allow("read_charts")
def changes(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Both versions of every amended document, and what became of the suggestions."""
    chart = load_chart(public_id)
    claiming.opened(chart, by=request.user)
    inline = request.GET.get("view") == "inline"
    context = {"chart": chart, "amendments": note_changes.amendments(chart), "inline": inline}
    return render(request, "provenance/changes.html", context)
