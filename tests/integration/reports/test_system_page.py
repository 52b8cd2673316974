"""The system page says what runs, what is loaded, and what failed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from medcode.codebook.models import Release
from review.models import Chart, Role
from review.reports import operations
from tests.factories import World


@pytest.fixture
def admin(world: World) -> Client:
    client = Client()
    client.force_login(world.users[Role.ADMIN])
    return client


def test_it_names_services_releases_models_and_runs(admin: Client, world: World) -> None:
    page = admin.get(reverse("system")).content.decode()
    run = world.outpatient.run
    assert run is not None
    for words in ("PostgreSQL", "ICD-10-CM April 2026", str(run.model_version), "Ready to code", "None."):
        assert words in page


def test_it_says_which_release_stands_in_after_the_last_one_has_ended(db: None) -> None:
    release = Release.objects.get(code_system="ICD-10-CM")
    assert release.valid_to is not None
    on_the_last_day, after = release.valid_to, release.valid_to + timedelta(days=1)
    assert operations.ReleaseRow(release, in_force=True, stands_in=False) in operations.releases(on_the_last_day)
    assert operations.ReleaseRow(release, in_force=False, stands_in=True) in operations.releases(after)


def test_a_newer_release_ends_the_stand_in(db: None) -> None:
    old = Release.objects.get(code_system="ICD-10-CM")
    new = Release.objects.create(
        code_system="ICD-10-CM", name="FY2027", valid_from=date(2026, 10, 1), source="test", is_complete=True
    )
    rows = [row for row in operations.releases(date(2026, 11, 2)) if row.release in (old, new)]
    assert [(row.release, row.in_force, row.stands_in) for row in rows] == [(new, True, False), (old, False, False)]


def test_the_notice_is_on_the_page_only_while_a_release_stands_in(admin: Client) -> None:
    Release.objects.update(valid_to=timezone.localdate() - timedelta(days=1))
    assert "the last release loaded" in admin.get(reverse("system")).content.decode()
    Release.objects.update(valid_to=None)
    assert "the last release loaded" not in admin.get(reverse("system")).content.decode()


def test_a_failed_chart_is_listed_with_its_reason_and_can_be_tried_again(admin: Client, world: World) -> None:
    Chart.objects.filter(pk=world.outpatient.pk).update(
        status="failed", suggest_error="EngineError", suggest_attempts=3
    )
    page = admin.get(reverse("system")).content.decode()
    assert "The coder failed (EngineError)." in page
    retry = reverse("chart_retry", args=[world.outpatient.public_id])
    assert f'action="{retry}"' in page
    response = admin.post(retry, {"from": "system"})
    assert response.headers["Location"] == reverse("system")
    world.outpatient.refresh_from_db()
    assert world.outpatient.status == "received"


def test_the_page_names_no_patient(admin: Client, world: World) -> None:
    Chart.objects.update(status="failed")
    assert "Example" not in admin.get(reverse("system")).content.decode()
