"""Browsers that are signed in, with and without htmx."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import World


@pytest.fixture
def coder(client: Client, world: World) -> Client:
    client.force_login(world.coder)
    return client


@pytest.fixture
def htmx(world: World) -> Client:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(world.coder)
    return client
