"""The API is documented, and the documentation is whole."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from review.models import Role
from tests.factories import user

pytestmark = pytest.mark.django_db


def test_the_schema_is_valid_openapi_without_a_warning() -> None:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert "/api/v1/charts/" in out.getvalue()
    assert "/api/v1/fhir/" in out.getvalue()


def test_the_schema_is_served(api: APIClient) -> None:
    response = api.get("/api/schema/", HTTP_ACCEPT="application/json")
    assert response.status_code == 200
    assert response.json()["info"]["title"] == "Medcode API"


def test_the_page_of_the_documentation_holds_no_script_of_its_own() -> None:
    client = Client()
    client.force_login(user(Role.ADMIN))
    response = client.get(reverse("api_docs"))
    assert response.status_code == 200
    page = response.content.decode()
    assert 'data-schema="/api/schema/"' in page
    assert "<script>" not in page
    assert client.get(reverse("api_schema")).status_code == 200


def test_the_page_is_for_people_who_are_signed_in_and_may_send_charts() -> None:
    assert Client().get(reverse("api_docs")).status_code == 302
    client = Client()
    client.force_login(user(Role.AUDITOR))
    assert client.get(reverse("api_docs")).status_code == 403
    assert client.post(reverse("api_docs")).status_code == 405
