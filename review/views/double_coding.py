"""A chart coded twice: the blind list, the adjudication, and the agreement over a period."""

from __future__ import annotations

from dataclasses import asdict

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from medcode.codebook import lookup
from review.actions import adjudicating, claiming, handing_out
from review.audit_page import Documentation
from review.models import AssignedCode, DoubleCode, DoubleCoding, Role
from review.reports import double_coding
from review.reports.agreement import FEWEST, agreement
from review.reports.audit_overview import AuditScope, period
from review.views.decorators import PersonRequest, allow
from review.views.second_look import as_csv

Status = DoubleCoding.Status


@require_GET
@allow("read_audits")
def index(request: PersonRequest) -> HttpResponse:
    """κ and α over a period, the charts behind them, and what waits."""
    scope = AuditScope.parse(request.GET)
    first, last = period(scope)
    found = double_coding.read(scope)
    waiting = DoubleCoding.objects.exclude(status__in=[Status.ADJUDICATED])
    context = {
        "first": first,
        "last": last,
        "found": found,
        "series": double_coding.series(found.weeks),
        "waiting": waiting.select_related("chart__encounter__patient", "first_coder", "second_coder")[:50],
        "fewest": FEWEST,
        "csv_url": scope.url("agreement_csv"),
    }
    return render(request, "second_look/agreement.html", context)


@require_GET
@allow("read_audits")
def csv(request: PersonRequest) -> StreamingHttpResponse:
    """The charts of the period, one a line."""
    scope = AuditScope.parse(request.GET)
    asked = {key: value for key, value in asdict(scope).items() if value}
    rows = double_coding.csv_rows(scope)
    lines = handing_out.export("agreement", double_coding.CSV_HEADER, rows, by=request.user, asked=asked)
    return as_csv(lines, "agreement.csv")


@require_GET
@allow("open_audits")
def show(request: PersonRequest, pk: int) -> HttpResponse:
    """The blind list for who codes again, the two lists side by side for who adjudicates."""
    double = _load(pk)
    if request.user.role == Role.CODER and request.user.pk != double.second_coder_id:
        raise Http404
    codes = list(double.codes.all())
    coding = double.status == Status.CODING and double.second_coder_id == request.user.pk
    compared = double.status in (Status.SUBMITTED, Status.ADJUDICATED)
    people = (double.first_coder_id, double.second_coder_id)
    if compared:
        claiming.opened(double.chart, by=request.user)
    context = {
        "double": double,
        "chart": double.chart,
        "codes": sorted(codes, key=lambda row: row.second_sequence or 0) if coding else codes,
        "coding": coding,
        "compared": compared,
        "may_adjudicate": double.status == Status.SUBMITTED and request.user.pk not in people and _third(request),
        "blind": not compared,
        "docs": Documentation(double.chart, with_evidence=compared),
        "systems": lookup.loaded_systems() if coding else [],
        "poa_choices": AssignedCode.Poa.choices,
        "agreement": agreement([double_coding.pair(double)]).table if compared else None,
        "saw_codes": compared and adjudicating.saw_codes(double),
    }
    return render(request, "second_look/double.html", context)


def _third(request: PersonRequest) -> bool:
    return request.user.role in (Role.AUDITOR, Role.SUPERVISOR)


@require_POST
@allow("code_again")
def take(request: PersonRequest, pk: int) -> HttpResponse:
    return redirect("double", adjudicating.take(_load(pk), by=request.user).pk)


@require_POST
@allow("code_again")
def add(request: PersonRequest, pk: int) -> HttpResponse:
    post = request.POST
    system = post.get("code_system") or "ICD-10-CM"
    adjudicating.add(_load(pk), by=request.user, code=post.get("code", ""), code_system=system)
    return redirect("double", pk)


@require_POST
@allow("code_again")
def edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Drop a code of the blind list, make it the first, or set its POA."""
    row = get_object_or_404(DoubleCode.objects.select_related("double"), pk=pk)
    act = request.POST.get("act", "")
    if act == "drop":
        adjudicating.drop(row, by=request.user)
    elif act == "first":
        adjudicating.set_first(row, by=request.user)
    else:
        adjudicating.set_poa(row, by=request.user, poa=request.POST.get("poa", ""))
    return redirect("double", row.double_id)


@require_POST
@allow("code_again")
def submit(request: PersonRequest, pk: int) -> HttpResponse:
    adjudicating.submit(_load(pk), by=request.user)
    messages.success(request, "Submitted. A third person adjudicates where the two codings differ.")
    return redirect("double", pk)


@require_POST
@allow("adjudicate")
def adjudicate(request: PersonRequest, pk: int) -> HttpResponse:
    kept, comments = _picks(request.POST)
    adjudicating.adjudicate(_load(pk), by=request.user, kept=kept, comments=comments)
    messages.success(request, "Adjudicated.")
    return redirect("double", pk)


def _picks(post: QueryDict) -> tuple[dict[int, bool], dict[int, str]]:
    """ "kept-12" is yes or no, "comment-12" says why."""
    kept, comments = {}, {}
    for field, value in post.items():
        name, _, key = field.partition("-")
        if key.isascii() and key.isdigit() and len(key) < 19:
            if name == "kept" and value in ("yes", "no"):
                kept[int(key)] = value == "yes"
            elif name == "comment":
                comments[int(key)] = str(value)
    return kept, comments


def _load(pk: int) -> DoubleCoding:
    rows = DoubleCoding.objects.select_related(
        "chart__encounter__patient", "first_coder", "second_coder", "adjudicator", "sample"
    )
    return get_object_or_404(rows, pk=pk)
