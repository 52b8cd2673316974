"""The client of all model servers: asks, asks again, shares the servers out, and says when nobody is there."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from inference.llm import calling, dialect
from inference.llm.breaker import Clock
from inference.llm.calling import Caller
from inference.llm.config import Config
from inference.llm.errors import (
    BadAnswerError,
    ModelServerError,
    RequestRefusedError,
    ServerAwayError,
    UnknownModelError,
)
from inference.llm.lanes import Lanes
from inference.llm.meters import Meters, Result
from inference.llm.retrying import AgainError, insist
from inference.llm.servers import Server, Servers, ServerState
from inference.llm.wire import Answer, Lane, Message, Request, Sample, ServedModel, Usage

logger = logging.getLogger(__name__)

AdapterPath = Callable[[str], str | None]


class Client:
    """For one event loop; `session` keeps one per process.

    `adapter_path` says where an adapter lies on the servers, None for what is none: a server that was restarted is
    given it again. It is called in a thread, so it may ask the database. `clock` is the breakers'.
    """

    def __init__(
        self, config: Config, *, adapter_path: AdapterPath | None = None, clock: Clock = time.monotonic
    ) -> None:
        self.config = config
        self.meters = Meters(self._now)
        self.caller = Caller(config)
        self.servers = Servers(config, clock)
        self.tokens_estimated = False  # whether a server has no /tokenize, so that `count_tokens` guesses
        self._lanes = Lanes(config.in_flight, config.reserved)
        self._adapter_path = adapter_path
        self._loading: dict[tuple[str, str], asyncio.Lock] = {}
        self._base_model = config.model

    @property
    def available(self) -> bool:
        """Whether a question would go out now. Never True while the only server is out on probation."""
        return any(server.breaker.admits for server in self.servers.all)

    def state(self) -> list[ServerState]:
        return self.servers.state()

    async def close(self) -> None:
        await self.caller.close()

    # --- Asking ----------------------------------------------------------------------------------

    async def ask(self, request: Request, lane: Lane = Lane.BACKLOG) -> Answer:
        """One question, with every retry. An empty `model` means the base model.

        Raises `ServerAwayError` (at once when all breakers are open), `RequestRefusedError`, `UnknownModelError` and
        `BadAnswerError`. A caller that is cancelled gives its slot back and breaks the connection, which stops vLLM.
        """
        started = time.monotonic()
        try:
            self.servers.require()
            model = request.model or await self.base_model()
            body = dialect.question(request, model, lane if self.config.priority else None)
            await self._lanes.enter(lane)
            try:
                server, samples, usage = await self._insist(request, model, body, lane)
            finally:
                self._lanes.leave(lane)
        except ModelServerError as error:
            self._failed(error)
            raise
        seconds = time.monotonic() - started
        self.meters.answered(lane, seconds, usage)
        return Answer(samples, model, server.name, usage, seconds)

    async def _insist(
        self, request: Request, model: str, body: bytes, lane: Lane
    ) -> tuple[Server, tuple[Sample, ...], Usage]:
        deadline = time.monotonic() + self.config.patience
        failed: Server | None = None

        async def attempt() -> tuple[Server, tuple[Sample, ...], Usage]:
            nonlocal failed
            server = self.servers.choose(request.affinity, lane, avoid=failed)
            left = max(0.1, min(self.config.timeout, deadline - time.monotonic()))
            try:
                return server, *await self._ask_there(server, body, model, request.samples, left)
            except AgainError:
                failed = server
                raise

        return await insist(attempt, self.config, partial(self.meters.count, Result.RETRIED))

    async def _ask_there(
        self, server: Server, body: bytes, model: str, asked: int, timeout: float
    ) -> tuple[tuple[Sample, ...], Usage]:
        read = partial(_read, asked=asked)
        loads = server.loads.get(model, 0)
        try:
            return await self.caller.ask(server, calling.CHAT, body, read, model=model, timeout=timeout)
        except UnknownModelError:
            if not await self._restore(server, model, loads):
                raise
        return await self.caller.ask(server, calling.CHAT, body, read, model=model, timeout=timeout)

    async def _restore(self, server: Server, name: str, loads: int) -> bool:
        """Give an adapter to a server that lost it, once for all who miss it. False if `name` is no adapter."""
        path = await asyncio.to_thread(self._adapter_path, name) if self._adapter_path else None
        if path is None:
            self._base_model = self.config.model  # perhaps the server came back with another model
            return False
        async with self._loading.setdefault((server.url, name), asyncio.Lock()):
            if server.loads.get(name, 0) == loads:
                logger.warning("Model server %s has lost adapter %s: loading it again.", server.name, name)
                await self.caller.load(server, name, path)
        return True

    def _failed(self, error: ModelServerError) -> None:
        if isinstance(error, RequestRefusedError):
            self.meters.count(Result.REFUSED)
        elif isinstance(error, BadAnswerError):
            self.meters.count(Result.BAD)
        else:
            self.meters.count(Result.AWAY)
        if isinstance(error, ServerAwayError) and not self.available:
            self._lanes.turn_away(self.servers.away)

    # --- About the servers -----------------------------------------------------------------------

    async def count_tokens(self, messages: tuple[Message, ...], model: str = "") -> int:
        """How long the prompt is for the server, chat template included.

        Without /tokenize an estimate that rather counts too many; `tokens_estimated` says so.
        """
        model = model or await self.base_model()
        body = dialect.counting(messages, model)

        async def attempt() -> int | None:
            server = self.servers.choose("", Lane.PERSON)
            loads = server.loads.get(model, 0)
            try:
                return await self.caller.count(server, body, model)
            except UnknownModelError:
                if not await self._restore(server, model, loads):
                    raise
                return await self.caller.count(server, body, model)
            except ServerAwayError as error:
                raise AgainError(error) from error

        if not self.tokens_estimated:
            counted = await insist(attempt, self.config, partial(self.meters.count, Result.RETRIED))
            if counted is not None:
                return counted
            logger.warning("The model server has no %s: prompts are estimated.", calling.TOKENIZE)
            self.tokens_estimated = True
        return estimated_tokens(messages)

    async def models(self) -> list[ServedModel]:
        """What the live servers serve, each name once. Raises `ServerAwayError` when none answers."""
        self.servers.require()
        answers = await asyncio.gather(*map(self.caller.models, self.servers.live), return_exceptions=True)
        served: dict[str, ServedModel] = {}
        for answer in answers:
            if isinstance(answer, dict):
                served = {name: model for name, (model, _) in answer.items()} | served
        if not served:
            raise next((error for error in answers if isinstance(error, BaseException)), self.servers.away())
        return list(served.values())

    async def base_model(self) -> str:
        """VLLM_MODEL, else the first model that is not an adapter, asked once."""
        if not self._base_model:
            self._base_model = next((model.name for model in await self.models() if not model.parent), "")
        if not self._base_model:
            raise BadAnswerError("The model server does not say which model it serves.")
        return self._base_model

    def _now(self) -> dict[str, Any]:
        return {
            "in_flight": {lane.value: count for lane, count in self._lanes.in_flight.items()},
            "waiting": {lane.value: count for lane, count in self._lanes.waiting.items()},
            "servers": [
                {
                    "url": server.url,
                    "breaker": server.breaker,
                    "in_flight": server.in_flight,
                    "ok": server.ok,
                    "failed": server.failed,
                    "models": list(server.models),
                }
                for server in self.state()
            ],
        }


def estimated_tokens(messages: tuple[Message, ...]) -> int:
    """Three characters to a token and a few for each turn: clinical English has about four, tables and codes three."""
    return sum(len(message.content) // 3 + 8 for message in messages)


def _read(answer: dict[str, Any], asked: int) -> tuple[tuple[Sample, ...], Usage]:
    return dialect.samples(answer, asked), dialect.usage(answer)
