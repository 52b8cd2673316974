"""A circuit breaker: a server that keeps failing is left alone, then tried with one request at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum

Clock = Callable[[], float]


class State(StrEnum):
    """OPEN: nothing goes through. HALF_OPEN: the wait is over, and one request may try."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Breaker:
    """Opens after `failures` in a row for `wait` seconds; every probe that fails doubles the wait, up to `wait_most`.

    A request asks for a ticket with `enter` and hands it back with one of `succeeded`, `failed` and `undecided`.
    Tickets from before the last change of state are stale: sixty requests that die together are one event.
    """

    def __init__(self, *, failures: int, wait: float, wait_most: float, clock: Clock = time.monotonic) -> None:
        self._limit, self._first_wait, self._wait_most, self._clock = failures, wait, wait_most, clock
        self._wait = wait
        self._in_a_row = 0
        self._reopens_at: float | None = None
        self._probing = False
        self._generation = 0

    @property
    def state(self) -> State:
        if self._reopens_at is None:
            return State.CLOSED
        return State.HALF_OPEN if self._probing or self._clock() >= self._reopens_at else State.OPEN

    @property
    def admits(self) -> bool:
        """Whether `enter` would give a ticket."""
        return self._reopens_at is None or (not self._probing and self._clock() >= self._reopens_at)

    def enter(self) -> int | None:
        """A ticket, or None. In the half-open state the first one who asks is the probe."""
        if not self.admits:
            return None
        self._probing = self._reopens_at is not None
        return self._generation

    def succeeded(self, ticket: int) -> None:
        if ticket != self._generation:
            return
        self._in_a_row = 0
        if self._probing:
            self._reopens_at, self._wait = None, self._first_wait
            self._turn()

    def failed(self, ticket: int) -> None:
        if ticket != self._generation:
            return
        self._in_a_row += 1
        if self._probing:
            self._wait = min(2 * self._wait, self._wait_most)
        if self._probing or self._in_a_row >= self._limit:
            self._reopens_at = self._clock() + self._wait
            self._turn()

    def undecided(self, ticket: int) -> None:
        """The request was cancelled, or told nothing about the server's health: the next one may probe."""
        if ticket == self._generation:
            self._probing = False

    def _turn(self) -> None:
        self._generation += 1
        self._probing = False
        self._in_a_row = 0
