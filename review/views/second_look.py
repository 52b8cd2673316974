"""The second look: samples and numbers, the worksheet, the coder's answer, the supervisor's word."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from review import worklist
from review.actions import handing_out, sampling
from review.actions import second_look as acts
from review.actions.errors import InvalidInputError
from review.models import AuditPlan, AuditSample, ChartAudit, DoubleCoding, SampleMethod, SampleRule, SampleUnit
from review.models.encounter import Encounter
from review.permissions import can_audit
from review.reports import audit_overview, learning_card
from review.reports.audit_overview import AuditScope
from review.reports.weeks import last_week
from review.views.decorators import PersonRequest, allow

PAGE = 50
Status = ChartAudit.Status


@require_GET
@allow("read_audits")
def index(request: PersonRequest) -> HttpResponse:
    """What waits, and what the closed ones say in numbers."""
    scope = AuditScope.parse(request.GET)
    first, last = audit_overview.period(scope)
    waiting = ChartAudit.objects.filter(status=Status.DRAWN)
    context: dict[str, Any] = {
        "scope": scope,
        "first": first,
        "last": last,
        "overview": audit_overview.overview(scope),
        "waiting": waiting.count(),
        "own": _rows(ChartAudit.objects.filter(status=Status.IN_REVIEW, auditor=request.user)),
        "answered": _rows(
            ChartAudit.objects.filter(status__in=[Status.AGREED, Status.REBUTTED], auditor=request.user)
        ),
        "escalated": _rows(ChartAudit.objects.filter(status=Status.ESCALATED)),
        "with_coders": ChartAudit.objects.filter(status=Status.RETURNED).count(),
        "samples": AuditSample.objects.select_related("plan")[:8],
        "may_audit": can_audit(request.user),
        "csv_url": scope.url("second_look_csv"),
    }
    return render(request, "second_look/index.html", context)


def _rows(found: Any) -> list[ChartAudit]:
    return list(found.select_related("chart__encounter__patient", "coder", "sample").order_by("pk")[:PAGE])


@require_GET
@allow("read_audits")
def samples(request: PersonRequest) -> HttpResponse:
    """The plans, and the form that draws a sample now."""
    context = {
        "plans": AuditPlan.objects.all(),
        "samples": AuditSample.objects.select_related("drawn_by", "plan")[:PAGE],
        "rules": SampleRule.choices,
        "units": SampleUnit.choices,
        "methods": SampleMethod.choices,
        "classes": Encounter.PatientClass.choices,
        "specialties": worklist.specialties(),
        "key": uuid.uuid4(),
        "first": last_week(),
        "last": timezone.localdate(),
    }
    return render(request, "second_look/samples.html", context)


@require_POST
@allow("plan_audits")
def draw(request: PersonRequest) -> HttpResponse:
    """Draw a sample now. The same form sent twice draws once."""
    post = request.POST
    try:
        key = uuid.UUID(post.get("key", ""))
    except ValueError:
        raise InvalidInputError("Open the form again and send it once.", field="key") from None
    sample = sampling.draw(
        sampling.Asked.parse(post),
        _day(post.get("first_day", ""), "first_day"),
        _day(post.get("last_day", ""), "last_day"),
        by=request.user,
        key=key,
        seed=key.int % 1_000_000,
    )
    return redirect("second_look_sample", sample.pk)


@require_POST
@allow("plan_audits")
def plan(request: PersonRequest) -> HttpResponse:
    """Keep a plan; its first sample is drawn at once, from last week."""
    made = sampling.make_plan(request.POST.get("name", ""), sampling.Asked.parse(request.POST), by=request.user)
    sample = sampling.draw_plan(made, last_week(), by=request.user)
    messages.success(request, f"“{made.name}” draws every Monday. This is last week’s sample.")
    return redirect("second_look_sample", sample.pk)


@require_POST
@allow("plan_audits")
def plan_switch(request: PersonRequest, pk: int) -> HttpResponse:
    sampling.switch_plan(get_object_or_404(AuditPlan, pk=pk), by=request.user)
    return redirect("second_look_samples")


@require_GET
@allow("read_audits")
def sample(request: PersonRequest, pk: int) -> HttpResponse:
    """One draw and what became of its charts."""
    found = get_object_or_404(AuditSample.objects.select_related("plan", "drawn_by"), pk=pk)
    chart = "chart__encounter__patient"
    audits = list(found.audits.select_related(chart, "coder", "auditor"))
    doubles = list(found.double_codings.select_related(chart, "first_coder", "second_coder"))
    context = {
        "sample": found,
        "audits": audits,
        "doubles": doubles,
        "drawn": len(audits) + len(doubles),
        "flagged": sum(chart.for_audit for chart in (*(a.chart for a in audits), *(d.chart for d in doubles))),
        "may_audit": can_audit(request.user),
    }
    return render(request, "second_look/sample.html", context)


@require_GET
@allow("read_audits")
def charts(request: PersonRequest) -> HttpResponse:
    """The charts behind a number."""
    scope = AuditScope.parse(request.GET)
    pages = Paginator(audit_overview.audits(scope), PAGE)
    page = pages.get_page(request.GET.get("page"))
    rows = [(each, audit_overview.score_of(each)) for each in page]
    context = {"scope": scope, "page": page, "rows": rows, "first": audit_overview.period(scope)[0]}
    context |= {"last": audit_overview.period(scope)[1], "csv_url": scope.url("second_look_csv")}
    return render(request, "second_look/charts.html", context)


@require_GET
@allow("read_audits")
def csv(request: PersonRequest) -> StreamingHttpResponse:
    """The second looks in the scope, one a line."""
    scope = AuditScope.parse(request.GET)
    lines = handing_out.export(
        "second_looks",
        audit_overview.CSV_HEADER,
        audit_overview.csv_rows(scope),
        by=request.user,
        asked={key: value for key, value in asdict(scope).items() if value},
    )
    return as_csv(lines, "second-looks.csv")


def as_csv(lines: Any, filename: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


@require_POST
@allow("audit_charts")
def next_audit(request: PersonRequest) -> HttpResponse:
    """The auditor's unfinished one, else the next that waits."""
    found = acts.take_next(by=request.user)
    if found is None:
        messages.info(request, "Nothing waits for a second look. Draw a sample below.")
        return redirect("second_look_samples")
    return redirect("audit", found.pk)


@require_GET
@allow("answer_audits")
def mine(request: PersonRequest) -> HttpResponse:
    """A coder's charts that had a second look: those to answer, then the rest; charts to code again, blind."""
    shown = ChartAudit.objects.filter(coder=request.user).exclude(status__in=[Status.DRAWN, Status.IN_REVIEW])
    shown = shown.select_related("chart__encounter__patient").order_by("-returned_at", "-pk")
    again = DoubleCoding.objects.exclude(first_coder=request.user).select_related("chart__encounter__patient")
    context = {
        "to_answer": shown.filter(status=Status.RETURNED),
        "others": [(each, audit_overview.score_of(each)) for each in shown.exclude(status=Status.RETURNED)[:PAGE]],
        "coding": again.filter(status=DoubleCoding.Status.CODING, second_coder=request.user),
        "waiting": again.filter(status=DoubleCoding.Status.WAITING)[:10],
    }
    return render(request, "second_look/mine.html", context)


@require_GET
@allow("answer_audits")
def card(request: PersonRequest) -> HttpResponse:
    """The coder's own learning card; nobody else can open it."""
    return render(request, "second_look/card.html", {"card": learning_card.card(request.user)})


def _day(text: str, name: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise InvalidInputError("Write the day as YYYY-MM-DD.", field=name) from None
    if not date(2000, 1, 1) <= found <= timezone.localdate() + timedelta(days=1):
        raise InvalidInputError("Choose a day that is not in the future.", field=name)
    return found


def load_audit(pk: int) -> ChartAudit:
    rows = ChartAudit.objects.select_related(
        "chart__encounter__patient", "chart__release", "coder", "auditor", "sample"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
