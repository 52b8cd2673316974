"""A model server to test against: real sockets, vLLM's spelling, scripted answers. One for all tests.

    with FakeLlm() as fake:
        fake.answer = lambda body: '{"codes": []}'
        client = Client(Config(urls=(fake.url,)))

`tests/verification/llm` runs the same questions against a real vLLM, so that the fake stays true.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from aiohttp import web

from tests.fake_llm_answers import (
    Alternatives,
    Answering,
    Reply,
    chat_completion,
    default_answer,
    prompt_of,
    refusal,
    tokens_of,
)

__all__ = ["Alternatives", "FakeLlm", "Reply", "tokens_of"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Call:
    """One request of any kind, as it came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any] = field(default_factory=dict)


def error(status: int, message: str, kind: str = "BadRequestError", param: str | None = None) -> web.Response:
    """An error as vLLM spells it (`create_error_response`)."""
    return web.json_response(
        {"error": {"message": message, "type": kind, "param": param, "code": status}}, status=status
    )


class FakeLlm:
    """Serves `model` and `adapters` (name to path) on a free port of 127.0.0.1, from its own thread.

    `answer(body)` returns a text, a `Reply`, or a list of these, one per sample. `latency` is in seconds. A `Reply`
    with `raw` goes out as it is, whatever it is.
    """

    def __init__(
        self,
        *,
        model: str = "base",
        adapters: dict[str, str] | None = None,
        context: int = 8192,
        api_key: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.model, self.context, self.api_key, self.tls = model, context, api_key, tls
        self.static_adapters = dict(adapters or {})
        self.adapters = dict(self.static_adapters)
        self.answer: Answering = default_answer
        self.latency = 0.0
        self.tokenizes = True
        self.loads_adapters = True  # VLLM_ALLOW_RUNTIME_LORA_UPDATING
        self.models_raw: bytes | None = None  # replaces what /v1/models says
        self.port = 0
        self.calls: list[Call] = []
        self.connections = 0
        self.max_in_flight_seen = 0
        self.in_flight = 0
        self._failures: list[tuple[int, dict[str, str]]] = []
        self._cached: set[int] = set()
        self._seen: set[object] = set()
        self._hanging = False
        self._flow: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopping: asyncio.Event | None = None

    # --- What tests script -----------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The bodies of all chat completions so far, in the order of their arrival."""
        return [call.body for call in self.calls if call.path == "/v1/chat/completions"]

    def fail_next(self, times: int, status: int = 503, **headers: str) -> None:
        """The next `times` chat completions get `status`; headers as `Retry_After="1"`."""
        self._failures += [(status, {name.replace("_", "-"): value for name, value in headers.items()})] * times

    def hang(self) -> None:
        """Chat completions are taken and not answered until `resume`, `stop` or the end."""
        self._hanging = True
        self._tell(asyncio.Event.clear)

    def resume(self) -> None:
        self._hanging = False
        self._tell(asyncio.Event.set)

    def wait_for(self, condition: Callable[[FakeLlm], bool], seconds: float = 60.0) -> None:
        """Block until something has happened here. Not from the client's event loop."""
        until = time.monotonic() + seconds
        while not condition(self):
            if time.monotonic() > until:
                raise TimeoutError("The fake model server waited in vain.")
            time.sleep(0.002)

    # --- Life ------------------------------------------------------------------------------------

    def start(self) -> FakeLlm:
        """Again on the same port after `stop`; like a restarted server it has only its static adapters."""
        self.adapters = dict(self.static_adapters)
        self._cached.clear()
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        if not ready.wait(10):
            raise TimeoutError("The fake model server does not start.")
        return self

    def stop(self) -> None:
        """Like a kill: open connections break."""
        if self._loop and self._stopping and self._thread:
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(10)
        self._loop = self._stopping = self._thread = self._flow = None

    def __enter__(self) -> FakeLlm:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stopping, self._flow = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        if not self._hanging:
            self._flow.set()
        runner = web.AppRunner(self._app(), handler_cancellation=True, access_log=None, shutdown_timeout=0.0)
        await runner.setup()
        listening = socket.create_server(("127.0.0.1", self.port))
        self.port = listening.getsockname()[1]
        site = web.SockSite(runner, listening, ssl_context=self.tls)
        await site.start()
        ready.set()
        await self._stopping.wait()
        # Closed while somebody is accepted, asyncio leaves that socket open (CPython, gh-109564). So first nobody new.
        self._loop.remove_reader(listening)
        await asyncio.sleep(0.01)
        await site.stop()
        for _ in range(3):  # a connection is made a turn after it was accepted, and an abort takes a turn
            for connection in runner.server.connections if runner.server else ():
                if transport := connection.transport:
                    transport.abort()
            await asyncio.sleep(0.01)
        await runner.cleanup()
        self.in_flight = 0

    def _tell(self, what: Callable[[asyncio.Event], None]) -> None:
        if self._loop and self._flow:
            self._loop.call_soon_threadsafe(what, self._flow)

    # --- Pages -----------------------------------------------------------------------------------

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard], client_max_size=64 * 1024**2)
        app.add_routes(
            [
                web.get("/health", self._health),
                web.get("/metrics", self._metrics),
                web.get("/v1/models", self._models),
                web.post("/v1/chat/completions", self._chat),
                web.post("/v1/load_lora_adapter", self._load),
                web.post("/v1/unload_lora_adapter", self._unload),
                web.post("/tokenize", self._tokenize),
            ]
        )
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        call = Call(request.path, dict(request.headers))
        self.connections += request.protocol not in self._seen
        self._seen.add(request.protocol)
        if request.can_read_body:
            call.body = await request.json()
        self.calls.append(call)
        # vLLM asks for the key under /v1 only.
        authorized = not self.api_key or request.headers.get("Authorization") == f"Bearer {self.api_key}"
        if request.path.startswith("/v1") and not authorized:
            return web.json_response({"error": "Unauthorized"}, status=401)
        return await handler(request)

    async def _health(self, _: web.Request) -> web.Response:
        return web.Response()

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(text=f'vllm:num_requests_running{{model_name="{self.model}"}} {self.in_flight}\n')

    async def _models(self, _: web.Request) -> web.Response:
        if self.models_raw is not None:
            return web.Response(body=self.models_raw, content_type="application/json")
        base = {"id": self.model, "object": "model", "owned_by": "vllm", "root": self.model, "parent": None}
        cards = [{**base, "max_model_len": self.context}]
        cards += [
            {**base, "id": name, "root": path, "parent": self.model, "max_model_len": None}
            for name, path in self.adapters.items()
        ]
        return web.json_response({"object": "list", "data": cards})

    async def _load(self, request: web.Request) -> web.Response:
        if not self.loads_adapters:
            return web.json_response({"detail": "Not Found"}, status=404)
        body = await request.json()
        name, path = body.get("lora_name"), body.get("lora_path")
        if not name or not path:
            return error(400, "Both 'lora_name' and 'lora_path' must be provided.", "InvalidUserInput")
        if name in self.adapters:
            again = "If you want to load the adapter in place, set 'load_inplace' to True."
            return error(400, f"The lora adapter '{name}' has already been loaded. {again}", "InvalidUserInput")
        if "missing" in path:
            return error(404, f"Loading lora {name} failed: No adapter found for {path}", "NotFoundError")
        self.adapters[name] = path
        return web.Response(text=f"Success: LoRA adapter '{name}' added successfully.")

    async def _unload(self, request: web.Request) -> web.Response:
        name = (await request.json()).get("lora_name")
        if name not in self.adapters:
            return error(404, f"The lora adapter '{name}' cannot be found.", "NotFoundError")
        del self.adapters[name]
        return web.Response(text=f"Success: LoRA adapter '{name}' removed successfully.")

    async def _tokenize(self, request: web.Request) -> web.Response:
        if not self.tokenizes:
            return web.json_response({"detail": "Not Found"}, status=404)
        body = await request.json()
        if unknown := self._unknown(body.get("model")):
            return unknown
        count = len(prompt_of(body["messages"]))
        return web.json_response({"count": count, "max_model_len": self.context, "tokens": [1] * count})

    def _unknown(self, name: str | None) -> web.Response | None:
        if name == self.model or name in self.adapters:
            return None
        return error(404, f"The model `{name}` does not exist.", "NotFoundError", "model")

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        self.in_flight += 1
        self.max_in_flight_seen = max(self.max_in_flight_seen, self.in_flight)
        try:
            return await self._reply(await request.json())
        finally:
            self.in_flight -= 1

    async def _reply(self, body: dict[str, Any]) -> web.Response:
        if self._failures:
            status, headers = self._failures.pop(0)
            failure = error(status, "scripted", "InternalServerError")
            failure.headers.update(headers)
            return failure
        assert self._flow
        await self._flow.wait()
        if self.latency:
            await asyncio.sleep(self.latency)
        if unknown := self._unknown(body.get("model")):
            return unknown
        if refused := refusal(body, self.context):
            return error(400, refused)
        replies = self.answer(body)
        listed = replies if isinstance(replies, list) else [replies] * (body.get("n") or 1)
        read = [Reply(item) if isinstance(item, str) else item for item in listed]
        if read[0].raw is not None:
            as_is = web.Response(body=read[0].raw, status=read[0].status, content_type="application/json")
            if read[0].chunked:
                as_is.enable_chunked_encoding()
            return as_is
        return web.json_response(chat_completion(body, read, self._cached, self.context))
