"""The chart page and the acts that concern the whole chart."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from medcode.codebook import shapes
from medcode.codebook.models import CodeSystem
from review import chart_page
from review.actions import claiming, deciding, finalizing, flagging, suggesting, undoing
from review.actions.errors import InvalidInputError
from review.forms import seconds_spent, whole_number
from review.models import Chart
from review.views.decorators import PersonRequest, allow
from review.views.loading import answer_with_work, go_to, load_chart


@require_GET
@allow("read_charts")
def show(request: PersonRequest, public_id: UUID) -> HttpResponse:
    chart = load_chart(public_id)
    if request.htmx:  # type: ignore[attr-defined]
        # Only the page itself asks this way, while it waits for suggestions.
        waits = chart.status in (Chart.Status.RECEIVED, Chart.Status.SUGGESTING)
        return HttpResponse(status=204) if waits else HttpResponseClientRefresh()
    claiming.opened(chart, by=request.user)
    page = chart_page.load(chart, user=request.user)
    return render(request, "chart/show.html", {"page": page, "chart": chart})


@require_POST
@allow("code_charts")
def claim(request: PersonRequest, public_id: UUID) -> HttpResponse:
    chart = claiming.claim(load_chart(public_id), by=request.user)
    return redirect("chart", public_id=chart.public_id)


@require_POST
@allow("code_charts")
def release(request: PersonRequest, public_id: UUID) -> HttpResponse:
    claiming.release(load_chart(public_id), by=request.user)
    messages.info(request, "The chart is back in the worklist.")
    return redirect("worklist")


@require_POST
@allow("code_charts")
def add(request: PersonRequest, public_id: UUID) -> HttpResponse:
    chart = load_chart(public_id)
    code = request.POST.get("code", "")
    system = request.POST.get("code_system", "")
    deciding.add(
        chart,
        by=request.user,
        code=code,
        code_system=system if system in CodeSystem.values else shapes.system_of(code),
        seconds_spent=seconds_spent(request.POST),
    )
    return answer_with_work(request, chart)


@require_POST
@allow("code_charts")
def undo(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Take back the decision that the form names, else what was done last."""
    chart = load_chart(public_id)
    named = request.POST.get("decision")
    decision = chart.decisions.filter(pk=whole_number(named)).first() if named else None
    if named and decision is None:
        raise InvalidInputError("This decision is not on this chart.", field="decision")
    undoing.undo(chart, by=request.user, decision=decision)
    return answer_with_work(request, chart)


@require_POST
@allow("code_charts")
def submit(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Make the chart final, then open the next one or stay."""
    chart = load_chart(public_id)
    try:
        finalizing.finalize(
            chart,
            by=request.user,
            version=whole_number(request.POST.get("version")),
            acknowledged=bool(request.POST.get("acknowledged")),
        )
    except InvalidInputError:
        flagging.edit_failed(chart, by=request.user)
        raise
    messages.success(request, "The chart is final.")
    if request.POST.get("then") != "next":
        return go_to(request, reverse("chart", args=[chart.public_id]))
    following = claiming.claim_next(by=request.user)
    if following is None:
        messages.info(request, "That was the last free chart of the worklist.")
        return go_to(request, reverse("worklist"))
    return go_to(request, reverse("chart", args=[following.public_id]))


@require_POST
@allow("code_charts")
def hold(request: PersonRequest, public_id: UUID) -> HttpResponse:
    finalizing.hold(load_chart(public_id), by=request.user, reason=request.POST.get("reason", ""))
    messages.info(request, "The chart is on hold.")
    return go_to(request, reverse("worklist"))


@require_POST
@allow("code_charts")
def resume(request: PersonRequest, public_id: UUID) -> HttpResponse:
    chart: Chart = finalizing.resume(load_chart(public_id), by=request.user)
    return redirect("chart", public_id=chart.public_id)


@require_POST
@allow("retry_charts")
def retry(request: PersonRequest, public_id: UUID) -> HttpResponse:
    suggesting.retry(load_chart(public_id), by=request.user)
    messages.info(request, "The chart is being read again.")
    return redirect("system" if request.POST.get("from") == "system" else "worklist")
