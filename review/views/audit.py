"""One second look: the worksheet line by line, its way to the coder and back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from review.actions import claiming, worksheet
from review.actions import second_look as acts
from review.actions.second_look import Said
from review.audit_page import AuditPage, may_open
from review.forms import whole_number
from review.models import AuditedCode, ChartAudit
from review.views.decorators import PersonRequest, allow
from review.views.second_look import load_audit


@require_GET
@allow("open_audits")
def show(request: PersonRequest, pk: int) -> HttpResponse:
    """The worksheet for its auditor, the answer for the coder, the ruling for whoever's turn it is."""
    audit = load_audit(pk)
    if not may_open(audit, request.user):
        raise Http404
    claiming.opened(audit.chart, by=request.user)
    return render(request, "second_look/audit.html", {"page": AuditPage(audit, request.user), "chart": audit.chart})


@require_POST
@allow("audit_charts")
def take(request: PersonRequest, pk: int) -> HttpResponse:
    return redirect("audit", acts.take(load_audit(pk), by=request.user).pk)


@require_POST
@allow("audit_charts")
def give_back(request: PersonRequest, pk: int) -> HttpResponse:
    acts.give_back(load_audit(pk), by=request.user)
    return redirect("second_look")


@require_POST
@allow("audit_charts")
def add(request: PersonRequest, pk: int) -> HttpResponse:
    audit, post = load_audit(pk), request.POST
    worksheet.add(
        audit,
        by=request.user,
        code=post.get("code", ""),
        code_system=post.get("code_system") or "ICD-10-CM",
        kind=post.get("kind", ""),
        comment=post.get("comment", ""),
    )
    return answer_with_sheet(request, audit)


@require_POST
@allow("audit_charts")
def return_to_coder(request: PersonRequest, pk: int) -> HttpResponse:
    post = request.POST
    audit = acts.return_to_coder(
        load_audit(pk),
        by=request.user,
        version=whole_number(post.get("version")),
        comment=post.get("comment", ""),
    )
    if audit.is_closed:
        messages.success(request, "No difference: the second look is finished.")
    else:
        messages.success(request, f"Returned to {audit.coder.display_name}.")
    return redirect("second_look")


@require_POST
@allow("answer_audits")
def answer(request: PersonRequest, pk: int) -> HttpResponse:
    audit = acts.answer(load_own(request, pk), by=request.user, said=said(request.POST, "answer"))
    rebutted = audit.status == ChartAudit.Status.REBUTTED
    messages.success(request, "Your rebuttal went to the auditor." if rebutted else "You agreed with the findings.")
    return redirect("my_audits")


@require_POST
@allow("audit_charts")
def finish(request: PersonRequest, pk: int) -> HttpResponse:
    acts.finish(load_audit(pk), by=request.user, said=said(request.POST, "ruling"))
    messages.success(request, "The second look is finished.")
    return redirect("audit", pk)


@require_POST
@allow("audit_charts")
def escalate(request: PersonRequest, pk: int) -> HttpResponse:
    acts.escalate(load_audit(pk), by=request.user)
    messages.success(request, "A supervisor decides.")
    return redirect("audit", pk)


@require_POST
@allow("decide_audits")
def decide(request: PersonRequest, pk: int) -> HttpResponse:
    acts.decide(load_audit(pk), by=request.user, said=said(request.POST, "ruling"))
    messages.success(request, "Decided.")
    return redirect("audit", pk)


def said(post: QueryDict, name: str) -> dict[int, Said]:
    """Choices and comments by the key of their line: "answer-12", "comment-12"."""
    found = {}
    for field, value in post.items():
        prefix, _, key = field.partition("-")
        if prefix == name and key.isascii() and key.isdigit() and len(key) < 19:
            found[int(key)] = Said(str(value), str(post.get(f"comment-{key}", "")))
    return found


def load_own(request: PersonRequest, pk: int) -> ChartAudit:
    """A second look that the coder may open; 404 for anybody else's."""
    audit = load_audit(pk)
    if not may_open(audit, request.user):
        raise Http404
    return audit


# Lines of the worksheet.


def load_line(pk: int) -> AuditedCode:
    rows: QuerySet[AuditedCode] = AuditedCode.objects.select_related("audit__chart__encounter__patient")
    return get_object_or_404(rows, pk=pk)


@require_POST
@allow("audit_charts")
def change(request: PersonRequest, pk: int) -> HttpResponse:
    line, post = load_line(pk), request.POST
    worksheet.change(
        line,
        by=request.user,
        code=post.get("code", ""),
        code_system=post.get("code_system", ""),
        kind=post.get("kind", ""),
        comment=post.get("comment", ""),
    )
    return answer_with_sheet(request, line.audit)


@require_POST
@allow("audit_charts")
def remove(request: PersonRequest, pk: int) -> HttpResponse:
    line, post = load_line(pk), request.POST
    worksheet.remove(line, by=request.user, kind=post.get("kind", ""), comment=post.get("comment", ""))
    return answer_with_sheet(request, line.audit)


@require_POST
@allow("audit_charts")
def restore(request: PersonRequest, pk: int) -> HttpResponse:
    line = load_line(pk)
    worksheet.restore(line, by=request.user)
    return answer_with_sheet(request, line.audit)


@require_POST
@allow("audit_charts")
def poa(request: PersonRequest, pk: int) -> HttpResponse:
    line = load_line(pk)
    worksheet.set_poa(line, by=request.user, poa=request.POST.get("poa", ""))
    return answer_with_sheet(request, line.audit)


@require_POST
@allow("audit_charts")
def move(request: PersonRequest, pk: int) -> HttpResponse:
    line = load_line(pk)
    worksheet.move(line, by=request.user, to=whole_number(request.POST.get("to")))
    return answer_with_sheet(request, line.audit)


@require_POST
@allow("audit_charts")
def explain(request: PersonRequest, pk: int) -> HttpResponse:
    line = load_line(pk)
    worksheet.explain(line, by=request.user, comment=request.POST.get("comment", ""))
    return answer_with_sheet(request, line.audit)


def answer_with_sheet(request: PersonRequest, audit: ChartAudit) -> HttpResponse:
    """After an act: the fresh worksheet for htmx, the whole page for a browser without scripts."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("audit", audit.pk)
    context: dict[str, Any] = {"page": AuditPage(load_audit(audit.pk), request.user), "chart": audit.chart}
    return render(request, "second_look/sheet.html", context)
