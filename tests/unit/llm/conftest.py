"""A running fake model server per test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fake_llm import FakeLlm


@pytest.fixture
def fake() -> Iterator[FakeLlm]:
    with FakeLlm() as server:
        yield server


@pytest.fixture
def second() -> Iterator[FakeLlm]:
    with FakeLlm() as server:
        yield server
