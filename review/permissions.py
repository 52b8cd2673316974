"""Who may do what, in pairs: `check_can_x` raises with the sentence the person reads, `can_x` asks."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser

from review.actions.errors import NotAllowedError
from review.models import Role, User

# Which roles may open which part. The URL test walks this table.
ROLES: dict[str, frozenset[str]] = {
    "code_charts": frozenset({Role.CODER}),
    "read_charts": frozenset({Role.CODER, Role.CDI_SPECIALIST, Role.AUDITOR, Role.SUPERVISOR}),
    "bring_in_charts": frozenset({Role.CODER, Role.SUPERVISOR, Role.ADMIN, Role.INTEGRATION}),
    "read_reports": frozenset({Role.AUDITOR, Role.SUPERVISOR, Role.ADMIN}),
    "make_reports": frozenset({Role.SUPERVISOR, Role.ADMIN}),
    "export_decisions": frozenset({Role.ADMIN}),
    "retry_charts": frozenset({Role.CODER, Role.SUPERVISOR, Role.ADMIN}),
    "run_the_system": frozenset({Role.ADMIN}),
    "adopt_models": frozenset({Role.ADMIN}),
    "search_codes": frozenset({Role.CODER, Role.CDI_SPECIALIST, Role.AUDITOR, Role.SUPERVISOR, Role.ADMIN}),
    "ask_codebook": frozenset(Role),
    "plan_audits": frozenset({Role.AUDITOR, Role.SUPERVISOR}),
    "read_audits": frozenset({Role.AUDITOR, Role.SUPERVISOR}),
    "audit_charts": frozenset({Role.AUDITOR}),
    "open_audits": frozenset({Role.CODER, Role.AUDITOR, Role.SUPERVISOR}),
    "answer_audits": frozenset({Role.CODER}),
    "decide_audits": frozenset({Role.SUPERVISOR}),
    "code_again": frozenset({Role.CODER, Role.AUDITOR}),
    "adjudicate": frozenset({Role.AUDITOR, Role.SUPERVISOR}),
    "assign_charts": frozenset({Role.SUPERVISOR}),
    "move_charts": frozenset({Role.CODER, Role.SUPERVISOR}),
    "choose_own_clock": frozenset(Role),
    "see_whole_mrn": frozenset({Role.CODER, Role.CDI_SPECIALIST, Role.AUDITOR}),
}

SENTENCES = {
    "code_charts": "Only coders decide codes.",
    "read_charts": "Charts are open to coders, CDI specialists, auditors and supervisors.",
    "bring_in_charts": "Charts are brought in by coders, supervisors, admins and the integration account.",
    "read_reports": "Reports are open to auditors, supervisors and admins.",
    "make_reports": "Reports are made by supervisors and admins.",
    "export_decisions": "Only admins export the decision log.",
    "retry_charts": "Failed charts are tried again by coders, supervisors and admins.",
    "adopt_models": "Only admins put a retrained coder to use.",
    "run_the_system": "Only admins see the state of the system.",
    "search_codes": "The code book is open to everyone who reads charts.",
    "ask_codebook": "The code book is open to every account that is active.",
    "plan_audits": "Audit samples are planned and drawn by auditors and supervisors.",
    "read_audits": "Audits are open to auditors and supervisors; coders find theirs under “My audits”.",
    "audit_charts": "Only auditors take a second look at charts.",
    "open_audits": "A second look is open to the auditor, the coder whose chart it is, and supervisors.",
    "answer_audits": "Findings are answered by the coder whose chart it is.",
    "decide_audits": "Escalated findings are decided by supervisors.",
    "code_again": "Charts are coded a second time by coders and auditors.",
    "adjudicate": "Two codings are adjudicated by auditors and supervisors.",
    "assign_charts": "Supervisors assign charts and make the rules for it.",
    "move_charts": "Charts are moved by coders and supervisors.",
    "choose_own_clock": "Times are shown by the clock of whoever is signed in.",
    "see_whole_mrn": "Whole record numbers are for those who work on the chart.",
}

Person = User | AnonymousUser


def may(person: Person, permission: str) -> bool:
    """Whether the person's role holds the permission; nobody who is signed out or deactivated does."""
    return person.is_active and getattr(person, "role", None) in ROLES[permission]


def check(person: Person, permission: str) -> None:
    """Raise `NotAllowedError` with the sentence the person reads."""
    if not may(person, permission):
        raise NotAllowedError(SENTENCES[permission])


def _pair(permission: str) -> tuple[Callable[[Person], None], Callable[[Person], bool]]:
    return (lambda person: check(person, permission)), (lambda person: may(person, permission))


check_can_code, can_code = _pair("code_charts")
check_can_read_charts, can_read_charts = _pair("read_charts")
check_can_bring_in_charts, can_bring_in_charts = _pair("bring_in_charts")
check_can_read_reports, can_read_reports = _pair("read_reports")
check_can_make_reports, can_make_reports = _pair("make_reports")
check_can_export, can_export = _pair("export_decisions")
check_can_run_system, can_run_system = _pair("run_the_system")
check_can_adopt, can_adopt = _pair("adopt_models")
check_can_plan_audits, can_plan_audits = _pair("plan_audits")
check_can_audit, can_audit = _pair("audit_charts")
check_can_answer_audits, can_answer_audits = _pair("answer_audits")
check_can_decide_audits, can_decide_audits = _pair("decide_audits")
check_can_code_again, can_code_again = _pair("code_again")
check_can_adjudicate, can_adjudicate = _pair("adjudicate")
