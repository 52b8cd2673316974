"""The decision log for admins: choose, look at the first rows, download."""

from __future__ import annotations

from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from review import worklist
from review.actions import exporting
from review.actions.errors import InvalidInputError
from review.exports import filters, log
from review.exports.filters import SCOPES, DecisionFilter
from review.models import User
from review.views.decorators import PersonRequest, allow

PREVIEW = 10
COUNTED = 10_000


@require_GET
@allow("export_decisions")
def index(request: PersonRequest) -> HttpResponse:
    """The filters, how many rows they let through, and the first of them."""
    context: dict[str, Any] = {
        "values": {name: request.GET.get(name, "") for name in ("scope", "from", "to", "specialty", "coder", "code")},
        "scopes": SCOPES,
        "specialties": worklist.specialties(),
        "coders": User.objects.filter(role="coder").order_by("username"),
        "header": log.HEADER,
    }
    try:
        asked = DecisionFilter.parse(request.GET)
    except InvalidInputError as error:
        return render(request, "exports/index.html", context | {"error": error}, status=error.status)
    found = filters.decisions(asked)
    counted = found.order_by()[: COUNTED + 1].count()
    context |= {
        "count": min(counted, COUNTED),
        "more": counted > COUNTED,
        "rows": list(islice(log.rows(found, PREVIEW), PREVIEW)),
        "download_url": f"{reverse('export_overrides')}?{urlencode(asked.as_dict())}",
    }
    return render(request, "exports/index.html", context)


@require_GET
@allow("export_decisions")
def overrides(request: PersonRequest) -> StreamingHttpResponse:
    """The rows as CSV, sent while they are read."""
    asked = DecisionFilter.parse(request.GET)
    response = StreamingHttpResponse(
        exporting.export_overrides(asked, by=request.user), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{filename(asked)}"'
    response["X-Accel-Buffering"] = "no"  # nginx passes the lines on as they come
    return response


def filename(asked: DecisionFilter) -> str:
    """Names the days, never the coder: file names travel further than files."""
    days = [f"{word}-{day}" for word, day in (("from", asked.first), ("to", asked.last)) if day]
    return "-".join(["overrides" if asked.scope == "overrides" else "decisions", *days]) + ".csv"
