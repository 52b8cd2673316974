"""Each person's own clock."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from review import zones
from review.actions import time_zone
from review.models import Workbench
from review.views.decorators import PersonRequest, allow


@require_http_methods(["GET", "POST"])
@allow("choose_own_clock")
def choose(request: PersonRequest) -> HttpResponse:
    """The zone in which this person reads times, to change."""
    if request.method == "POST":
        time_zone.choose(request.POST.get("time_zone", "").strip()[:63], by=request.user)
        messages.success(request, "Saved. Times are in your zone from now on.")
        return redirect("time_zone")
    own = Workbench.objects.filter(person=request.user).values_list("time_zone", flat=True).first() or ""
    context = {"own": own, "zones": zones.known(), "site": timezone.get_default_timezone_name()}
    return render(request, "workbench/time_zone.html", context | {"now": timezone.now()})
