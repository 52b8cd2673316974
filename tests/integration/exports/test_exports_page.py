"""The page before the download: what the file will hold."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from review.actions import deciding
from review.models import AuditEvent, Role
from tests.factories import World


@pytest.fixture
def admin(world: World) -> Client:
    client = Client()
    client.force_login(world.users[Role.ADMIN])
    return client


def test_it_shows_the_first_rows_and_links_the_same_filter(admin: Client, world: World) -> None:
    deciding.reject(world.suggestion, by=world.coder, reason="integral")
    page = admin.get(reverse("exports"), {"coder": "coder", "code": world.suggestion.display}).content.decode()
    assert "1 row</h2>" in page
    assert "integral" in page
    assert (
        f'href="{reverse("export_overrides")}?scope=overrides&amp;coder=coder&amp;code={world.suggestion.code}"'
        in page
    )


def test_looking_is_no_export(admin: Client) -> None:
    admin.get(reverse("exports"))
    assert not AuditEvent.objects.filter(event="export.overrides").exists()


def test_without_a_match_it_says_what_the_file_would_hold(admin: Client) -> None:
    assert "The file would hold the header line alone" in admin.get(reverse("exports")).content.decode()


def test_a_wrong_filter_is_named_beside_the_form_and_offers_no_download(admin: Client) -> None:
    response = admin.get(reverse("exports"), {"from": "soon"})
    assert response.status_code == 400
    content = response.content.decode()
    assert "from: must be a day" in content
    assert "Download CSV" not in content
    assert 'value="soon"' in content
