"""`server`: what the contract is asked of, with no adapter loaded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import pytest

from inference.llm import adapters
from inference.llm.client import Client
from tests.fake_llm import FakeLlm
from tests.verification.llm.server import API_KEY, REAL, FakeServer, Server, real_server, write_figures

T = TypeVar("T")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A real server starts slowly, compiles at the first request, and is killed in between."""
    for item in items:
        if REAL and "verification/llm" in str(item.path):
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="session")
def running() -> Iterator[Server]:
    if REAL:
        server: Server = real_server()
        yield server
        write_figures(server)
    else:
        with FakeLlm(api_key=API_KEY, context=2048) as fake:
            yield FakeServer(fake)


@pytest.fixture
def server(running: Server) -> Server:
    async def unload() -> None:
        client = Client(running.config())
        try:
            for model in await client.models():
                if model.parent:
                    await adapters.unload(client, model.name)
        finally:
            await client.close()

    asyncio.run(unload())
    return running


class Ask:
    """Runs a scenario with a client of the server's, which is closed afterwards."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def __call__(self, scenario: Callable[[Client], Awaitable[T]], *, path: Any = None, **changes: Any) -> T:
        async def whole() -> T:
            client = Client(self.server.config(**changes), adapter_path=path)
            try:
                return await scenario(client)
            finally:
                await client.close()

        return asyncio.run(whole())


@pytest.fixture
def using(server: Server) -> Ask:
    return Ask(server)
