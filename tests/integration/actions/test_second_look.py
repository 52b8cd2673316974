"""A second look from the draw to the last word: who may do what when, and what it scores."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from review.actions import second_look as acts
from review.actions import worksheet
from review.actions.errors import ConflictError, InvalidInputError, NotAllowedError
from review.actions.second_look import Said
from review.models import AuditedCode, AuditEvent, ChartAudit, ErrorKind, Role, User
from review.reports.audit_lines import score_of
from review.reports.second_look import Score
from review.second_look import AUDIT_TRANSITIONS, diagram
from tests import factories
from tests.factories import World
from tests.integration.second_look import begun, drawn, final, inpatient

Status = ChartAudit.Status


@pytest.fixture
def audit(world: World) -> ChartAudit:
    """E11.40 and I10, in the auditor's hands."""
    return begun(world)


@pytest.fixture
def auditor(world: World) -> User:
    return world.users[Role.AUDITOR]


def line(audit: ChartAudit, code: str) -> AuditedCode:
    return audit.codes.get(coder_code=code)


def returned(audit: ChartAudit, auditor: User) -> ChartAudit:
    """With one finding: K21.9 was missed."""
    worksheet.add(audit, by=auditor, code="K21.9", kind="missed", comment="In the plan.")
    audit.refresh_from_db()
    return acts.return_to_coder(audit, by=auditor, version=audit.version, comment="Look at item 3.")


def finding(audit: ChartAudit) -> AuditedCode:
    return audit.codes.get(code="K219")


def test_the_worksheet_begins_with_the_coders_codes(audit: ChartAudit) -> None:
    assert [(row.coder_code, row.code, row.sequence) for row in audit.codes.all()] == [
        ("E1140", "E1140", 1),
        ("I10", "I10", 2),
    ]
    assert score_of(audit).code_over_code.value == 1.0
    assert acts.findings(audit) == []


def test_a_change_is_a_finding_with_its_kind_and_scores(audit: ChartAudit, auditor: User) -> None:
    row = worksheet.change(line(audit, "E1140"), by=auditor, code="e11.42", kind="specificity", comment="Page 2")
    assert (row.display, row.coder_display, row.kind) == ("E11.42", "E11.40", "specificity")
    score = score_of(audit)
    assert (score.right, score.auditor_codes, score.errors, score.principal_changed) == (0, 2, 2, 1)
    assert AuditEvent.objects.get(event="second_look.code_changed").detail["code"] == "E1142"


def test_removing_and_adding_back_leaves_no_finding(audit: ChartAudit, auditor: User) -> None:
    worksheet.remove(line(audit, "I10"), by=auditor, kind="unsupported")
    assert len(acts.findings(audit)) == 1
    worksheet.add(audit, by=auditor, code="I10", kind="missed")
    assert acts.findings(audit) == []
    assert audit.codes.count() == 2


def test_moving_another_code_to_the_top_is_a_change_of_principal(audit: ChartAudit, auditor: User) -> None:
    worksheet.move(line(audit, "I10"), by=auditor, to=1)
    assert line(audit, "I10").kind == ErrorKind.PRINCIPAL
    assert score_of(audit).kinds == {"principal": 2}
    worksheet.move(line(audit, "I10"), by=auditor, to=2)
    assert acts.findings(audit) == []


def test_an_added_code_that_is_dropped_is_gone(audit: ChartAudit, auditor: User) -> None:
    row = worksheet.add(audit, by=auditor, code="K21.9", kind="missed")
    assert worksheet.remove(row, by=auditor, kind="") is None
    assert audit.codes.count() == 2


def test_poa_and_drg_of_an_inpatient_are_scored(world: World, auditor: User) -> None:
    inpatient(world.coder, "J18.9", "I10")
    audit = acts.take(drawn(world).audits.get(), by=auditor)
    worksheet.set_poa(line(audit, "I10"), by=auditor, poa="N")
    worksheet.add(audit, by=auditor, code="J96.01", kind="missed")
    score = score_of(audit)
    assert (score.poa_right, score.poa_total) == (1, 2)
    assert (score.drg_right, score.drg_total) == (0, 1)
    assert score.kinds == {"missed": 1, "poa": 1}


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        ("", "missed", "Choose a code"),
        ("ZZZ", "missed", "is not a"),
        ("E11", "missed", "billable"),
        ("K21.9", "", "kind"),
        ("K21.9", "other", "few words"),
        ("I10", "missed", "already"),
    ],
    ids=["no_code", "unknown", "category", "no_kind", "other_without_words", "double"],
)
def test_bad_additions_are_refused(audit: ChartAudit, auditor: User, code: str, kind: str, message: str) -> None:
    with pytest.raises((InvalidInputError, ConflictError), match=message):
        worksheet.add(audit, by=auditor, code=code, kind=kind)
    assert audit.codes.count() == 2


def test_without_a_difference_it_is_finished_at_once(audit: ChartAudit, auditor: User) -> None:
    done = acts.return_to_coder(audit, by=auditor, version=audit.version)
    assert done.status == Status.FINISHED
    assert Score.from_json(done.score or {}).code_over_code.value == 1.0


def test_the_coder_agrees_and_the_auditor_finishes(world: World, audit: ChartAudit, auditor: User) -> None:
    audit = returned(audit, auditor)
    audit = acts.answer(audit, by=world.coder, said={finding(audit).pk: Said("agree")})
    assert audit.status == Status.AGREED
    audit = acts.finish(audit, by=auditor)
    assert audit.status == Status.FINISHED
    score = Score.from_json(audit.score or {})
    assert (score.right, score.auditor_codes, score.errors) == (2, 3, 1)
    assert score == score_of(audit)


def test_a_rebuttal_that_is_right_gives_the_coder_full_marks(world: World, audit: ChartAudit, auditor: User) -> None:
    audit = returned(audit, auditor)
    audit = acts.answer(audit, by=world.coder, said={finding(audit).pk: Said("rebut", "It was ruled out.")})
    assert audit.status == Status.REBUTTED
    audit = acts.finish(audit, by=auditor, said={finding(audit).pk: Said("withdrawn", "True.")})
    assert Score.from_json(audit.score or {}).errors == 0


def test_an_escalated_one_is_decided_by_the_supervisor(world: World, audit: ChartAudit, auditor: User) -> None:
    audit = returned(audit, auditor)
    said = {finding(audit).pk: Said("rebut", "It was ruled out.")}
    audit = acts.escalate(acts.answer(audit, by=world.coder, said=said), by=auditor)
    with pytest.raises(NotAllowedError):
        acts.decide(audit, by=auditor, said={finding(audit).pk: Said("upheld")})
    audit = acts.decide(audit, by=world.users[Role.SUPERVISOR], said={finding(audit).pk: Said("upheld")})
    assert (audit.status, audit.closed_by) == (Status.DECIDED, world.users[Role.SUPERVISOR])
    assert Score.from_json(audit.score or {}).errors == 1


def test_a_rebuttal_needs_words_and_every_finding_an_answer(world: World, audit: ChartAudit, auditor: User) -> None:
    audit = returned(audit, auditor)
    for said in ({}, {finding(audit).pk: Said("rebut", " ")}, {finding(audit).pk: Said("maybe")}):
        with pytest.raises(InvalidInputError):
            acts.answer(audit, by=world.coder, said=said)
    assert finding(audit).answer == ""


def test_a_rebutted_finding_is_not_finished_without_a_ruling(world: World, audit: ChartAudit, auditor: User) -> None:
    audit = returned(audit, auditor)
    audit = acts.answer(audit, by=world.coder, said={finding(audit).pk: Said("rebut", "No.")})
    with pytest.raises(InvalidInputError, match="stands"):
        acts.finish(audit, by=auditor)


def test_only_the_coder_whose_chart_it_is_answers(audit: ChartAudit, auditor: User) -> None:
    audit = returned(audit, auditor)
    with pytest.raises(ConflictError, match="not a chart of yours"):
        acts.answer(audit, by=factories.user(), said={})


def test_another_auditor_cannot_write_on_the_worksheet(audit: ChartAudit) -> None:
    with pytest.raises(ConflictError, match="Another auditor"):
        worksheet.add(audit, by=factories.user(Role.AUDITOR), code="K21.9", kind="missed")


def test_a_stale_worksheet_is_not_returned(audit: ChartAudit, auditor: User) -> None:
    worksheet.remove(line(audit, "I10"), by=auditor, kind="unsupported")
    with pytest.raises(ConflictError, match="has changed"):
        acts.return_to_coder(audit, by=auditor, version=audit.version)


def test_what_was_returned_is_no_longer_changed(audit: ChartAudit, auditor: User) -> None:
    audit = returned(audit, auditor)
    with pytest.raises(ConflictError, match="with the coder"):
        worksheet.remove(line(audit, "I10"), by=auditor, kind="unsupported")


def test_given_back_another_auditor_begins_anew(audit: ChartAudit, auditor: User) -> None:
    worksheet.remove(line(audit, "I10"), by=auditor, kind="unsupported")
    acts.give_back(audit, by=auditor)
    other = factories.user(Role.AUDITOR)
    again = acts.take_next(by=other)
    assert again is not None
    assert (again.pk, again.auditor, acts.findings(again)) == (audit.pk, other, [])


def test_every_act_is_on_record(world: World, audit: ChartAudit, auditor: User) -> None:
    audit = returned(audit, auditor)
    acts.finish(acts.answer(audit, by=world.coder, said={finding(audit).pk: Said("agree")}), by=auditor)
    events = AuditEvent.objects.filter(chart=audit.chart, event__startswith="second_look.").order_by("pk")
    assert [event.event.removeprefix("second_look.") for event in events] == [
        "take",
        "code_added",
        "return",
        "answered",
        "agree",
        "finish",
    ]


@pytest.mark.parametrize(
    "values",
    [{"code": "", "sequence": None, "kind": ""}, {"ruling": "upheld"}, {"answer": "rebut"}, {"code": "I10"}],
    ids=["difference_without_kind", "ruling_without_rebuttal", "rebuttal_without_words", "code_twice"],
)
def test_the_database_refuses_bad_facts(audit: ChartAudit, values: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditedCode.objects.filter(pk=line(audit, "E1140").pk).update(**values)


def test_the_database_refuses_an_audit_of_ones_own_chart_and_a_closed_one_without_score(audit: ChartAudit) -> None:
    for values in ({"auditor": audit.coder}, {"status": "finished"}, {"status": "drawn"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ChartAudit.objects.filter(pk=audit.pk).update(**values)


def test_the_diagram_in_the_docs_is_the_table() -> None:
    text = (Path(__file__).parents[3] / "docs" / "second-look.md").read_text(encoding="utf-8")
    assert diagram() in text
    assert diagram().count("-->") == len(AUDIT_TRANSITIONS) + 3


def test_a_final_chart_has_one_open_second_look(world: World, audit: ChartAudit) -> None:
    final(world.inpatient, world.coder, "J18.9")
    sample = drawn(world)
    assert [each.chart for each in sample.audits.all()] == [world.inpatient]
    with pytest.raises(IntegrityError), transaction.atomic():
        ChartAudit.objects.create(sample=sample, chart=audit.chart, coder=world.coder)
