"""What goes to a model server and what comes back, free of any vendor's spelling."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple


class Lane(StrEnum):
    """Who waits. A share of the capacity is kept free for charts that a person looks at."""

    PERSON = "person"
    BACKLOG = "backlog"


@dataclass(frozen=True, slots=True)
class Message:
    """A turn of a chat. `role` is "system", "user" or "assistant"."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Request:
    """One question. `model` is the served name of the base model or of an adapter.

    Structured output: a JSON `schema`, or `choices` of which the answer is one; not both. `affinity` names the fixed
    prefix, so that equal prefixes go to one server; `cache_salt` keeps facilities from sharing cached prefixes.
    """

    messages: tuple[Message, ...]
    model: str
    max_tokens: int
    schema: dict[str, Any] | None = None
    choices: tuple[str, ...] = ()
    temperature: float = 0.0
    seed: int | None = None
    samples: int = 1
    top_logprobs: int = 0
    affinity: str = ""
    cache_salt: str = ""


class Token(NamedTuple):
    """A generated token: its bytes, its natural log-probability, and the alternatives asked for.

    A tuple: an answer has hundreds of them, and a frozen dataclass takes five times as long to make.
    """

    raw: bytes
    logprob: float
    alternatives: tuple[tuple[bytes, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One completion. `complete` is False when it was cut at `max_tokens`."""

    text: str
    tokens: tuple[Token, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the server counted them; `cached` of the prompt's came from its prefix cache."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.prompt + other.prompt, self.cached + other.cached, self.completion + other.completion)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request: at least one sample, and which server gave it after how many seconds."""

    samples: tuple[Sample, ...]
    model: str
    server: str
    usage: Usage
    seconds: float


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A name that a server answers to. `parent` is the base model of an adapter; `context` in tokens, 0 if unsaid."""

    name: str
    parent: str = ""
    context: int = 0
