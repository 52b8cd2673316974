"""A sender with a token."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from review.actions import accounts
from review.models import Role, User
from tests.factories import user

Send = Any


@pytest.fixture
def sender(db: None) -> User:
    return user(Role.INTEGRATION)


@pytest.fixture
def api(sender: User) -> APIClient:
    """A client that signs in by the integration account's token, and shows a fault of ours as a 500."""
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Token {accounts.api_token(sender, by=None).key}")
    return client


@pytest.fixture
def send(api: APIClient) -> Send:
    """Post a value, or raw bytes, as JSON."""

    def post(path: str, body: Any, content_type: str = "application/json") -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return api.generic("POST", path, raw, content_type=content_type)  # type: ignore[arg-type]  # bytes do as well

    return post
