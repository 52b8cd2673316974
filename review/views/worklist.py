"""The worklist: charts waiting for a person, the most certain first."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from review import my_day, worklist, worklist_search
from review.actions import claiming, keeping_filters, moving
from review.actions.moving import Moved, Order
from review.models import Role, SavedFilter, Team, User
from review.permissions import can_code, may
from review.views.decorators import PersonRequest, allow
from review.views.loading import go_to
from review.worklist_forms import HOLD_REASONS, MoveForm, WorklistForm, public_ids, query_of
from review.worklist_rows import rows, shows_drg


@require_GET
@allow("read_charts")
def show(request: PersonRequest) -> HttpResponse:
    """The filtered worklist; for htmx only its rows, from the cursor `after` on."""
    after = request.GET.get("after", "")
    context = _page(request, request.GET, after=after)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "worklist/rows.html" if after else "worklist/list.html", context)
    return render(request, "worklist.html", context | _around(request))


@require_POST
@allow("read_charts")
def search(request: PersonRequest) -> HttpResponse:
    """Charts found by record number, account or name. By POST: what people type here never gets into a URL."""
    found = worklist_search.search(request.POST.get("q", ""))
    context = _page(request, QueryDict(), listed=False)
    context |= {"found": found, "rows": rows(found.charts, user=request.user)}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "worklist/list.html", context)
    return render(request, "worklist.html", context | _around(request))


@require_POST
@allow("code_charts")
def next_chart(request: PersonRequest) -> HttpResponse:
    """Claim the first free chart of the list as filtered, and open it."""
    chart = claiming.claim_next(by=request.user, filters=_form(request, request.POST).chosen())
    if chart is None:
        messages.info(request, "No free chart matches these filters. Choose others, or come back in a while.")
        return redirect("worklist")
    return redirect("chart", public_id=chart.public_id)


@require_POST
@allow("move_charts")
def move(request: PersonRequest) -> HttpResponse:
    """Assign, unassign, hold or release the selected charts; back to the list, with what was refused and why."""
    form = MoveForm(request.POST, people=_people(request.user))
    form.is_valid()
    said = form.cleaned_data
    order = Order(said.get("act", ""), said.get("to"), said.get("reason", ""))
    moved = moving.move(public_ids(request.POST.getlist("chart")), order, by=request.user)
    query = QueryDict(request.POST.get("query", ""))
    done = sum(not each.refusal for each in moved)
    sentence = f"{done} of {len(moved)} {'chart' if len(moved) == 1 else 'charts'}: {moving.DONE[order.act]}."
    if done == len(moved):
        messages.success(request, sentence)
        return go_to(request, f"{reverse('worklist')}?{query.urlencode()}")
    # Rendered at once: a message would carry the patients' names into a cookie.
    refused: list[Moved] = [each for each in moved if each.refusal]
    context = _page(request, query) | _around(request) | {"refused": refused, "moved_sentence": sentence}
    return render(request, "worklist.html", context, status=200 if done else 409)


@require_POST
@allow("read_charts")
def save_filter(request: PersonRequest) -> HttpResponse:
    """Keep the filters under a name; supervisors may share them with a team."""
    form, team = _form(request, request.POST), request.POST.get("share_with", "")
    kept = keeping_filters.save(
        request.POST.get("filter_name", ""),
        form.values(),
        by=request.user,
        team=get_object_or_404(Team, pk=int(team)) if team.isdecimal() and len(team) < 10 else None,
    )
    messages.success(request, "The filters are saved.")
    return go_to(request, f"{reverse('worklist')}?{query_of(kept)}")


@require_POST
@allow("read_charts")
def remove_filter(request: PersonRequest) -> HttpResponse:
    """Remove one's own saved filter."""
    pk = request.POST.get("filter", "")
    keeping_filters.remove(int(pk) if pk.isdecimal() and len(pk) < 10 else 0, by=request.user)
    return go_to(request, reverse("worklist"))


@require_GET
@allow("code_charts")
def own_day(request: PersonRequest) -> HttpResponse:
    """One's own productivity: the only page that shows it, and it takes no name."""
    day = my_day.of(request.user)
    days = [*day.before, day.today]
    plot = {
        "labels": [f"{each.day:%b} {each.day.day}" for each in days],
        "charts": [each.charts for each in days],
        "seconds": [each.seconds_each for each in days],
        "usual": round(day.baseline.charts, 1) if day.baseline else None,
    }
    return render(request, "worklist/my_day.html", {"day": day, "days": days[::-1], "plot": plot})


def _people(user: User) -> QuerySet[User]:
    """Whom this person may assign charts to."""
    coders = User.objects.filter(role=Role.CODER, is_active=True).order_by("first_name", "last_name", "pk")
    return coders if may(user, "assign_charts") else coders.filter(pk=user.pk)


def _form(request: PersonRequest, data: QueryDict) -> WorklistForm:
    people = _people(request.user) if may(request.user, "assign_charts") else ()
    return WorklistForm(data, choices=worklist.choices(), people=people, money=shows_drg(request.user))


def _page(request: PersonRequest, data: QueryDict, *, after: str = "", listed: bool = True) -> dict[str, Any]:
    """The list as filtered: what every answer with rows needs."""
    form = _form(request, data)
    chosen = form.chosen()
    page = worklist.page(chosen, user=request.user, after=after) if listed else worklist.Page([], "")
    query = data.copy()
    query.pop("after", None)
    context: dict[str, Any] = {"form": form, "chosen": chosen, "page": page, "continued": bool(after)}
    context |= {"rows": rows(page.charts, user=request.user), "query": query.urlencode()}
    context["shows_drg"] = shows_drg(request.user, status=chosen.status if listed else "")
    if may(request.user, "move_charts"):
        context |= {"move_form": MoveForm(None, people=_people(request.user)), "hold_reasons": HOLD_REASONS}
    return context


def _around(request: PersonRequest) -> dict[str, Any]:
    """What stands above the list: kept filters, and the coder's own day."""
    user = request.user
    kept = SavedFilter.objects.filter(Q(owner=user) | Q(team__members=user)).select_related("team").distinct()
    context: dict[str, Any] = {"kept": [(each, query_of(each), each.owner_id == user.pk) for each in kept[:60]]}
    if may(user, "assign_charts"):
        context |= {"teams": list(Team.objects.all()[:200]), "can_assign": True}
    if can_code(user):
        context["day"] = my_day.of(user)
    return context
