"""Order and POA of the assigned codes, and what a claim says of a procedure or service."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from review.actions import sequencing
from review.forms import day, numbers, version_of, whole_number
from review.views.decorators import PersonRequest, allow
from review.views.loading import answer_with_work, load_assigned


@require_POST
@allow("code_charts")
def move(request: PersonRequest, pk: int) -> HttpResponse:
    assigned = load_assigned(pk)
    sequencing.move(
        assigned, by=request.user, to=whole_number(request.POST.get("to")), version=version_of(request.POST)
    )
    return answer_with_work(request, assigned.chart)


@require_POST
@allow("code_charts")
def poa(request: PersonRequest, pk: int) -> HttpResponse:
    assigned = load_assigned(pk)
    sequencing.set_poa(assigned, by=request.user, poa=request.POST.get("poa", ""))
    return answer_with_work(request, assigned.chart)


@require_POST
@allow("code_charts")
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    assigned = load_assigned(pk)
    sequencing.detail(
        assigned,
        by=request.user,
        modifiers=request.POST.get("modifiers", ""),
        units=whole_number(request.POST.get("units", "1")),
        pointers=numbers(request.POST.get("pointers"), field="pointers"),
        performed_on=day(request.POST.get("performed_on"), field="performed_on"),
        performed_by=request.POST.get("performed_by", ""),
        version=version_of(request.POST),
    )
    return answer_with_work(request, assigned.chart)
