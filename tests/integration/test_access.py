"""Every URL × every role, and signed out. A URL that this test does not know fails it."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from review.actions import accounts, deciding
from review.models import Role
from review.permissions import ROLES
from tests.factories import World

# Page name → (method, permission). None: open to everybody, signed in or not.
PAGES: dict[str, tuple[str, str | None]] = {
    "sign_in": ("get", None),
    "healthz": ("get", None),
    "worklist": ("get", "read_charts"),
    "next_chart": ("post", "code_charts"),
    "worklist_search": ("post", "read_charts"),
    "worklist_move": ("post", "move_charts"),
    "worklist_filter_save": ("post", "read_charts"),
    "worklist_filter_remove": ("post", "read_charts"),
    "assignment": ("get", "assign_charts"),
    "assignment_rule_add": ("post", "assign_charts"),
    "assignment_rule_change": ("post", "assign_charts"),
    "assignment_apply": ("post", "assign_charts"),
    "assignment_team": ("post", "assign_charts"),
    "my_day": ("get", "code_charts"),
    "chart": ("get", "read_charts"),
    "chart_claim": ("post", "code_charts"),
    "chart_release": ("post", "code_charts"),
    "chart_add": ("post", "code_charts"),
    "chart_undo": ("post", "code_charts"),
    "chart_submit": ("post", "code_charts"),
    "chart_hold": ("post", "code_charts"),
    "chart_resume": ("post", "code_charts"),
    "chart_retry": ("post", "retry_charts"),
    "chart_timeline": ("get", "read_charts"),
    "chart_packet": ("get", "read_charts"),
    "chart_changes": ("get", "read_charts"),
    "suggestion_accept": ("post", "code_charts"),
    "suggestion_modify": ("post", "code_charts"),
    "suggestion_reject": ("post", "code_charts"),
    "assigned_move": ("post", "code_charts"),
    "assigned_poa": ("post", "code_charts"),
    "assigned_detail": ("post", "code_charts"),
    "chart_fix": ("post", "code_charts"),
    "chart_show_suggestions": ("post", "code_charts"),
    "chart_work": ("get", "read_charts"),
    "chart_beat": ("post", "read_charts"),
    "chart_read": ("post", "read_charts"),
    "chart_search": ("post", "read_charts"),
    "keys": ("get", "read_charts"),
    "time_zone": ("get", "choose_own_clock"),
    "guide": ("post", "code_charts"),
    "money": ("post", "read_charts"),
    "workbench_policy": ("get", "run_the_system"),
    "blind_report": ("get", "read_reports"),
    "code_search": ("get", "search_codes"),
    "codebook": ("get", "search_codes"),
    "entry": ("get", "search_codes"),
    "entry_favourite": ("post", "search_codes"),
    "codebook_build": ("get", "search_codes"),
    "codebook_releases": ("get", "search_codes"),
    "codebook_suggest_again": ("post", "run_the_system"),
    "upload": ("get", "bring_in_charts"),
    "reports": ("get", "read_reports"),
    "report_make": ("post", "make_reports"),
    "report": ("get", "read_reports"),
    "report_charts": ("get", "read_reports"),
    "second_look": ("get", "read_audits"),
    "second_look_next": ("post", "audit_charts"),
    "second_look_charts": ("get", "read_audits"),
    "second_look_csv": ("get", "read_audits"),
    "second_look_samples": ("get", "read_audits"),
    "second_look_draw": ("post", "plan_audits"),
    "second_look_plan": ("post", "plan_audits"),
    "second_look_sample": ("get", "read_audits"),
    "second_look_plan_switch": ("post", "plan_audits"),
    "my_audits": ("get", "answer_audits"),
    "my_audits_card": ("get", "answer_audits"),
    "agreement": ("get", "read_audits"),
    "agreement_csv": ("get", "read_audits"),
    "audit": ("get", "open_audits"),
    "audit_take": ("post", "audit_charts"),
    "audit_give_back": ("post", "audit_charts"),
    "audit_add": ("post", "audit_charts"),
    "audit_return": ("post", "audit_charts"),
    "audit_answer": ("post", "answer_audits"),
    "audit_finish": ("post", "audit_charts"),
    "audit_escalate": ("post", "audit_charts"),
    "audit_decide": ("post", "decide_audits"),
    "line_change": ("post", "audit_charts"),
    "line_remove": ("post", "audit_charts"),
    "line_restore": ("post", "audit_charts"),
    "line_poa": ("post", "audit_charts"),
    "line_move": ("post", "audit_charts"),
    "line_explain": ("post", "audit_charts"),
    "double": ("get", "open_audits"),
    "double_take": ("post", "code_again"),
    "double_add": ("post", "code_again"),
    "double_submit": ("post", "code_again"),
    "double_adjudicate": ("post", "adjudicate"),
    "twice_edit": ("post", "code_again"),
    "exports": ("get", "export_decisions"),
    "export_overrides": ("get", "export_decisions"),
    "system": ("get", "run_the_system"),
    "model": ("get", "run_the_system"),
    "model_live": ("get", "run_the_system"),
    "model_route": ("post", "adopt_models"),
    "model_roll_back": ("post", "adopt_models"),
    "adapters_register": ("post", "adopt_models"),
    "adapters_base": ("post", "adopt_models"),
    "adapter_load": ("post", "adopt_models"),
    "adapter_unload": ("post", "adopt_models"),
    "adapter_use": ("post", "adopt_models"),
    "model_replay_all": ("post", "run_the_system"),
    "replay": ("post", "run_the_system"),
    "model_challenger": ("get", "read_reports"),
    "model_challenger_charts": ("get", "read_reports"),
    "model_challenger_csv": ("get", "read_reports"),
}
# Tested on their own: `home` redirects by role, `sign_out` is for all who are signed in, `metrics` asks for a token.
ELSEWHERE = {"home", "sign_out", "metrics"}


def names(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[str]:
    found = []
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += names(pattern.url_patterns, route)
        elif not route.startswith("api/"):
            found.append(pattern.name or route)
    return found


@pytest.fixture
def arguments(world: World) -> dict[str, dict[str, object]]:
    """URL arguments by the name of their parameter's owner."""
    deciding.add(world.outpatient, by=world.coder, code="Z87.891")
    return {
        "chart": {"public_id": world.outpatient.public_id},
        "suggestion": {"pk": world.suggestion.pk},
        "assigned": {"pk": world.outpatient.assigned_codes.get().pk},
        "report": {"week": date(2026, 6, 1)},
        "entry": {"system": "ICD-10-CM", "code": "E11.22"},
        # No such row: who may ask is told 404, everybody else 403.
        "audit": {"pk": 1},
        "line": {"pk": 1},
        "double": {"pk": 1},
        "twice": {"pk": 1},
        "adapter": {"pk": 1},
        "replay": {"public_id": world.outpatient.public_id},
    }


def url_of(name: str, arguments: dict[str, dict[str, object]]) -> str:
    owner = name.split("_")[0]
    if name == "report_make":
        owner = ""
    if name in ("second_look_sample", "second_look_plan_switch"):
        owner = "audit"
    return reverse(name, kwargs=arguments.get(owner, {}))


def test_every_url_is_in_the_table() -> None:
    assert set(names(get_resolver().url_patterns)) == set(PAGES) | ELSEWHERE


@pytest.mark.parametrize("name", PAGES)
def test_signed_out_requests_are_sent_to_sign_in(name: str, arguments: dict[str, dict[str, object]]) -> None:
    method, permission = PAGES[name]
    response = getattr(Client(), method)(url_of(name, arguments))
    if permission is None:
        assert response.status_code in (200, 302)
        assert "next=" not in response.headers.get("Location", "")
    else:
        assert response.status_code == 302
        assert response.headers["Location"].startswith(reverse("sign_in"))


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", [name for name, (_, permission) in PAGES.items() if permission])
def test_wrong_roles_are_refused_and_right_ones_are_not(
    name: str, role: Role, world: World, arguments: dict[str, dict[str, object]]
) -> None:
    method, permission = PAGES[name]
    assert permission is not None
    client = Client()
    client.force_login(world.users[role])
    response = getattr(client, method)(url_of(name, arguments))
    if role in ROLES[permission]:
        assert response.status_code in (200, 302, 400, 404, 409), response.status_code
    else:
        assert response.status_code == 403
        assert b"example, mary" not in response.content.lower()


@pytest.mark.parametrize("name", [name for name, (method, _) in PAGES.items() if method == "post"])
def test_state_never_changes_by_get(name: str, world: World, arguments: dict[str, dict[str, object]]) -> None:
    client = Client()
    client.force_login(world.coder)
    assert client.get(url_of(name, arguments)).status_code == 405


def test_a_deactivated_account_is_signed_out_at_once(world: World) -> None:
    client = Client()
    client.force_login(world.coder)
    assert client.get(reverse("worklist")).status_code == 200
    type(world.coder).objects.filter(pk=world.coder.pk).update(is_active=False)
    assert client.get(reverse("worklist")).status_code == 302


@pytest.mark.parametrize(
    ("role", "page"),
    [(Role.CODER, "worklist"), (Role.SUPERVISOR, "worklist"), (Role.ADMIN, "reports"), (Role.INTEGRATION, "upload")],
)
def test_home_is_where_each_role_begins(role: Role, page: str, world: World) -> None:
    client = Client()
    client.force_login(world.users[role])
    assert client.get(reverse("home")).headers["Location"] == reverse(page)


def test_signing_out_ends_the_session_and_is_no_link(world: World) -> None:
    client = Client()
    client.force_login(world.coder)
    assert client.get(reverse("sign_out")).status_code == 405
    assert client.post(reverse("sign_out")).headers["Location"] == reverse("sign_in")
    assert client.get(reverse("worklist")).status_code == 302


def test_posts_without_a_csrf_token_are_refused(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.coder)
    response = client.post(reverse("suggestion_accept", kwargs={"pk": world.suggestion.pk}))
    assert response.status_code == 403
    assert not world.outpatient.decisions.exists()


def test_pages_are_never_cached_and_carry_a_strict_policy(world: World) -> None:
    client = Client()
    client.force_login(world.coder)
    response = client.get(reverse("chart", kwargs={"public_id": world.outpatient.public_id}))
    assert response.headers["Cache-Control"] == "no-store, private"
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_integration_account_cannot_sign_in_with_a_password(db: None) -> None:
    accounts.create_user("engine", role=Role.INTEGRATION, password=None, by=None)
    assert not Client().login(username="engine", password="")
