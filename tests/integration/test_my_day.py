"""A coder's own productivity, against hand-counted days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from review import my_day
from review.actions import deciding, finalizing, undoing
from review.my_day import Day, baseline
from tests.factories import World, user


def decide_all(world: World) -> int:
    suggestions = list(world.outpatient.suggestions.all())
    for suggestion in suggestions:
        deciding.accept(suggestion, by=world.coder, seconds_spent=10)
    undoing.undo(world.outpatient, by=world.coder)
    world.outpatient.refresh_from_db()
    return len(suggestions)


def test_today_counts_final_charts_codes_and_seconds(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    count = decide_all(world)
    deciding.accept(world.outpatient.suggestions.get(state="pending"), by=world.coder, seconds_spent=10)
    world.outpatient.refresh_from_db()
    finalizing.finalize(world.outpatient, by=world.coder, version=world.outpatient.version)
    with django_assert_num_queries(2):
        day = my_day.of(world.coder)
    assert (day.today.charts, day.today.decisions, day.today.coded) == (1, count + 1, 1)
    assert day.today.seconds_each == 10 * (count + 1)
    assert day.baseline is None
    assert len(day.before) == my_day.BASELINE_DAYS


def test_tomorrow_it_is_a_day_before_and_after_four_weeks_it_is_gone(world: World) -> None:
    count = decide_all(world)
    now = timezone.now()
    tomorrow = my_day.of(world.coder, now=now + timedelta(days=1))
    assert tomorrow.today.decisions == 0
    assert tomorrow.before[-1].decisions == count
    assert tomorrow.baseline is not None
    assert tomorrow.baseline.days == 1
    assert my_day.of(world.coder, now=now + timedelta(days=29)).baseline is None


def test_nobody_elses_work_is_counted(world: World) -> None:
    decide_all(world)
    assert not my_day.of(user()).today.worked


def test_the_baseline_is_the_mean_over_days_of_work() -> None:
    today = timezone.localdate()
    days = [Day(today, 2, 10, 300, 3), Day(today), Day(today, 4, 20, 100, 1)]
    usual = baseline(days)
    assert usual is not None
    assert (usual.days, usual.charts, usual.decisions, usual.seconds_each) == (2, 3.0, 15.0, 100)


def test_the_page_shows_ones_own_days(client: Client, world: World, settings: Any) -> None:
    client.force_login(world.coder)
    assert "Nothing to show yet." in client.get(reverse("my_day")).content.decode()
    decide_all(world)
    page = client.get(reverse("my_day"))
    assert page.context["plot"]["labels"][-1] == f"{timezone.localdate():%b} {timezone.localdate().day}"
    assert "Only you see this page." in page.content.decode()


@pytest.mark.parametrize("query", [{"user": "1"}, {"coder": "supervisor"}])
def test_the_page_takes_no_name(client: Client, world: World, query: dict[str, str]) -> None:
    decide_all(world)
    client.force_login(user())
    assert not client.get(reverse("my_day"), query).context["day"].today.worked
