"""Champion against challenger: the report, the charts behind its numbers, and its rows as CSV."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from inference import routing
from review.actions.errors import InvalidInputError
from review.exports import cells
from review.permissions import can_read_charts
from review.reports import challenger, comparing, serving, versus
from review.reports.challenger import Pair, Scope
from review.views.decorators import PersonRequest, allow

PAGE = 50


@require_GET
@allow("read_reports")
def show(request: PersonRequest) -> HttpResponse:
    """Both over the charts that both have read."""
    pairs, pair = _pair(request)
    context: dict[str, Any] = {
        "pairs": pairs,
        "pair": pair,
        "choice": routing.current(),
        "shadows": serving.shadows(),
        "latest": challenger.LATEST,
    }
    if pair:
        charts = challenger.compared(pair)
        found = versus.tables(pair, comparing.compare(charts))
        context |= {"found": found, "total_rows": [found.total], "cut": len(charts) >= challenger.LATEST}
    return render(request, "model/challenger.html", context)


@require_GET
@allow("read_reports")
def charts(request: PersonRequest) -> HttpResponse:
    """The charts behind a number, a page at a time, the latest first."""
    _, pair = _pair(request)
    scope = Scope.parse(request.GET)
    found = [each for each in challenger.compared(pair) if scope.holds(each)] if pair else []
    start = _start(request.GET.get("from", ""))
    rows = found[start : start + PAGE]
    context = {
        "pair": pair,
        "scope": scope,
        "total": len(found),
        "rows": versus.chart_rows(rows),
        "tabs": versus.tabs(pair, scope) if pair else [],
        "chips": versus.chips(pair, scope) if pair else [],
        "next_url": f"{scope.url(pair)}&from={start + PAGE}" if pair and start + PAGE < len(found) else "",
        "first_url": scope.url(pair) if pair and start else "",
        "open_charts": can_read_charts(request.user),
        "size": PAGE,
    }
    return render(request, "model/challenger_charts.html", context)


@require_GET
@allow("read_reports")
def download(request: PersonRequest) -> StreamingHttpResponse:
    """All charts, then each specialty, as CSV."""
    _, pair = _pair(request)
    found = comparing.compare(challenger.compared(pair)) if pair else comparing.Comparison()
    rows = [found.total, *found.specialties] if found.total else []
    response = StreamingHttpResponse(
        cells.lines(challenger.CSV_HEADER, challenger.csv_rows(rows)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="champion-challenger.csv"'
    return response


def _pair(request: PersonRequest) -> tuple[list[Pair], Pair | None]:
    pairs = challenger.pairs()
    return pairs, challenger.find(pairs, request.GET.get("pair", "").strip())


def _start(text: str) -> int:
    if text and not (text.isascii() and text.isdigit() and len(text) < 7):
        raise InvalidInputError("is not the beginning of a page.", field="from")
    return int(text or "0")
