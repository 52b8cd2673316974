"""Fixes of findings, blind charts, keys, time, and what is hidden."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from review import chart_page
from review.actions import blinding, claiming, deciding, finalizing, mending, workbench
from review.actions.errors import ConflictError, InvalidInputError, NotAllowedError
from review.keys import USUAL
from review.models import BlindReading, Chart, ChartTime, Decision, Role, Suggestion, WorkbenchPolicy
from tests.factories import World, ready, user


def codes(chart: Chart) -> list[str]:
    return [each.display for each in chart.assigned_codes.all()]


# --- fixes ----------------------------------------------------------------------------------------


def test_removing_rejects_the_suggestion_that_brought_the_code(world: World) -> None:
    deciding.accept(world.suggestion, by=world.coder)
    mending.mend(world.outpatient, by=world.coder, act="remove", code=world.suggestion.display, rule="integral")
    assert codes(world.outpatient) == []
    last = world.outpatient.decisions.last()
    assert last is not None
    assert (last.act, last.reason, last.comment) == ("reject", "integral", "Finding integral")


def test_replacing_keeps_the_place_and_the_poa(world: World) -> None:
    for code in ("I25.2", "N18.30", "Z79.4"):
        deciding.add(world.inpatient, by=world.coder, code=code)
    world.inpatient.assigned_codes.filter(code="N1830").update(poa="Y")
    mending.mend(world.inpatient, by=world.coder, act="replace", code="N1830", value="N1831", rule="code.specificity")
    assert codes(world.inpatient) == ["I25.2", "N18.31", "Z79.4"]
    assert world.inpatient.assigned_codes.get(code="N1831").poa == "Y"


def test_a_suggestion_is_replaced_by_a_more_specific_code_with_that_reason(world: World) -> None:
    mending.mend(
        world.outpatient,
        by=world.coder,
        act="replace",
        code=world.suggestion.code,
        value="Z794",
        rule="code.laterality",
    )
    decision = world.outpatient.decisions.get()
    assert (decision.act, decision.final_code, decision.reason) == ("modify", "Z794", "less_specific")


def test_adding_accepts_what_is_suggested(world: World) -> None:
    mending.mend(world.outpatient, by=world.coder, act="add", code=world.suggestion.code)
    assert world.outpatient.decisions.get().act == Decision.Act.ACCEPT


def test_order_is_mended(world: World) -> None:
    for code in ("I25.2", "Z79.4"):
        deciding.add(world.outpatient, by=world.coder, code=code)
    mending.mend(world.outpatient, by=world.coder, act="move_before", code="Z794", value="I252")
    assert codes(world.outpatient) == ["Z79.4", "I25.2"]


@pytest.mark.parametrize(("act", "code"), [("burn", "I10"), ("remove", "I219"), ("set_poa", "I10"), ("replace", "")])
def test_what_is_no_remedy_changes_nothing(world: World, act: str, code: str) -> None:
    with pytest.raises(InvalidInputError):
        mending.mend(world.outpatient, by=world.coder, act=act, code=code)
    assert not world.outpatient.decisions.exists()


def test_a_fix_from_a_stale_page_is_refused(world: World) -> None:
    with pytest.raises(ConflictError, match="has changed"):
        mending.mend(world.outpatient, by=world.coder, act="add", code="I10", version=world.outpatient.version + 1)


# --- guidance and money on the page ---------------------------------------------------------------


def test_findings_stand_at_the_codes_that_they_concern_with_their_fixes(world: World) -> None:
    for code in ("J18.9", "R05.9"):
        deciding.add(world.inpatient, by=world.coder, code=code)
    page = chart_page.load(world.inpatient, user=world.coder)
    (symptom,) = [row for kind in page.kinds for row in kind.rows if row.code.display == "R05.9"]
    advice = next(each for each in symptom.advice if each.finding.rule == "integral")
    assert [each.label for each in advice.remedies] == ["Remove R05.9"]
    assert dict(advice.places)["J18.9"] == f"a{world.inpatient.assigned_codes.get(code='J189').pk}"


def test_exclusion_offers_to_remove_either_code(world: World) -> None:
    for code in ("E10.9", "E11.9"):
        deciding.add(world.inpatient, by=world.coder, code=code)
    page = chart_page.load(world.inpatient, user=world.coder)
    labels = {each.label for advice in page.guidance.listed for each in advice.remedies}
    assert {"Remove E10.9", "Remove E11.9"} <= labels


def test_an_inpatient_chart_has_its_drg_and_what_a_suggestion_would_change(world: World) -> None:
    for code in ("J18.9", "J96.01"):
        deciding.add(world.inpatient, by=world.coder, code=code)
    page = chart_page.load(world.inpatient, user=world.coder)
    assert page.stay is not None
    assert (page.stay.drg.drg, page.stay.drg.tier) == ("193", "MCC")
    assert page.stay.carriers == ("J9601",)
    assert chart_page.load(world.outpatient, user=world.coder).stay is None


def test_money_is_hidden_until_all_is_decided(world: World) -> None:
    workbench.hide_money(by=world.coder, hide=True)
    deciding.add(world.inpatient, by=world.coder, code="J96.01")
    page = chart_page.load(world.inpatient, user=world.coder)
    assert page.stay is None
    assert not any(row.marks and (row.marks.severity or row.marks.hcc) for kind in page.kinds for row in kind.rows)
    for suggestion in world.inpatient.suggestions.filter(state=Suggestion.State.PENDING):
        deciding.reject(suggestion, by=world.coder, reason="duplicate")
    assert chart_page.load(world.inpatient, user=world.coder).stay is not None


def test_the_policy_decides_for_those_who_have_not_chosen(world: World) -> None:
    workbench.set_policy(by=world.admin, blind_share=0.0, hide_money=True)
    assert workbench.hides_money(world.coder)
    workbench.hide_money(by=world.coder, hide=False)
    assert not workbench.hides_money(world.coder)
    with pytest.raises(NotAllowedError):
        workbench.set_policy(by=world.coder, blind_share=0.0, hide_money=False)
    with pytest.raises(InvalidInputError):
        workbench.set_policy(by=world.admin, blind_share=0.51, hide_money=False)


# --- blind charts ---------------------------------------------------------------------------------


@pytest.fixture
def blind(world: World) -> Chart:
    """A chart drawn while half of all are: the first that the draw takes."""
    workbench.set_policy(by=world.admin, blind_share=0.5, hide_money=False)
    for _ in range(40):
        chart = ready()
        if chart.blind:
            return chart
    raise AssertionError("Forty draws of a half took none.")


def test_the_draw_is_of_the_chart_and_close_to_the_share() -> None:
    taken = [blinding.is_drawn(number, 0.1) for number in range(2000)]
    assert 150 < sum(taken) < 250
    assert taken == [blinding.is_drawn(number, 0.1) for number in range(2000)]
    assert all(blinding.is_drawn(number, 0.2) for number in range(2000) if taken[number])


def test_a_blind_chart_shows_and_takes_no_suggestion(blind: Chart, world: World) -> None:
    page = chart_page.load(blind, user=world.coder)
    assert page.suggestions == []
    assert not any(segment.suggestions for view in page.notes for segment in view.segments)
    assert "chart.blind" in {each.rule for each in page.errors}
    assert not any("undecided" in each.rule for each in page.findings)
    with pytest.raises(ConflictError, match="blind chart"):
        deciding.accept(blind.suggestions.all()[0], by=world.coder)
    with pytest.raises(InvalidInputError, match="own list first"):
        blinding.show(blind, by=world.coder)


def test_the_own_list_is_kept_and_compared_when_the_suggestions_are_shown(blind: Chart, world: World) -> None:
    likely = blind.suggestions.exclude(band="LOW")
    first = likely.order_by("rank")[0]
    deciding.add(blind, by=world.coder, code="Z87.891")
    deciding.add(blind, by=world.coder, code=first.display)
    reading = blinding.show(blind, by=world.coder)
    assert (reading.own, reading.suggested, reading.shared) == (2, likely.count(), 1)
    assert codes(blind) == ["Z87.891", first.display]
    first.refresh_from_db()
    assert first.state == Suggestion.State.ACCEPTED
    assert blind.assigned_codes.get(code=first.code).decision.act == Decision.Act.ACCEPT
    blind.refresh_from_db()
    assert chart_page.load(blind, user=world.coder).suggestions
    with pytest.raises(ConflictError, match="shown already"):
        blinding.show(blind, by=world.coder)


def test_a_blind_reading_is_append_only_and_counts_fit(blind: Chart, world: World) -> None:
    deciding.add(blind, by=world.coder, code="Z87.891")
    blinding.show(blind, by=world.coder)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        BlindReading.objects.update(shared=0)


def test_nothing_is_drawn_without_a_share_nor_after_somebody_looked(world: World) -> None:
    assert not world.outpatient.blind
    claiming.opened(world.outpatient, by=world.coder)
    WorkbenchPolicy.objects.create(blind_share=0.5)
    assert not blinding.draw(world.outpatient)


def test_a_blind_chart_cannot_be_submitted_unseen(blind: Chart, world: World) -> None:
    deciding.add(blind, by=world.coder, code="Z87.891")
    blind.refresh_from_db()
    with pytest.raises(InvalidInputError, match="blind chart"):
        finalizing.finalize(blind, by=world.coder, version=blind.version)


# --- keys and time --------------------------------------------------------------------------------


def test_keys_are_changed_and_come_back(world: World) -> None:
    workbench.set_keys(by=world.coder, chosen={"accept": "y", "next": "a"})
    assert workbench.keys(world.coder) == {**USUAL, "accept": "y", "next": "a"}
    workbench.set_keys(by=world.coder, chosen=USUAL)
    assert workbench.keys(world.coder) == USUAL


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"accept": "j"}, "would both"),
        ({"accept": "F5"}, "one character"),
        ({"accept": ""}, "one character"),
        ({"accept": "3"}, "is taken"),
        ({"accept": "?"}, "is taken"),
        ({"fly": "y"}, "no such act"),
    ],
    ids=["twice", "function", "empty", "digit", "help", "unknown"],
)
def test_keys_that_collide_are_refused_with_a_sentence(world: World, chosen: dict[str, str], sentence: str) -> None:
    with pytest.raises(InvalidInputError, match=sentence):
        workbench.set_keys(by=world.coder, chosen=chosen)
    assert workbench.keys(world.coder) == USUAL


def test_time_is_counted_but_never_more_than_has_passed(world: World) -> None:
    assert workbench.spend(world.outpatient, by=world.coder, seconds=20) == 20
    assert workbench.spend(world.outpatient, by=world.coder, seconds=500) == 20
    ChartTime.objects.update(last_at=timezone.now() - timedelta(seconds=30))
    assert workbench.spend(world.outpatient, by=world.coder, seconds=25) == 45
    ChartTime.objects.update(last_at=timezone.now() - timedelta(hours=1))
    assert workbench.spend(world.outpatient, by=world.coder, seconds=9999) == 105


def test_work_keeps_ones_own_lease_and_nobody_elses(world: World) -> None:
    claiming.claim(world.outpatient, by=world.coder)
    soon = timezone.now() + timedelta(minutes=1)
    Chart.objects.filter(pk=world.outpatient.pk).update(claim_expires_at=soon)
    assert not workbench.stay_awake(world.outpatient, by=user(username="other"))
    assert workbench.stay_awake(world.outpatient, by=world.coder)
    world.outpatient.refresh_from_db()
    assert world.outpatient.claim_expires_at is not None
    assert world.outpatient.claim_expires_at > soon


def test_only_readers_of_charts_leave_traces(world: World) -> None:
    note = world.outpatient.notes.all()[0]
    for act in (
        lambda: workbench.read_note(note, by=world.users[Role.ADMIN]),
        lambda: workbench.spend(world.outpatient, by=world.users[Role.ADMIN], seconds=1),
    ):
        with pytest.raises(NotAllowedError):
            act()
