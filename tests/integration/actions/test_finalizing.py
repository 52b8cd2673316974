"""Validation, submit, hold and resume."""

from __future__ import annotations

import pytest

from review.actions import deciding, finalizing, sequencing, undoing
from review.actions.errors import ConflictError, InvalidInputError, NotAllowedError
from review.models import AuditEvent, Chart, Role, Suggestion
from tests.factories import World


def decide_all(world: World, chart: Chart) -> Chart:
    for suggestion in chart.suggestions.filter(state=Suggestion.State.PENDING):
        deciding.accept(suggestion, by=world.coder)
    chart.refresh_from_db()
    return chart


def test_a_decided_chart_becomes_final_with_person_and_time(world: World) -> None:
    chart = decide_all(world, world.outpatient)
    final = finalizing.finalize(chart, by=world.coder, version=chart.version)
    assert (final.status, final.finalized_by) == (Chart.Status.FINAL, world.coder)
    assert final.finalized_at is not None
    assert final.claimed_by is None
    assert AuditEvent.objects.get(event="chart.finalized").detail == {"codes": final.assigned_codes.count()}


def test_a_chart_without_codes_cannot_be_submitted(world: World) -> None:
    rules = {finding.rule for finding in finalizing.findings(world.outpatient) if finding.severity == "error"}
    assert "chart.no_codes" in rules
    with pytest.raises(InvalidInputError, match="No code is assigned"):
        finalizing.finalize(world.outpatient, by=world.coder, version=world.outpatient.version)


def test_undecided_high_suggestions_block_and_are_named(world: World) -> None:
    deciding.add(world.outpatient, by=world.coder, code="Z87.891")
    blocking = [each for each in finalizing.findings(world.outpatient) if each.rule == "chart.undecided"]
    assert world.suggestion.display in [code for finding in blocking for code in finding.codes]
    world.outpatient.refresh_from_db()
    with pytest.raises(InvalidInputError, match="undecided"):
        finalizing.finalize(world.outpatient, by=world.coder, version=world.outpatient.version)


def test_a_stale_page_cannot_submit(world: World) -> None:
    chart = decide_all(world, world.outpatient)
    stale = chart.version
    deciding.add(chart, by=world.coder, code="Z87.891")
    with pytest.raises(ConflictError, match="changed since"):
        finalizing.finalize(chart, by=world.coder, version=stale)
    chart.refresh_from_db()
    assert chart.status == Chart.Status.READY


def test_an_external_cause_is_never_listed_first(world: World) -> None:
    chart = decide_all(world, world.outpatient)
    deciding.add(chart, by=world.coder, code="W10.9XXA")
    sequencing.move(chart.assigned_codes.get(code="W109XXA"), by=world.coder, to=1)
    assert "I.C.20.a.6" in {finding.rule for finding in finalizing.findings(chart)}


def test_an_inpatient_chart_warns_of_missing_poa(world: World) -> None:
    chart = decide_all(world, world.inpatient)
    missing = [finding for finding in finalizing.findings(chart) if finding.rule == "poa.missing"]
    assert [finding.severity for finding in missing] == ["warning"]
    for assigned in chart.assigned_codes.all():
        sequencing.set_poa(assigned, by=world.coder, poa="Y")
    assert not [finding for finding in finalizing.findings(chart) if finding.rule == "poa.missing"]


def test_warnings_are_acknowledged_and_kept_in_the_audit_trail(world: World) -> None:
    chart = decide_all(world, world.inpatient)
    with pytest.raises(InvalidInputError, match="Acknowledge the warnings"):
        finalizing.finalize(chart, by=world.coder, version=chart.version)
    finalizing.finalize(chart, by=world.coder, version=chart.version, acknowledged=True)
    assert "poa.missing" in AuditEvent.objects.get(event="chart.finalized").detail["acknowledged"]


def test_the_rules_of_the_code_book_are_asked_about_the_assigned_codes(world: World) -> None:
    chart = decide_all(world, world.outpatient)
    for code in ("J13", "J18.1"):
        deciding.add(chart, by=world.coder, code=code)
    (finding,) = [each for each in finalizing.findings(chart) if each.rule == "excludes1"]
    assert (finding.severity, finding.codes) == ("error", ("J13", "J18.1"))
    chart.refresh_from_db()
    with pytest.raises(InvalidInputError, match="exclude each other"):
        finalizing.finalize(chart, by=world.coder, version=chart.version, acknowledged=True)


def test_the_stand_in_release_is_said(world: World) -> None:
    Chart.objects.filter(pk=world.outpatient.pk).update(release_is_stand_in=True, coding_date="2026-11-02")
    world.outpatient.refresh_from_db()
    (told,) = [finding for finding in finalizing.findings(world.outpatient) if finding.rule == "chart.release"]
    assert told.sentence == "Coded with ICD-10-CM April 2026: no loaded release is valid on November 2, 2026."


def test_nothing_is_decided_on_a_final_chart(world: World) -> None:
    chart = decide_all(world, world.outpatient)
    finalizing.finalize(chart, by=world.coder, version=chart.version)
    with pytest.raises(ConflictError, match="final"):
        deciding.add(chart, by=world.coder, code="Z87.891")
    with pytest.raises(ConflictError, match="final"):
        undoing.undo(chart, by=world.coder)


def test_only_coders_submit(world: World) -> None:
    chart = decide_all(world, world.outpatient)
    with pytest.raises(NotAllowedError):
        finalizing.finalize(chart, by=world.users[Role.ADMIN], version=chart.version)


def test_holding_needs_a_reason_and_resuming_takes_the_chart(world: World) -> None:
    with pytest.raises(InvalidInputError, match="waits for"):
        finalizing.hold(world.outpatient, by=world.coder, reason=" ")
    held = finalizing.hold(world.outpatient, by=world.coder, reason="Operative note missing")
    assert (held.status, held.hold_reason, held.claimed_by) == (Chart.Status.ON_HOLD, "Operative note missing", None)
    with pytest.raises(ConflictError):
        deciding.accept(world.suggestion, by=world.coder)
    resumed = finalizing.resume(held, by=world.coder)
    assert (resumed.status, resumed.hold_reason, resumed.claimed_by) == (Chart.Status.READY, "", world.coder)


def test_moving_a_code_renumbers_the_others(world: World) -> None:
    for code in ("Z87.891", "Z79.4", "I10"):
        if not world.outpatient.suggestions.filter(code=code).exists():
            deciding.add(world.outpatient, by=world.coder, code=code)
    codes = [each.display for each in world.outpatient.assigned_codes.all()]
    last = world.outpatient.assigned_codes.last()
    assert last is not None
    sequencing.move(last, by=world.coder, to=1)
    after = list(world.outpatient.assigned_codes.all())
    assert [each.display for each in after] == [codes[-1], *codes[:-1]]
    assert [each.sequence for each in after] == list(range(1, len(codes) + 1))


@pytest.mark.parametrize("to", [0, -1, 99])
def test_moving_to_no_position_is_refused(world: World, to: int) -> None:
    deciding.add(world.outpatient, by=world.coder, code="Z87.891")
    with pytest.raises(InvalidInputError, match="between 1 and 1"):
        sequencing.move(world.outpatient.assigned_codes.get(), by=world.coder, to=to)


def test_poa_is_for_inpatients_and_from_the_list(world: World) -> None:
    deciding.add(world.outpatient, by=world.coder, code="Z87.891")
    with pytest.raises(InvalidInputError, match="inpatients only"):
        sequencing.set_poa(world.outpatient.assigned_codes.get(), by=world.coder, poa="Y")
    deciding.add(world.inpatient, by=world.coder, code="Z87.891")
    with pytest.raises(InvalidInputError, match="Y, N, U, W or 1"):
        sequencing.set_poa(world.inpatient.assigned_codes.get(), by=world.coder, poa="X")
