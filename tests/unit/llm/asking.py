"""Short ways to make a client and ask it something; retries come within milliseconds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from inference.llm.client import Client
from inference.llm.config import Config
from inference.llm.wire import Message, Request
from tests.fake_llm import FakeLlm

T = TypeVar("T")


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += seconds


def config(*fakes: FakeLlm, **changes: Any) -> Config:
    quick: dict[str, Any] = {"backoff": 0.001, "backoff_most": 0.002, "timeout": 20.0, "breaker_failures": 1000}
    return Config(**{"urls": tuple(fake.url for fake in fakes), "in_flight": 16, "reserved": 2, **quick, **changes})


def question(text: str = "Note: chest pain.", **changes: Any) -> Request:
    return Request(
        **{
            "messages": (Message("system", "Code."), Message("user", text)),
            "model": "base",
            "max_tokens": 50,
            **changes,
        }
    )


def using(settings: Config, scenario: Callable[[Client], Awaitable[T]], **options: Any) -> T:
    """Run the scenario with a client that is closed afterwards."""

    async def whole() -> T:
        client = Client(settings, **options)
        try:
            return await scenario(client)
        finally:
            await client.close()

    return asyncio.run(whole())


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Let the event loop go on until something has happened."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.002)
