"""A chart coded twice: blind, by two people, with a third for what they differ on."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from review.actions import adjudicating, claiming
from review.actions.errors import ConflictError, InvalidInputError, NotAllowedError
from review.models import AuditEvent, DoubleCode, DoubleCoding, Role, SampleMethod, User
from review.reports import double_coding
from review.reports.agreement import Table, table
from review.reports.audit_overview import AuditScope
from tests import factories
from tests.factories import World
from tests.integration.second_look import drawn, final

Status = DoubleCoding.Status


@pytest.fixture
def second(world: World) -> User:
    return factories.user()


@pytest.fixture
def double(world: World, second: User) -> DoubleCoding:
    """E11.40 and I10 by the first coder; the second has begun."""
    final(world.outpatient, world.coder, "E11.40", "I10")
    row = drawn(world, method=SampleMethod.DOUBLE).double_codings.get()
    return adjudicating.take(row, by=second)


def submitted(double: DoubleCoding, second: User) -> DoubleCoding:
    for code in ("I10", "K21.9"):
        adjudicating.add(double, by=second, code=code)
    return adjudicating.submit(double, by=second)


def row(double: DoubleCoding, code: str) -> DoubleCode:
    return double.codes.get(code=code)


def test_the_second_list_begins_empty_and_shows_nothing_of_the_first(double: DoubleCoding) -> None:
    assert double.status == Status.CODING
    assert not double.codes.exists()


def test_submitting_lays_both_lists_side_by_side(double: DoubleCoding, second: User) -> None:
    double = submitted(double, second)
    rows = {row.code: (row.first_sequence, row.second_sequence, row.kept) for row in double.codes.all()}
    assert rows == {"E1140": (1, None, None), "I10": (2, 1, True), "K219": (None, 2, None)}
    assert table([double_coding.pair(double)]) == Table(both=1, first=1, second=1, neither=0)


def test_the_third_decides_only_where_they_differ(world: World, double: DoubleCoding, second: User) -> None:
    double = submitted(double, second)
    kept = {row(double, "E1140").pk: True, row(double, "K219").pk: False, row(double, "I10").pk: False}
    double = adjudicating.adjudicate(double, by=world.users[Role.AUDITOR], kept=kept)
    assert {each.code: each.kept for each in double.codes.all()} == {"E1140": True, "I10": True, "K219": False}
    found = double_coding.read(AuditScope())
    assert (found.sided_first.part, found.sided_first.whole) == (2, 2)
    assert found.agreement.charts == 1


def test_every_difference_needs_a_word(world: World, double: DoubleCoding, second: User) -> None:
    double = submitted(double, second)
    with pytest.raises(InvalidInputError, match="belongs on the chart"):
        adjudicating.adjudicate(double, by=world.users[Role.AUDITOR], kept={row(double, "E1140").pk: True})
    assert row(double, "E1140").kept is None


def test_nobody_codes_their_own_chart_again_or_adjudicates_it(
    world: World, double: DoubleCoding, second: User
) -> None:
    final(world.inpatient, world.coder, "J18.9")
    other = drawn(world, method=SampleMethod.DOUBLE).double_codings.get()
    with pytest.raises(ConflictError, match="somebody else"):
        adjudicating.take(other, by=world.coder)
    auditor = world.users[Role.AUDITOR]
    adjudicating.take(other, by=auditor)
    adjudicating.add(other, by=auditor, code="J18.9")
    adjudicating.submit(other, by=auditor)
    with pytest.raises(ConflictError, match="third person"):
        adjudicating.adjudicate(other, by=auditor, kept={})
    with pytest.raises(NotAllowedError):
        adjudicating.adjudicate(other, by=second, kept={})


def test_the_list_is_edited_until_it_is_submitted(double: DoubleCoding, second: User) -> None:
    for code in ("I10", "K21.9", "E11.9"):
        adjudicating.add(double, by=second, code=code)
    adjudicating.set_first(row(double, "E119"), by=second)
    adjudicating.drop(row(double, "K219"), by=second)
    assert list(double.codes.order_by("second_sequence").values_list("code", flat=True)) == ["E119", "I10"]
    adjudicating.submit(double, by=second)
    with pytest.raises(ConflictError):
        adjudicating.add(double, by=second, code="K21.9")


def test_an_empty_list_is_not_submitted_and_a_double_code_not_added(double: DoubleCoding, second: User) -> None:
    with pytest.raises(InvalidInputError, match="empty"):
        adjudicating.submit(double, by=second)
    adjudicating.add(double, by=second, code="I10")
    with pytest.raises(ConflictError, match="already"):
        adjudicating.add(double, by=second, code="I10")


def test_two_people_cannot_take_the_same_chart(double: DoubleCoding) -> None:
    with pytest.raises(ConflictError, match="already"):
        adjudicating.take(double, by=factories.user())


def test_who_had_opened_the_chart_was_not_blind_and_the_record_says_so(double: DoubleCoding, second: User) -> None:
    assert not adjudicating.saw_codes(double)
    claiming.opened(double.chart, by=second)
    double = submitted(double, second)
    assert adjudicating.saw_codes(double)
    assert AuditEvent.objects.get(event="double_coding.submitted").detail["blind"] is False


def test_opening_the_chart_after_submitting_changes_nothing(double: DoubleCoding, second: User) -> None:
    double = submitted(double, second)
    claiming.opened(double.chart, by=second)
    assert not adjudicating.saw_codes(double)


def test_the_database_refuses_one_person_in_two_roles(double: DoubleCoding) -> None:
    for values in ({"second_coder": double.first_coder}, {"status": "adjudicated"}, {"status": "submitted"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DoubleCoding.objects.filter(pk=double.pk).update(**values)
