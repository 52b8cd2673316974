"""Order and POA of the assigned codes."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from review.actions import sequencing
from review.forms import whole_number
from review.views.decorators import PersonRequest, allow
from review.views.loading import answer_with_work, load_assigned


@require_POST
@allow("code_charts")
def move(request: PersonRequest, pk: int) -> HttpResponse:
    assigned = load_assigned(pk)
    sequencing.move(assigned, by=request.user, to=whole_number(request.POST.get("to")))
    return answer_with_work(request, assigned.chart)


@require_POST
@allow("code_charts")
def poa(request: PersonRequest, pk: int) -> HttpResponse:
    assigned = load_assigned(pk)
    sequencing.set_poa(assigned, by=request.user, poa=request.POST.get("poa", ""))
    return answer_with_work(request, assigned.chart)
