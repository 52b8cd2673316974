"""The first word of a view's spine: load the row that the URL names, or answer 404."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django_htmx.http import HttpResponseClientRedirect

from review import chart_page
from review.models import AssignedCode, Chart, Suggestion
from review.views.decorators import PersonRequest


def load_chart(public_id: UUID) -> Chart:
    charts = Chart.objects.select_related("encounter__patient", "claimed_by", "finalized_by", "release")
    return get_object_or_404(charts, public_id=public_id)


def load_suggestion(pk: int) -> Suggestion:
    return get_object_or_404(Suggestion.objects.select_related("chart"), pk=pk)


def load_assigned(pk: int) -> AssignedCode:
    return get_object_or_404(AssignedCode.objects.select_related("chart"), pk=pk)


def answer_with_work(request: PersonRequest, chart: Chart) -> HttpResponse:
    """After an act: the fresh work pane for htmx, the chart's page for a browser without scripts.

    A page that says which suggestions it shows (`shown`) gets those that have changed, and what is below them.
    """
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("chart", public_id=chart.public_id)
    page = chart_page.load(load_chart(chart.public_id), user=request.user)
    context = {"page": page, "chart": page.chart}
    cards = page.changed(request.POST.get("shown", ""))
    if cards is None:
        return render(request, "chart/answer.html", context)
    response = render(request, "chart/answer.html", context | {"cards": cards, "in_part": True})
    response["HX-Retarget"] = "#work-rest"
    return response


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """Leave for another page, also when htmx asked."""
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)  # type: ignore[attr-defined]
