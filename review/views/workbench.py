"""The chart page's helpers: fixes, search, blind charts, time and lease; each person's keys; the admin's policy."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from review import chart_page, chart_search
from review.actions import blinding, mending, workbench
from review.actions.errors import InvalidInputError
from review.forms import version_of, whole_number
from review.keys import ACTS, USUAL
from review.reports import blind
from review.views.decorators import PersonRequest, allow
from review.views.loading import answer_with_work, load_chart


@require_POST
@allow("code_charts")
def fix(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Do what a finding proposes."""
    chart = load_chart(public_id)
    mending.mend(
        chart,
        by=request.user,
        act=request.POST.get("act", ""),
        code=request.POST.get("code", "")[:20],
        value=request.POST.get("value", "")[:20],
        rule=request.POST.get("rule", ""),
        version=version_of(request.POST),
    )
    return answer_with_work(request, chart)


@require_POST
@allow("code_charts")
def show_suggestions(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Save one's own list of a blind chart and see what is suggested."""
    blinding.show(load_chart(public_id), by=request.user)
    # The notes change too: evidence is marked from now on.
    return redirect_or_refresh(request, public_id)


@require_GET
@allow("read_charts")
def work(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """The work pane as it stands now; asked for when somebody else has changed the chart."""
    return answer_with_work(request, load_chart(public_id))


@require_POST
@allow("read_charts")
def beat(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Count active seconds, keep the lease of a person at work, and say who holds the chart."""
    chart = load_chart(public_id)
    seconds = max(0, whole_number(request.POST.get("seconds")))
    spent = workbench.spend(chart, by=request.user, seconds=seconds)
    if seconds:
        workbench.stay_awake(chart, by=request.user)
    chart = load_chart(public_id)
    changed = version_of(request.POST) not in (None, chart.version)
    held = chart.claimed_by if chart.is_held else None
    context = {"chart": chart, "held": held, "mine": held == request.user, "seconds": spent, "changed": changed}
    return render(request, "chart/lease.html", context)


@require_POST
@allow("read_charts")
def read(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Remember that a note was read."""
    notes = load_chart(public_id).notes.filter(superseded_at__isnull=True)
    workbench.read_note(get_object_or_404(notes, pk=whole_number(request.POST.get("note"))), by=request.user)
    return HttpResponse(status=204)


@require_POST
@allow("read_charts")
def search(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Search the chart's notes. By POST: what is looked for may name the patient, and URLs are logged."""
    chart = load_chart(public_id)
    asked = request.POST.get("words", "")
    hits = chart_search.find(chart.notes.filter(superseded_at__isnull=True), asked)
    context = {"chart": chart, "hits": hits, "asked": asked.strip(), "most": chart_search.MOST_HITS}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "chart/hits.html", context)
    page = chart_page.load(chart, user=request.user)
    return render(request, "chart/show.html", context | {"page": page})


@require_POST
@allow("read_charts")
def money(request: PersonRequest) -> HttpResponse:
    """Hide or show what concerns money, for oneself."""
    workbench.hide_money(by=request.user, hide=request.POST.get("hide") == "1")
    return redirect(_back(request))


@require_POST
@allow("code_charts")
def guide(request: PersonRequest) -> HttpResponse:
    """End the guided first chart, or begin it again. htmx takes the empty answer in the panel's place."""
    if "again" in request.POST:
        workbench.begin_guide(by=request.user)
    else:
        workbench.end_guide(by=request.user)
    return HttpResponse() if request.htmx else redirect(_back(request))  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@allow("read_charts")
def keys(request: PersonRequest) -> HttpResponse:
    """The keys of the chart page, to change."""
    current, error = workbench.keys(request.user), ""
    if request.method == "POST":
        usual = "usual" in request.POST
        chosen = dict(USUAL) if usual else {name: request.POST.get(f"key_{name}", current[name]) for name in USUAL}
        try:
            workbench.set_keys(by=request.user, chosen=chosen)
        except InvalidInputError as refused:
            current, error = chosen, refused.reason
        else:
            messages.success(request, "Your keys are saved.")
            return redirect(_back(request, otherwise="keys"))
    rows = [(act, current[act.name]) for act in ACTS]
    context = {"rows": rows, "error": error, "next": _back(request, otherwise="")}
    return render(request, "workbench/keys.html", context, status=400 if error else 200)


@require_http_methods(["GET", "POST"])
@allow("run_the_system")
def policy(request: PersonRequest) -> HttpResponse:
    """What an admin sets for everybody: the share of blind charts, and whether money is hidden at first."""
    if request.method == "POST":
        percent = whole_number(request.POST.get("blind_percent"))
        workbench.set_policy(by=request.user, blind_share=percent / 100, hide_money="hide_money" in request.POST)
        messages.success(request, "Saved. It counts for charts that are read from now on.")
        return redirect("workbench_policy")
    row = workbench.policy()
    context = {"policy": row, "percent": round(100 * row.blind_share), "figures": blind.figures()}
    return render(request, "workbench/policy.html", context)


@require_GET
@allow("read_reports")
def blind_report(request: PersonRequest) -> HttpResponse:
    """Recall on blind charts, and the charts behind it."""
    context = {"figures": blind.figures(), "readings": blind.latest()}
    return render(request, "workbench/blind.html", context)


def redirect_or_refresh(request: PersonRequest, public_id: UUID) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect("chart", public_id=public_id)


def _back(request: PersonRequest, *, otherwise: str = "worklist") -> str:
    """The page of ours that the form names, else a default."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe and target.startswith("/") else otherwise
