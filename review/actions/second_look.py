"""The way of a second look: taken, returned to the coder, agreed or rebutted, finished or escalated and decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from review.actions.base import audit as record
from review.actions.errors import ConflictError, InvalidInputError
from review.actions.worksheet import LONGEST, locked_audit, open_audit, prefill
from review.models import AuditedCode, ChartAudit, User
from review.permissions import check_can_answer_audits, check_can_audit, check_can_decide_audits
from review.reports.audit_lines import score_of
from review.second_look import target

Status = ChartAudit.Status
Answer = AuditedCode.Answer
Ruling = AuditedCode.Ruling
LONGEST_COMMENT = 1000


@dataclass(frozen=True, slots=True)
class Said:
    """A choice on one finding and the words beside it."""

    choice: str
    comment: str = ""


@transaction.atomic
def take(audit: ChartAudit, *, by: User) -> ChartAudit:
    """Begin a second look; the worksheet starts with the coder's codes."""
    check_can_audit(by)
    audit = locked_audit(audit)
    if audit.status == Status.IN_REVIEW and audit.auditor_id == by.pk:
        return audit
    if audit.coder_id == by.pk:
        raise ConflictError("Nobody takes a second look at their own chart.")
    _move(audit, "take", by=by, auditor=by)
    prefill(audit)
    return audit


@transaction.atomic
def take_next(*, by: User) -> ChartAudit | None:
    """The auditor's own unfinished one, else the first that waits; None when nothing does."""
    check_can_audit(by)
    own = ChartAudit.objects.filter(status=Status.IN_REVIEW, auditor=by).order_by("pk").first()
    if own:
        return own
    waiting = ChartAudit.objects.filter(status=Status.DRAWN).exclude(coder=by).order_by("pk")
    found = waiting.select_for_update(skip_locked=True, of=("self",)).first()
    return take(found, by=by) if found else None


@transaction.atomic
def give_back(audit: ChartAudit, *, by: User) -> ChartAudit:
    """Let another auditor look at it. What was changed on the worksheet is dropped; the trail keeps it."""
    audit = open_audit(audit, by=by)
    audit.codes.all().delete()
    _move(audit, "give_back", by=by, auditor=None)
    return audit


@transaction.atomic
def return_to_coder(audit: ChartAudit, *, by: User, version: int, comment: str = "") -> ChartAudit:
    """Hand the findings to the coder. Without any the second look is finished at once."""
    audit = open_audit(audit, by=by)
    if audit.version != version:
        raise ConflictError("The worksheet has changed since you opened this page: look again, then return it.")
    if len(comment) > LONGEST_COMMENT or "\x00" in comment:
        raise InvalidInputError(f"Keep the comment under {LONGEST_COMMENT} characters.", field="comment")
    if not audit.codes.exclude(code="").exists():
        raise InvalidInputError("Your list is empty: a chart has at least one code.")
    audit.comment = comment.strip()
    now = timezone.now()
    if findings(audit):
        _move(audit, "return", by=by, comment=audit.comment, returned_at=now)
    else:
        _close(audit, "confirm", by=by, comment=audit.comment, returned_at=now)
    return audit


def findings(audit: ChartAudit) -> list[AuditedCode]:
    """The lines on which the auditor differs."""
    return [row for row in audit.codes.all() if row.code != row.coder_code or row.kind]


@transaction.atomic
def answer(audit: ChartAudit, *, by: User, said: Mapping[int, Said]) -> ChartAudit:
    """The coder agrees or rebuts, finding by finding, by their keys. A rebuttal says why."""
    check_can_answer_audits(by)
    audit = locked_audit(audit)
    if audit.coder_id != by.pk:
        raise ConflictError("This is not a chart of yours.")
    _check_status(audit, Status.RETURNED)
    for row in findings(audit):
        own = said.get(row.pk, Said(""))
        if own.choice not in Answer.values:
            raise InvalidInputError(f"Agree or rebut each finding; {_named(row)} has no answer yet.", field="answer")
        if own.choice == Answer.REBUT and not own.comment.strip():
            raise InvalidInputError(f"Say why you rebut {_named(row)}.", field="comment")
        row.answer, row.answer_comment = own.choice, _words(own.comment)
        row.save(update_fields=["answer", "answer_comment"])
        record("second_look.answered", by=by, chart=audit.chart, second_look=audit.pk, line=row.pk, answer=row.answer)
    rebutted = audit.codes.filter(answer=Answer.REBUT).exists()
    _move(audit, "rebut" if rebutted else "agree", by=by, answered_at=timezone.now())
    return audit


@transaction.atomic
def finish(audit: ChartAudit, *, by: User, said: Mapping[int, Said] | None = None) -> ChartAudit:
    """The auditor closes it: at once when the coder agrees, else with a ruling on each rebutted finding."""
    audit = _own(audit, by=by)
    _rule(audit, said or {}, by=by)
    _close(audit, "finish", by=by)
    return audit


@transaction.atomic
def escalate(audit: ChartAudit, *, by: User) -> ChartAudit:
    """The auditor stands by the finding and the coder by the code: a supervisor decides."""
    audit = _own(audit, by=by)
    _move(audit, "escalate", by=by)
    return audit


@transaction.atomic
def decide(audit: ChartAudit, *, by: User, said: Mapping[int, Said]) -> ChartAudit:
    """The supervisor rules on each rebutted finding. That is the last word."""
    check_can_decide_audits(by)
    audit = locked_audit(audit)
    _check_status(audit, Status.ESCALATED)
    _rule(audit, said, by=by)
    _close(audit, "decide", by=by)
    return audit


def _own(audit: ChartAudit, *, by: User) -> ChartAudit:
    check_can_audit(by)
    audit = locked_audit(audit)
    if audit.auditor_id != by.pk:
        raise ConflictError("Another auditor looked at this chart.")
    return audit


def _rule(audit: ChartAudit, said: Mapping[int, Said], *, by: User) -> None:
    for row in audit.codes.filter(answer=Answer.REBUT):
        own = said.get(row.pk, Said(""))
        if own.choice not in Ruling.values:
            raise InvalidInputError(f"Say of {_named(row)} whether the finding stands.", field="ruling")
        row.ruling, row.ruling_comment = own.choice, _words(own.comment)
        row.save(update_fields=["ruling", "ruling_comment"])
        record("second_look.ruled", by=by, chart=audit.chart, second_look=audit.pk, line=row.pk, ruling=row.ruling)


def _words(text: str) -> str:
    if len(text) > LONGEST or "\x00" in text:
        raise InvalidInputError(f"Keep the comment under {LONGEST} characters.", field="comment")
    return text.strip()


def _named(row: AuditedCode) -> str:
    return row.display or row.coder_display


def _check_status(audit: ChartAudit, status: ChartAudit.Status) -> None:
    if audit.status != status:
        raise ConflictError(f"This is not possible now: {audit.get_status_display().lower()}.")


def _close(audit: ChartAudit, action: str, *, by: User, **values: Any) -> None:
    counted = score_of(audit)
    _move(audit, action, by=by, closed_at=timezone.now(), closed_by=by, score=counted.as_json(), **values)


def _move(audit: ChartAudit, action: str, *, by: User, **values: Any) -> None:
    """Move a locked second look along its table, with the row in the trail."""
    after = target(audit.status, action)
    if after is None:
        raise ConflictError(f"This is not possible now: {audit.get_status_display().lower()}.")
    ChartAudit.objects.filter(pk=audit.pk).update(status=after, version=F("version") + 1, **values)
    record(f"second_look.{action}", by=by, chart=audit.chart, second_look=audit.pk)
    audit.refresh_from_db(fields=["status", "version", *values])
