"""Which of several model servers gets a request: the one that knows its prefix, unless it is busy or dead."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import urlsplit

from inference.llm.breaker import Breaker, Clock, State
from inference.llm.config import Config
from inference.llm.errors import ServerAwayError
from inference.llm.wire import Lane

logger = logging.getLogger(__name__)

# A server may have this much more under way than the average before its requests spill over: bounded loads
# (Mirrokni, Thorup, Zadimoghaddam 2018), with a little slack so that a handful of requests stays together.
LOAD_FACTOR = 1.25
LOAD_SLACK = 4


@dataclass(slots=True)
class Server:
    """One model server. `name` is host and port, which is all that logs and pages show of it."""

    url: str
    breaker: Breaker
    name: str = ""
    in_flight: int = 0
    ok: int = 0
    failed: int = 0
    models: tuple[str, ...] = ()
    loads: dict[str, int] = field(default_factory=dict)  # adapters that this client loaded there, and how often

    def __post_init__(self) -> None:
        self.name = urlsplit(self.url).netloc.rpartition("@")[2]

    def settle(self, ticket: int, well: bool | None) -> None:
        """A request is over. `well` is None when it told nothing about the server."""
        before = self.breaker.state
        if well is None:
            self.breaker.undecided(ticket)
        elif well:
            self.ok += 1
            self.breaker.succeeded(ticket)
        else:
            self.failed += 1
            self.breaker.failed(ticket)
        if (after := self.breaker.state) is not before:
            logger.warning("Model server %s: %s, was %s.", self.name, after.value, before.value)


@dataclass(frozen=True, slots=True)
class ServerState:
    """What pages and meters show of a server. `breaker` is "closed", "open" or "half-open"."""

    url: str
    breaker: str
    in_flight: int
    ok: int
    failed: int
    models: tuple[str, ...]


class Servers:
    """All configured servers. Breakers are per server: a dead one is left out, the others take its share."""

    def __init__(self, config: Config, clock: Clock = time.monotonic) -> None:
        def breaker() -> Breaker:
            most = max(config.breaker_wait, config.breaker_wait_most)
            return Breaker(failures=config.breaker_failures, wait=config.breaker_wait, wait_most=most, clock=clock)

        self.all = tuple(Server(url, breaker()) for url in config.urls)
        self._ranked = lru_cache(maxsize=4096)(self._rank)

    @property
    def live(self) -> list[Server]:
        """Those whose breaker is not open."""
        return [server for server in self.all if server.breaker.state is not State.OPEN]

    def require(self) -> None:
        """Raises `ServerAwayError` when nobody would be let through now."""
        if not any(server.breaker.admits for server in self.all):
            raise self.away()

    def away(self) -> ServerAwayError:
        return ServerAwayError("No model server answers." if self.all else "No model server is configured.")

    def choose(self, affinity: str, lane: Lane, avoid: Server | None = None) -> Server:
        """Where the next request goes. `avoid` is where it just failed: taken only when there is no other.

        A server back from the dead is probed by the backlog, never by a request that a person waits for.
        """
        open_to = [server for server in self.all if server.breaker.admits]
        closed = [server for server in open_to if server.breaker.state is State.CLOSED]
        if lane is Lane.BACKLOG and len(closed) < len(open_to):
            return next(server for server in open_to if server not in closed)
        candidates = closed or open_to
        candidates = [server for server in candidates if server is not avoid] or candidates
        if not candidates:
            raise self.away()
        if len(candidates) == 1:
            return candidates[0]
        least = min(candidates, key=lambda server: server.in_flight)
        if not affinity:
            return least
        first = next(server for server in self._ranked(affinity) if server in candidates)
        return least if first.in_flight + 1 > _bound(candidates) else first

    def state(self) -> list[ServerState]:
        return [
            ServerState(
                server.name, server.breaker.state.value, server.in_flight, server.ok, server.failed, server.models
            )
            for server in self.all
        ]

    def _rank(self, affinity: str) -> tuple[Server, ...]:
        """Rendezvous hashing: a server that comes or goes moves only its own share of the prefixes."""
        return tuple(sorted(self.all, key=lambda server: _weight(server.url, affinity)))


def _weight(url: str, affinity: str) -> bytes:
    return blake2b(f"{url}\n{affinity}".encode("utf-8", "replace"), digest_size=8).digest()


def _bound(servers: list[Server]) -> int:
    under_way = sum(server.in_flight for server in servers) + 1
    return math.ceil(LOAD_FACTOR * under_way / len(servers)) + LOAD_SLACK
