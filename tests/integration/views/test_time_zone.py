"""Times by the clock of whoever is signed in; what the hospital counts by stays on its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from review import my_day, zones
from review.actions import claiming, deciding, time_zone
from review.actions.errors import InvalidInputError
from review.models import Chart, Decision, Role, Workbench
from tests.factories import World, received

TOKYO = "Asia/Tokyo"


def shown(client: Client, chart: Chart) -> str:
    return client.get(reverse("chart", args=[chart.public_id])).content.decode()


def claim_until(world: World, moment: datetime) -> None:
    claiming.claim(world.outpatient, by=world.coder)
    Chart.objects.filter(pk=world.outpatient.pk).update(claim_expires_at=moment)


def test_a_person_chooses_and_reads_times_so(coder: Client, world: World) -> None:
    claim_until(world, datetime(2099, 6, 1, 22, 30, tzinfo=UTC))
    assert "22:30 UTC</time>" in shown(coder, world.outpatient)
    response = coder.post(reverse("time_zone"), {"time_zone": TOKYO})
    assert response.headers["Location"] == reverse("time_zone")
    page = shown(coder, world.outpatient)
    assert 'datetime="2099-06-02T07:30:00+09:00">07:30 JST</time>' in page
    assert "JST" in coder.get(reverse("time_zone")).content.decode()


def test_decisions_and_the_timeline_name_the_zone(coder: Client, world: World) -> None:
    time_zone.choose(TOKYO, by=world.coder)
    deciding.accept(world.suggestion, by=world.coder)
    assert "JST</time>" in shown(coder, world.outpatient)
    timeline = coder.get(reverse("chart_timeline", args=[world.outpatient.public_id])).content.decode()
    assert "JST</time>" in timeline
    assert f"Times in {TOKYO}" in timeline


def test_it_is_each_persons_own_and_can_be_given_up(client: Client, coder: Client, world: World) -> None:
    claim_until(world, datetime(2099, 6, 1, 22, 30, tzinfo=UTC))
    time_zone.choose(TOKYO, by=world.coder)
    other = Client()
    other.force_login(world.users[Role.AUDITOR])
    assert "22:30 UTC</time>" in shown(other, world.outpatient)
    coder.post(reverse("time_zone"), {"time_zone": ""})
    assert "22:30 UTC</time>" in shown(coder, world.outpatient)


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "Etc/GMT+5", "../etc/passwd", "posix/Asia/Tokyo", "UTC\x00", "asia/tokyo"]
)
def test_what_is_no_zone_is_refused(coder: Client, world: World, name: str) -> None:
    with pytest.raises(InvalidInputError):
        time_zone.choose(name, by=world.coder)
    assert coder.post(reverse("time_zone"), {"time_zone": name}).status_code == 400
    assert not Workbench.objects.filter(person=world.coder).exists()


def test_a_zone_that_exists_no_longer_is_the_hospitals(coder: Client, world: World) -> None:
    Workbench.objects.create(person=world.coder, time_zone="Mars/Olympus")
    assert zones.zone_of(world.coder) == timezone.get_default_timezone()
    assert shown(coder, world.outpatient)


def test_one_persons_clock_does_not_stay_for_the_next_request(coder: Client, world: World) -> None:
    time_zone.choose(TOKYO, by=world.coder)
    coder.get(reverse("time_zone"))
    assert timezone.get_current_timezone() == timezone.get_default_timezone()


def test_my_day_begins_at_the_persons_midnight(coder: Client, world: World) -> None:
    deciding.accept(world.suggestion, by=world.coder)
    decided = Decision.objects.get().decided_at
    time_zone.choose("Pacific/Kiritimati", by=world.coder)  # fourteen hours ahead
    with timezone.override(zones.zone_of(world.coder)):
        day = my_day.of(world.coder, now=decided)
    assert day.today.decisions == 1
    assert day.today.day == decided.astimezone(zones.zone_of(world.coder)).date()
    assert "Pacific/Kiritimati" in coder.get(reverse("my_day")).content.decode()


def test_dates_of_service_do_not_hang_on_whoever_is_signed_in(world: World) -> None:
    with timezone.override("Pacific/Kiritimati"):
        chart = received(admitted_on=None, discharged_on=None)
    assert str(chart.coding_date) == "2026-06-01"  # of the note, 10:00 UTC: the second of June over there


def test_it_is_open_to_every_role_and_not_to_strangers(client: Client, world: World) -> None:
    client.force_login(world.users[Role.ADMIN])
    assert client.get(reverse("time_zone")).status_code == 200
    assert client.delete(reverse("time_zone")).status_code == 405
    client.logout()
    assert client.get(reverse("time_zone")).headers["Location"].startswith(reverse("sign_in"))
