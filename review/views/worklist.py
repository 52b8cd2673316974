"""The worklist: charts waiting for a person, the most certain first."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from review import worklist
from review.actions import claiming
from review.forms import WorklistForm
from review.permissions import can_code
from review.views.decorators import PersonRequest, allow


@require_GET
@allow("read_charts")
def show(request: PersonRequest) -> HttpResponse:
    """The filtered worklist; for htmx only its rows, from the cursor `after` on."""
    form = WorklistForm(request.GET or None, specialties=worklist.specialties())
    chosen = form.chosen() if form.is_bound else worklist.WorklistFilter()
    after = request.GET.get("after", "")
    page = worklist.page(chosen, user=request.user, after=after)
    query = request.GET.copy()
    query.pop("after", None)
    context = {"form": form, "chosen": chosen, "page": page, "query": query.urlencode(), "continued": bool(after)}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "worklist.html#rows" if after else "worklist.html#list", context)
    if can_code(request.user):
        context["today"] = worklist.today_of(request.user)
    return render(request, "worklist.html", context)


@require_POST
@allow("code_charts")
def next_chart(request: PersonRequest) -> HttpResponse:
    """Claim the first free chart of the list as filtered, and open it."""
    form = WorklistForm(request.POST, specialties=worklist.specialties())
    chart = claiming.claim_next(by=request.user, filters=form.chosen())
    if chart is None:
        messages.info(request, "No free chart matches these filters. Choose others, or come back in a while.")
        return redirect("worklist")
    return redirect("chart", public_id=chart.public_id)
