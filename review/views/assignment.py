"""Rules that hand out charts, and the teams that they name."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from review import worklist
from review.actions import assigning
from review.actions.errors import InvalidInputError
from review.forms import whole_number
from review.models import AssignmentRule, Role, Team, User
from review.views.decorators import PersonRequest, allow
from review.worklist_forms import RuleForm, TeamForm


@require_GET
@allow("assign_charts")
def show(request: PersonRequest) -> HttpResponse:
    """The rules in their order, the teams, and a form for each."""
    return render(request, "worklist/assignment.html", _page())


@require_POST
@allow("assign_charts")
def add_rule(request: PersonRequest) -> HttpResponse:
    """Store a rule, or show what is wrong with it."""
    form = _rule_form(request.POST)
    if not form.is_valid():
        return render(request, "worklist/assignment.html", _page(form), status=400)
    assigning.add_rule(form.save(commit=False), by=request.user)
    messages.success(request, "The rule holds from now on. Apply the rules to hand out the charts that wait already.")
    return redirect("assignment")


@require_POST
@allow("assign_charts")
def change_rule(request: PersonRequest) -> HttpResponse:
    """Switch a rule on or off, or give it another place."""
    rule = get_object_or_404(AssignmentRule, pk=whole_number(request.POST.get("rule")))
    priority = whole_number(request.POST.get("priority"))
    assigning.change_rule(rule, by=request.user, active=request.POST.get("active") == "on", priority=priority)
    return redirect("assignment")


@require_POST
@allow("assign_charts")
def apply_rules(request: PersonRequest) -> HttpResponse:
    """Hand out the charts that are ready and assigned to nobody."""
    applied = assigning.apply_to_waiting(by=request.user)
    charts = "1 chart is" if applied.assigned == 1 else f"{applied.assigned} charts are"
    more = " More are waiting: apply the rules again." if applied.more else ""
    messages.success(request, f"{charts} assigned.{more}")
    return redirect("assignment")


@require_POST
@allow("assign_charts")
def set_team(request: PersonRequest) -> HttpResponse:
    """Make a team, or change its members."""
    form = TeamForm(request.POST)
    if not form.is_valid():
        raise InvalidInputError("Give the team a name, and choose its members from the list.")
    assigning.set_team(form.cleaned_data["name"], members=form.cleaned_data["members"], by=request.user)
    messages.success(request, "The team is saved.")
    return redirect("assignment")


def _rule_form(data: Any = None) -> RuleForm:
    people = User.objects.filter(role=Role.CODER, is_active=True).order_by("first_name", "last_name", "pk")
    return RuleForm(data, choices=worklist.choices(), people=people)


def _page(form: RuleForm | None = None) -> dict[str, Any]:
    teams = list(Team.objects.prefetch_related("members"))
    return {
        "rules": AssignmentRule.objects.select_related("person", "team"),
        "form": form or _rule_form(),
        "teams": [
            (team, TeamForm({"name": team.name, "members": [each.pk for each in team.members.all()]}))
            for team in teams
        ],
        "team_form": TeamForm(None),
    }
