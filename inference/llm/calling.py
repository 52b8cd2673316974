"""One HTTP call to one server: what its outcome means for the caller, and for the server's breaker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp

from inference.llm import dialect, transport
from inference.llm.config import Config
from inference.llm.dialect import NotJsonError
from inference.llm.errors import BadAnswerError, RequestRefusedError, ServerAwayError
from inference.llm.retrying import RETRIED, AgainError, retry_after
from inference.llm.servers import Server
from inference.llm.wire import ServedModel

T = TypeVar("T")

# No other path of a server is ever asked for: the proxy before it need let nothing else through.
CHAT = "/v1/chat/completions"
MODELS = "/v1/models"
LOAD = "/v1/load_lora_adapter"
UNLOAD = "/v1/unload_lora_adapter"
TOKENIZE = "/tokenize"

# Asked again once: a second unreadable answer to the same question is no accident.
BAD_ATTEMPTS = 2

# The key or the certificate is wrong, or a proxy is in the way: nothing that a chart could help.
_GATE = frozenset({401, 403, 407})

_NETWORK = (aiohttp.ClientError, asyncio.TimeoutError, OSError)
_LOADING_IS_OFF = "The model server does not load adapters while it runs: VLLM_ALLOW_RUNTIME_LORA_UPDATING is not set."


@dataclass(frozen=True, slots=True)
class Reply:
    """Any answer. `retry_after` in seconds, 0 if the server did not say."""

    status: int
    raw: bytes
    retry_after: float = 0.0


class Caller:
    """Holds the HTTP session. For one event loop."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    async def ask(
        self,
        server: Server,
        path: str,
        body: bytes,
        read: Callable[[dict[str, Any]], T],
        *,
        model: str,
        timeout: float,
    ) -> T:
        """What `read` makes of the answer. Raises `AgainError` for what may go better, else a `ModelServerError`."""
        ticket = server.breaker.enter()
        if ticket is None:
            raise ServerAwayError(f"{server.name} is left alone for now.")
        well: bool | None = None  # stays so when the caller is cancelled
        server.in_flight += 1
        try:
            reply = await self._send(server, path, body, timeout)
            if reply.status != 200:
                well, failure = _failure(server, reply, model)
                raise failure
            answer = dialect.parse(reply.raw)
            well = True
        except _NETWORK as error:
            well = False
            raise AgainError(_silent(server, error)) from error
        except NotJsonError as error:
            well = False
            raise AgainError(error, attempts=BAD_ATTEMPTS) from error
        finally:
            server.in_flight -= 1
            server.settle(ticket, well)
        try:
            return read(answer)
        except BadAnswerError as error:
            raise AgainError(error, attempts=BAD_ATTEMPTS) from error

    # --- About the server itself: asked once, and of no weight for the breaker --------------------

    async def models(self, server: Server) -> dict[str, tuple[ServedModel, str]]:
        """What the server serves now, each with the path it was loaded from."""
        reply = await self._tell(server, MODELS, None)
        if reply.status != 200:
            raise ServerAwayError(f"{server.name} answers {reply.status} to {MODELS}.")
        served = dialect.served_models(dialect.parse(reply.raw))
        server.models = tuple(served)
        return served

    async def load(self, server: Server, name: str, path: str) -> None:
        """Also fine when it is loaded from there already. Raises `RequestRefusedError` with the server's words."""
        reply = await self._tell(server, LOAD, dialect.encode({"lora_name": name, "lora_path": path}))
        words = dialect.spoken(reply.raw)
        if reply.status == 400 and "already been loaded" in words:
            if (loaded_from := (await self.models(server))[name][1]) != path:
                raise RequestRefusedError(400, f"{name} is loaded from {loaded_from}: unload it first.")
        elif reply.status != 200:
            raise _refused(reply, words)
        server.loads[name] = server.loads.get(name, 0) + 1
        server.models = (*(other for other in server.models if other != name), name)

    async def unload(self, server: Server, name: str) -> None:
        """Also fine when there is no such adapter."""
        reply = await self._tell(server, UNLOAD, dialect.encode({"lora_name": name}))
        words = dialect.spoken(reply.raw)
        if reply.status != 200 and not (reply.status == 404 and "cannot be found" in words):
            raise _refused(reply, words)
        server.models = tuple(other for other in server.models if other != name)

    async def count(self, server: Server, body: bytes, model: str) -> int | None:
        """Tokens of a prompt; None where the server, or a proxy before it, offers no /tokenize."""
        reply = await self._tell(server, TOKENIZE, body)
        if reply.status == 200:
            return dialect.token_count(dialect.parse(reply.raw))
        if (
            400 <= reply.status < 500
            and reply.status not in _GATE
            and (refusal := dialect.refusal(reply.status, reply.raw, model))
        ):
            raise refusal
        if reply.status in {403, 404, 405, 501}:
            return None
        raise ServerAwayError(f"{server.name} answers {reply.status} to {TOKENIZE}.")

    async def _tell(self, server: Server, path: str, body: bytes | None) -> Reply:
        try:
            return await self._send(server, path, body, self._config.timeout)
        except _NETWORK as error:
            raise _silent(server, error) from error

    async def _send(self, server: Server, path: str, body: bytes | None, timeout: float) -> Reply:
        self._session = self._session or transport.open_session(self._config)
        limits = aiohttp.ClientTimeout(total=timeout, sock_connect=self._config.connect_timeout)
        method = "GET" if body is None else "POST"
        async with self._session.request(
            method, server.url + path, data=body, timeout=limits, allow_redirects=False
        ) as response:
            raw = await transport.read(response, self._config.max_answer)
            return Reply(response.status, raw, retry_after(response.headers.get("Retry-After")))


def _failure(server: Server, reply: Reply, model: str) -> tuple[bool | None, Exception]:
    """Whether the server is well (None: that does not tell), and what to raise."""
    away = ServerAwayError(f"{server.name} answers {reply.status}.")
    if reply.status in RETRIED:
        return (None if reply.status == 429 else False), AgainError(away, retry_after=reply.retry_after)
    if (
        400 <= reply.status < 500
        and reply.status not in _GATE
        and (refusal := dialect.refusal(reply.status, reply.raw, model))
    ):
        return True, refusal
    return False, away


def _silent(server: Server, error: BaseException) -> ServerAwayError:
    return ServerAwayError(f"{server.name} does not answer: {type(error).__name__}.")


def _refused(reply: Reply, words: str) -> RequestRefusedError:
    return RequestRefusedError(reply.status, words or _LOADING_IS_OFF)
