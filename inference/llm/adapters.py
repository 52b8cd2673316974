"""LoRA adapters on the model servers: which there are, load, unload. On all live servers, so that any may answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from inference.llm.client import Client
from inference.llm.errors import ModelServerError
from inference.llm.servers import Server
from inference.llm.wire import ServedModel


@dataclass(frozen=True, slots=True)
class Done:
    """How it went on one server. `error` is empty, or a sentence; a server that is away gets the adapter later."""

    server: str
    error: str = ""


async def list_models(client: Client) -> list[ServedModel]:
    """Base models and adapters of all live servers; `parent` tells them apart."""
    return await client.models()


async def load(client: Client, name: str, path: str) -> list[Done]:
    """Load the adapter that lies at `path`, as the servers see it; fine if it is loaded from there already.

    Raises what the first server said when no server could.
    """
    return await _everywhere(client, lambda server: client.caller.load(server, name, path))


async def unload(client: Client, name: str) -> list[Done]:
    """Raises what the first server said when no server could."""
    return await _everywhere(client, lambda server: client.caller.unload(server, name))


async def ensure(client: Client, name: str, path: str) -> list[Done]:
    """Load it where it is missing, as after a restart."""

    async def on(server: Server) -> None:
        if name not in await client.caller.models(server):
            await client.caller.load(server, name, path)

    return await _everywhere(client, on)


async def _everywhere(client: Client, what: Callable[[Server], Awaitable[None]]) -> list[Done]:
    client.servers.require()
    servers = client.servers.live
    results = await asyncio.gather(*map(what, servers), return_exceptions=True)
    errors = [error for error in results if isinstance(error, BaseException)]
    for error in errors:
        if not isinstance(error, ModelServerError):
            raise error
    if len(errors) == len(servers):
        raise errors[0]
    return [
        Done(server.name, str(result) if isinstance(result, BaseException) else "")
        for server, result in zip(servers, results, strict=True)
    ]
