"""Accept, modify, reject, add and undo."""

from __future__ import annotations

import pytest

from review.actions import claiming, deciding, undoing
from review.actions.errors import ConflictError, InvalidInputError, NotAllowedError
from review.models import AuditEvent, Decision, Role, Suggestion
from tests.factories import World, user

State = Suggestion.State


def test_accepting_assigns_the_code_and_logs_who_when_what_and_which_model(world: World) -> None:
    decision = deciding.accept(world.suggestion, by=world.coder, seconds_spent=7)

    assigned = world.outpatient.assigned_codes.get()
    assert (assigned.code, assigned.sequence, assigned.decision) == (world.suggestion.code, 1, decision)
    assert world.suggestion.state == State.ACCEPTED
    assert decision.coder == world.coder
    assert decision.seconds_spent == 7
    assert decision.model_version == str(world.suggestion.run.model_version)
    assert (decision.band, decision.confidence) == (world.suggestion.band, world.suggestion.confidence)
    audit = AuditEvent.objects.get(event="decision.accept")
    assert (audit.actor, audit.chart, audit.detail) == (world.coder, world.outpatient, {"decision": decision.pk})


def test_accepting_twice_is_a_conflict_and_logs_once(world: World) -> None:
    deciding.accept(world.suggestion, by=world.coder)
    with pytest.raises(ConflictError, match="accepted already"):
        deciding.accept(world.suggestion, by=world.coder)
    assert world.outpatient.decisions.count() == 1


def test_an_act_claims_the_chart_and_keeps_others_out(world: World) -> None:
    deciding.accept(world.suggestion, by=world.coder)
    world.outpatient.refresh_from_db()
    assert world.outpatient.claimed_by == world.coder
    other = world.outpatient.suggestions.filter(state=State.PENDING)[0]
    with pytest.raises(ConflictError, match="is coding this chart"):
        deciding.accept(other, by=user(Role.CODER))


@pytest.mark.parametrize("role", [role for role in Role if role != Role.CODER])
def test_nobody_but_a_coder_decides(world: World, role: Role) -> None:
    with pytest.raises(NotAllowedError, match="Only coders"):
        deciding.accept(world.suggestion, by=world.users[role])
    assert not Decision.objects.exists()


def test_modifying_keeps_both_codes_and_the_reason(world: World) -> None:
    decision = deciding.modify(
        world.suggestion, by=world.coder, code="e11.65", reason="less_specific", comment=" A1c 9 "
    )
    assert (decision.suggested_code, decision.final_code) == (world.suggestion.code, "E1165")
    assert (decision.reason, decision.comment) == ("less_specific", "A1c 9")
    assert world.outpatient.assigned_codes.get().display == "E11.65"
    assert world.suggestion.state == State.MODIFIED


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", "Choose a code"),
        ("E11", "category, not a billable code"),
        ("Q99.99", "not a code of ICD-10-CM April 2026"),
        ("<script>", "not a code of"),
    ],
)
def test_modifying_to_what_is_no_billable_code_is_refused_by_name(world: World, code: str, sentence: str) -> None:
    with pytest.raises(InvalidInputError, match=sentence):
        deciding.modify(world.suggestion, by=world.coder, code=code, reason="wrong_code")
    assert not world.outpatient.assigned_codes.exists()


def test_modifying_to_the_same_code_is_refused(world: World) -> None:
    with pytest.raises(InvalidInputError, match="accept it instead"):
        deciding.modify(world.suggestion, by=world.coder, code=world.suggestion.display, reason="wrong_code")


def test_rejecting_assigns_nothing_and_flags_the_chart(world: World) -> None:
    decision = deciding.reject(world.suggestion, by=world.coder, reason="negated")
    world.outpatient.refresh_from_db()
    assert world.outpatient.needs_manual_review
    assert not world.outpatient.assigned_codes.exists()
    assert (decision.act, decision.final_code) == ("reject", "")


@pytest.mark.parametrize(("reason", "comment"), [("", ""), ("because", ""), ("other", "  ")])
def test_rejecting_needs_a_known_reason_and_words_for_other(world: World, reason: str, comment: str) -> None:
    with pytest.raises(InvalidInputError):
        deciding.reject(world.suggestion, by=world.coder, reason=reason, comment=comment)
    assert world.suggestion.state == State.PENDING


def test_adding_assigns_what_the_model_missed(world: World) -> None:
    decision = deciding.add(world.outpatient, by=world.coder, code="Z87.891")
    assert (decision.act, decision.suggestion, decision.suggested_code) == ("add", None, "")
    assert world.outpatient.assigned_codes.get().display == "Z87.891"


def test_adding_a_code_that_is_suggested_points_to_the_suggestion(world: World) -> None:
    with pytest.raises(ConflictError, match="accept it there"):
        deciding.add(world.outpatient, by=world.coder, code=world.suggestion.code)


def test_adding_a_code_twice_is_a_conflict(world: World) -> None:
    deciding.add(world.outpatient, by=world.coder, code="Z87.891")
    with pytest.raises(ConflictError, match="on the chart already"):
        deciding.add(world.outpatient, by=world.coder, code="Z87891")


def test_undo_takes_back_the_last_act_and_keeps_it_in_the_log(world: World) -> None:
    accepted = deciding.accept(world.suggestion, by=world.coder)
    undone = undoing.undo(world.outpatient, by=world.coder)
    assert undone.undoes == accepted
    assert world.suggestion.state == State.PENDING
    assert not world.outpatient.assigned_codes.exists()
    assert [each.act for each in world.outpatient.decisions.all()] == ["accept", "undo"]


def test_undoing_a_rejection_takes_the_flag_away(world: World) -> None:
    deciding.reject(world.suggestion, by=world.coder, reason="negated")
    undoing.undo(world.outpatient, by=world.coder)
    world.outpatient.refresh_from_db()
    assert not world.outpatient.needs_manual_review


def test_undoing_one_of_several_closes_the_gap_in_the_order(world: World) -> None:
    first = deciding.add(world.outpatient, by=world.coder, code="Z87.891")
    deciding.add(world.outpatient, by=world.coder, code="Z79.4")
    undoing.undo(world.outpatient, by=world.coder, decision=first)
    assert [(each.sequence, each.display) for each in world.outpatient.assigned_codes.all()] == [(1, "Z79.4")]


def test_there_is_nothing_to_undo_twice(world: World) -> None:
    decision = deciding.accept(world.suggestion, by=world.coder)
    undoing.undo(world.outpatient, by=world.coder)
    with pytest.raises(ConflictError, match="nothing to undo"):
        undoing.undo(world.outpatient, by=world.coder, decision=decision)


def test_time_spent_is_kept_within_a_day(world: World) -> None:
    assert deciding.accept(world.suggestion, by=world.coder, seconds_spent=10**9).seconds_spent == 24 * 3600


def test_an_expired_lease_frees_the_chart(world: World) -> None:
    claiming.claim(world.outpatient, by=world.coder)
    world.outpatient.__class__.objects.filter(pk=world.outpatient.pk).update(claim_expires_at="2026-01-01T00:00Z")
    other = user(Role.CODER)
    deciding.accept(world.suggestion, by=other)
    world.outpatient.refresh_from_db()
    assert world.outpatient.claimed_by == other
