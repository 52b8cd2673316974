"""The server that the contract is asked of: the fake in every run, a real vLLM where MEDCODE_LLM_URL names one."""

from __future__ import annotations

import json
import os
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager as Context
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from inference.llm.config import Config
from tests.fake_llm import FakeLlm, Reply
from tests.fake_llm_answers import default_answer
from tests.verification.llm.vllm_process import kill_group

URL = os.environ.get("MEDCODE_LLM_URL", "")
REAL = bool(URL)
API_KEY = "for-verification"


@dataclass
class Server(ABC):
    """`adapters` (name to path) can be loaded there and are not. `figures` are printed at the end."""

    url: str
    model: str
    context: int
    adapters: dict[str, str]
    figures: dict[str, list[float]] = field(default_factory=dict)

    def config(self, **changes: Any) -> Config:
        """Patient enough for a CPU that somebody else uses as well; a single failure opens no breaker."""
        plain: dict[str, Any] = {"timeout": 120.0, "patience": 150.0, "backoff": 0.05, "breaker_failures": 1000}
        lanes = {"in_flight": 8, "reserved": 2, "priority": True}
        return Config(**{"urls": (self.url,), "api_key": API_KEY, **plain, **lanes, **changes})

    def measured(self, what: str, seconds: float) -> None:
        self.figures.setdefault(what, []).append(seconds)

    @abstractmethod
    def slowly(self) -> Context[None]:
        """Inside, an answer of 500 tokens takes more than half a second."""

    @abstractmethod
    def kill(self) -> None:
        """As `kill -9` does. It is started again by itself, with no adapter loaded."""


class FakeServer(Server):
    """Ours. Every model answers with log-probabilities of its own, every sample with words of its own."""

    def __init__(self, fake: FakeLlm) -> None:
        self.fake = fake
        fake.answer = _answer
        super().__init__(fake.url, fake.model, fake.context, {"coding": "/models/coding", "cdi": "/models/cdi"})

    @contextmanager
    def slowly(self) -> Iterator[None]:
        self.fake.latency = 1.0
        yield
        self.fake.latency = 0.0

    def kill(self) -> None:
        self.fake.stop()
        threading.Timer(0.3, self.fake.start).start()


class RealServer(Server):
    """A vLLM that `verify` keeps running, or that a hospital has: then what needs more than the URL is skipped."""

    def slowly(self) -> Context[None]:
        return nullcontext()

    def kill(self) -> None:
        if not (file := os.environ.get("MEDCODE_LLM_PID_FILE")):
            pytest.skip("Only `make verify-llm` kills a server.")
        pid = Path(file).read_text()
        kill_group(int(pid))
        until = time.monotonic() + 30
        while Path(file).read_text() == pid and time.monotonic() < until:
            time.sleep(0.05)


def real_server() -> RealServer:
    """From the environment that `verify` sets. The adapters lie in the folder MEDCODE_LLM_ADAPTERS."""
    folder = os.environ.get("MEDCODE_LLM_ADAPTERS")
    adapters = {name: str(Path(folder) / name) for name in ("coding", "cdi")} if folder else {}
    return RealServer(URL, os.environ["MEDCODE_LLM_MODEL"], int(os.environ["MEDCODE_LLM_CONTEXT"]), adapters)


def _answer(body: dict[str, Any]) -> list[str | Reply]:
    text = default_answer(body)
    free = text == "ok"
    logprob = -0.1 - sum(map(ord, str(body["model"]))) % 97 / 100
    return [
        Reply(f"Sample {number} " + "goes on and on " * 600 if free else text, logprob=logprob)
        for number in range(body.get("n") or 1)
    ]


def write_figures(server: Server) -> None:
    """For `verify`, which prints them."""
    if file := os.environ.get("MEDCODE_LLM_FIGURES"):
        Path(file).write_text(json.dumps(server.figures))
