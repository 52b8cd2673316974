"""What every page's template needs."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from review import permissions


@dataclass(frozen=True, slots=True)
class Nav:
    """One entry of the main navigation."""

    label: str
    url: str
    active: bool


ENTRIES = [
    ("read_charts", "Worklist", "worklist"),
    ("search_codes", "Code book", "codebook"),
    ("bring_in_charts", "Bring in charts", "upload"),
    ("read_reports", "Reports", "reports"),
    ("read_audits", "Second look", "second_look"),
    ("answer_audits", "My audits", "my_audits"),
    ("export_decisions", "Exports", "exports"),
    ("run_the_system", "Model", "model"),
    ("run_the_system", "System", "system"),
]


def page(request: HttpRequest) -> dict[str, Any]:
    """`nav`, `can`, `demo` and `app_name` for base.html."""
    user = getattr(request, "user", None)
    if user is None:
        return {"app_name": "Medcode", "demo": settings.DEMO, "nav": [], "can": SimpleNamespace()}
    nav = [
        Nav(label, reverse(name), request.path.startswith(reverse(name)))
        for permission, label, name in ENTRIES
        if permissions.may(user, permission)
    ]
    can = SimpleNamespace(
        code=permissions.can_code(user),
        read_charts=permissions.can_read_charts(user),
        bring_in_charts=permissions.can_bring_in_charts(user),
        read_reports=permissions.can_read_reports(user),
        make_reports=permissions.can_make_reports(user),
        search_codes=permissions.may(user, "search_codes"),
        export=permissions.can_export(user),
        run_system=permissions.can_run_system(user),
        retry_charts=permissions.may(user, "retry_charts"),
    )
    return {"app_name": "Medcode", "demo": settings.DEMO, "nav": nav, "can": can}
