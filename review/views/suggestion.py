"""Accept, modify, reject."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from review.actions import deciding
from review.forms import seconds_spent
from review.views.decorators import PersonRequest, allow
from review.views.loading import answer_with_work, load_suggestion


@require_POST
@allow("code_charts")
def accept(request: PersonRequest, pk: int) -> HttpResponse:
    suggestion = load_suggestion(pk)
    deciding.accept(suggestion, by=request.user, seconds_spent=seconds_spent(request.POST))
    return answer_with_work(request, suggestion.chart)


@require_POST
@allow("code_charts")
def modify(request: PersonRequest, pk: int) -> HttpResponse:
    suggestion = load_suggestion(pk)
    deciding.modify(
        suggestion,
        by=request.user,
        code=request.POST.get("code", ""),
        code_system=suggestion.code_system,
        reason=request.POST.get("reason", ""),
        comment=request.POST.get("comment", ""),
        seconds_spent=seconds_spent(request.POST),
    )
    return answer_with_work(request, suggestion.chart)


@require_POST
@allow("code_charts")
def reject(request: PersonRequest, pk: int) -> HttpResponse:
    suggestion = load_suggestion(pk)
    deciding.reject(
        suggestion,
        by=request.user,
        reason=request.POST.get("reason", ""),
        comment=request.POST.get("comment", ""),
        seconds_spent=seconds_spent(request.POST),
    )
    return answer_with_work(request, suggestion.chart)
