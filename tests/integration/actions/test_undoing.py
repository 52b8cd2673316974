"""Undo goes back act by act, and a code taken off by name comes back as it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from medcode.codebook.models import CodeSystem
from review.actions import deciding, mending, sequencing, undoing
from review.actions.errors import ConflictError
from review.models import AssignedCode, Chart, Decision, Suggestion
from tests.factories import World

State = Suggestion.State


def take_off(chart: Chart, world: World, code: str) -> Decision:
    return undoing.undo(chart, by=world.coder, decision=chart.assigned_codes.get(code=code).decision)


def order(chart: Chart) -> list[tuple[int, str]]:
    return [(each.sequence, each.display) for each in chart.assigned_codes.all()]


@pytest.fixture
def visit(world: World) -> Chart:
    """Three diagnoses and a service that points to two of them."""
    for code in ("Z87.891", "Z79.4", "I25.2"):
        deciding.add(world.outpatient, by=world.coder, code=code, comment=f"from the note: {code}")
    service = deciding.add(world.outpatient, by=world.coder, code="99213", code_system=CodeSystem.CPT).assigned_code
    sequencing.detail(service, by=world.coder, modifiers="25", units=2, pointers=[3, 1], performed_by="Dr. Example")
    return world.outpatient


def test_a_code_taken_off_by_name_comes_back_at_its_place(world: World, visit: Chart) -> None:
    take_off(visit, world, "Z87891")
    assert order(visit) == [(1, "Z79.4"), (2, "I25.2"), (1, "99213")]
    back = undoing.undo(visit, by=world.coder)
    assert order(visit) == [(1, "Z87.891"), (2, "Z79.4"), (3, "I25.2"), (1, "99213")]
    assert (back.act, back.final_code, back.comment) == ("add", "Z87891", "from the note: Z87.891")


def test_pointers_to_a_diagnosis_come_back_with_it(world: World, visit: Chart) -> None:
    take_off(visit, world, "I252")
    undoing.undo(visit, by=world.coder)
    pointers = visit.assigned_codes.get(code="99213").pointers.select_related("diagnosis")
    assert [(each.position, each.diagnosis.code) for each in pointers] == [(1, "I252"), (2, "Z87891")]


def test_a_service_comes_back_with_all_that_was_said_of_it(world: World, visit: Chart) -> None:
    before = visit.assigned_codes.get(code="99213")
    AssignedCode.objects.filter(pk=before.pk).update(performed_on=visit.coding_date - timedelta(days=1))
    take_off(visit, world, "99213")
    undoing.undo(visit, by=world.coder)
    after = visit.assigned_codes.get(code="99213")
    assert (after.modifiers, after.units, after.performed_by) == ("25", 2, "Dr. Example")
    assert after.performed_on == visit.coding_date - timedelta(days=1)
    assert [each.diagnosis.code for each in after.pointers.select_related("diagnosis")] == ["I252", "Z87891"]


def test_poa_comes_back(world: World) -> None:
    added = deciding.add(world.inpatient, by=world.coder, code="Z87.891")
    sequencing.set_poa(added.assigned_code, by=world.coder, poa="1")
    take_off(world.inpatient, world, "Z87891")
    undoing.undo(world.inpatient, by=world.coder)
    assert world.inpatient.assigned_codes.get().poa == "1"


def test_an_accepted_suggestion_is_accepted_again(world: World) -> None:
    accepted = deciding.accept(world.suggestion, by=world.coder, seconds_spent=7)
    taken = take_off(world.outpatient, world, world.suggestion.code)
    assert world.suggestion.state == State.PENDING
    back = undoing.undo(world.outpatient, by=world.coder)
    assert (back.act, back.suggestion, back.undoes) == ("accept", accepted.suggestion, taken)
    assert (back.seconds_spent, back.confidence, back.model_version) == (
        7,
        accepted.confidence,
        accepted.model_version,
    )
    assert world.suggestion.state == State.ACCEPTED
    assert world.outpatient.assigned_codes.get().decision == back


def test_a_modified_suggestion_comes_back_with_its_reason(world: World) -> None:
    deciding.modify(world.suggestion, by=world.coder, code="E11.65", reason="other", comment="as the chief says")
    take_off(world.outpatient, world, "E1165")
    back = undoing.undo(world.outpatient, by=world.coder)
    assert (back.act, back.final_code, back.reason, back.comment) == ("modify", "E1165", "other", "as the chief says")
    assert world.suggestion.state == State.MODIFIED


def test_a_rejection_taken_back_by_name_comes_back_with_its_flag(world: World) -> None:
    rejected = deciding.reject(world.suggestion, by=world.coder, reason="negated")
    undoing.undo(world.outpatient, by=world.coder, decision=rejected)
    back = undoing.undo(world.outpatient, by=world.coder)
    world.outpatient.refresh_from_db()
    assert (back.act, back.reason, world.outpatient.needs_manual_review) == ("reject", "negated", True)


def test_undo_goes_back_act_by_act_and_ends(world: World) -> None:
    chart = world.outpatient
    for code in ("Z87.891", "Z79.4"):
        deciding.add(chart, by=world.coder, code=code)
    take_off(chart, world, "Z87891")
    deciding.add(chart, by=world.coder, code="I25.2")
    after = []
    for _ in range(4):
        undoing.undo(chart, by=world.coder)
        after.append([each.display for each in chart.assigned_codes.all()])
    assert after == [["Z79.4"], ["Z87.891", "Z79.4"], ["Z79.4"], []]
    with pytest.raises(ConflictError, match="nothing to undo"):
        undoing.undo(chart, by=world.coder)


def test_undo_by_key_is_not_undone_by_the_next(world: World) -> None:
    deciding.add(world.outpatient, by=world.coder, code="Z87.891")
    deciding.add(world.outpatient, by=world.coder, code="Z79.4")
    undoing.undo(world.outpatient, by=world.coder)
    undoing.undo(world.outpatient, by=world.coder)
    assert not world.outpatient.assigned_codes.exists()


def test_what_a_fix_replaced_comes_back(world: World) -> None:
    deciding.accept(world.suggestion, by=world.coder)
    before = world.suggestion.code
    mending.mend(world.outpatient, by=world.coder, act="replace", code=before, value="E11.65")
    undoing.undo(world.outpatient, by=world.coder)
    undoing.undo(world.outpatient, by=world.coder)
    assert world.outpatient.assigned_codes.get().code == before


def test_a_code_whose_suggestion_was_withdrawn_is_passed_over(world: World) -> None:
    deciding.add(world.outpatient, by=world.coder, code="Z87.891")
    deciding.accept(world.suggestion, by=world.coder)
    take_off(world.outpatient, world, world.suggestion.code)
    Suggestion.objects.filter(pk=world.suggestion.pk).update(state=State.WITHDRAWN)
    undoing.undo(world.outpatient, by=world.coder)
    assert not world.outpatient.assigned_codes.exists()


def test_only_an_undo_says_what_it_took(world: World) -> None:
    added = {"act": "add", "code_system": "ICD-10-CM", "final_code": "I10", "specialty": "Cardiology"}
    with pytest.raises(IntegrityError, match="decision_only_an_undo_took"), transaction.atomic():
        Decision.objects.create(chart=world.outpatient, coder=world.coder, took={}, **added)


def test_the_log_tells_what_was_taken_off_and_put_back(world: World) -> None:
    deciding.accept(world.suggestion, by=world.coder)
    take_off(world.outpatient, world, world.suggestion.code)
    undoing.undo(world.outpatient, by=world.coder)
    undoing.undo(world.outpatient, by=world.coder)
    code = world.suggestion.display
    told = [(each.told, each.codes_display) for each in world.outpatient.decisions.select_related("undoes")]
    assert told == [("Accepted", code), ("Taken off", code), ("Put back", code), ("Undone", code)]
