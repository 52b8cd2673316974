"""What changes from one release to the next, and whom it touches."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from medcode.codebook import compare, lookup
from medcode.codebook.models import CodeSystem, Note, Release
from review.actions import releasing
from review.actions.errors import NotAllowedError
from review.models import AuditEvent, Chart
from review.reports import release_change
from tests.codebooks import small_release
from tests.factories import World

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def two() -> tuple[Release, Release]:
    old = small_release(
        "old", date(2010, 10, 1), [("A00", "Cholera"), ("A01", "Typhoid"), ("A02", "Salmonella")],
        valid_to=date(2011, 9, 30),
    )  # fmt: skip
    new = small_release(
        "new", date(2011, 10, 1),
        [("A00", "Cholera"), ("A000", "Classical"), ("A02", "Salmonellosis"), ("A03", "New")],
        valid_to=date(2012, 9, 30),
    )  # fmt: skip
    return old, new


def test_every_kind_of_change_is_found(two: tuple[Release, Release]) -> None:
    old, new = two
    Note.objects.create(code=old.codes.get(code="A00"), kind="excludes1", text="typhoid (A01)", position=0)
    Note.objects.create(code=new.codes.get(code="A00"), kind="excludes2", text="typhoid (A01)", position=0)
    found = compare.compare(old, new)
    assert [change.code for change in found.new] == ["A00.0", "A03"]
    assert [(change.code, change.instead) for change in found.retired] == [("A00", ("A00.0",)), ("A01", ())]
    assert [(c.code, c.before, c.after) for c in found.retitled] == [("A02", "Salmonella", "Salmonellosis")]
    assert [(c.before, c.after) for c in found.revised] == [("Excludes1: typhoid (A01)", "Excludes2: typhoid (A01)")]
    assert found.affected == {"A00", "A01", "A02"}


def test_a_release_does_not_differ_from_itself(two: tuple[Release, Release]) -> None:
    found = compare.compare(two[0], two[0])
    assert not (found.new or found.retired or found.retitled or found.revised)


def test_an_unknown_release_lists_those_that_are_loaded() -> None:
    with pytest.raises(compare.NoSuchReleaseError, match='"April 2026"'):
        compare.release_named("October 1999")


def test_midnight_on_the_first_of_october_changes_that_day_and_not_the_day_before(world: World) -> None:
    new = small_release("October 2026", OCTOBER, [("I10", "Essential (primary) hypertension")])
    for day, name in ((OCTOBER - timedelta(days=1), "April 2026"), (OCTOBER, "October 2026")):
        assert lookup.release_for(CodeSystem.ICD10CM, day).release.name == name
    Chart.objects.filter(pk=world.outpatient.pk).update(coding_date=OCTOBER)
    Chart.objects.filter(pk=world.inpatient.pk).update(coding_date=OCTOBER - timedelta(days=1))
    assert releasing.suggest_again(new, by=world.admin) == 1
    world.outpatient.refresh_from_db()
    world.inpatient.refresh_from_db()
    assert (world.outpatient.status, world.outpatient.release) == (Chart.Status.RECEIVED, new)
    assert world.inpatient.status == Chart.Status.READY
    assert AuditEvent.objects.filter(event="chart.release_renewed", chart=world.outpatient).count() == 1
    assert releasing.suggest_again(new, by=world.admin) == 0


def test_only_admins_send_charts_back(world: World) -> None:
    new = small_release("October 2026", OCTOBER, [("I10", "Hypertension")])
    with pytest.raises(NotAllowedError):
        releasing.suggest_again(new, by=world.coder)


def test_the_touched_charts_suggestions_and_labels_are_counted(world: World) -> None:
    old = lookup.release_for(CodeSystem.ICD10CM, date(2026, 5, 1)).release
    new = small_release("October 2026", OCTOBER, [("Z9999", "Nothing that anybody has")])
    Chart.objects.update(coding_date=OCTOBER)
    touched = release_change.touched(compare.compare(old, new))
    pending = world.outpatient.suggestions.count() + world.inpatient.suggestions.count()
    assert sum(each.count for each in touched.suggestions) == pending > 0
    assert touched.open_count == 2
    assert touched.waiting_count == 2


def test_the_command_prints_all_of_it(
    world: World, two: tuple[Release, Release], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("compare_releases", "old", "new")
    assert "2 retired" in capsys.readouterr().out
    call_command("compare_releases", "old", "new", "--json")
    assert json.loads(capsys.readouterr().out)["touched"]["open_charts"] == 0


def test_the_command_refuses_by_a_sentence(two: tuple[Release, Release]) -> None:
    with pytest.raises(CommandError, match="No ICD-10-CM release"):
        call_command("compare_releases", "old", "nothing")
    with pytest.raises(CommandError, match="No account"):
        call_command("compare_releases", "old", "new", "--suggest-again", "nobody")
