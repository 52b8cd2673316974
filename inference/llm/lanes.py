"""How many requests are under way at once, and whose turn it is next."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from inference.llm.wire import Lane


class Lanes:
    """At most `in_flight` at a time, of which the backlog never takes `reserved`. People first, then in order.

    For one event loop. Like `asyncio.Semaphore`, a freed slot goes to the waiter directly, so nobody overtakes.
    """

    def __init__(self, in_flight: int, reserved: int) -> None:
        self._limit = {Lane.PERSON: in_flight, Lane.BACKLOG: in_flight - reserved}
        self._total = in_flight
        self.in_flight = dict.fromkeys(Lane, 0)
        self._waiters: dict[Lane, deque[asyncio.Future[None]]] = {lane: deque() for lane in Lane}

    @property
    def waiting(self) -> dict[Lane, int]:
        return {lane: len(queue) for lane, queue in self._waiters.items()}

    async def enter(self, lane: Lane) -> None:
        """Wait for a slot. Raises what `turn_away` was given."""
        if not self._waiters[lane] and self._has_room(lane):
            self.in_flight[lane] += 1
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiters[lane].append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter in self._waiters[lane]:
                self._waiters[lane].remove(waiter)
            elif not waiter.cancelled() and waiter.exception() is None:
                self.leave(lane)  # cancelled between getting the slot and waking up: it goes on to the next one
            raise

    def leave(self, lane: Lane) -> None:
        self.in_flight[lane] -= 1
        for next_lane in (Lane.PERSON, Lane.BACKLOG):
            self._wake(next_lane)

    def turn_away(self, error: Callable[[], Exception]) -> None:
        """Nobody can be served for now: whoever waits is told so."""
        for queue in self._waiters.values():
            while queue:
                waiter = queue.popleft()
                if not waiter.done():
                    waiter.set_exception(error())

    def _wake(self, lane: Lane) -> None:
        queue = self._waiters[lane]
        while queue and (queue[0].done() or self._has_room(lane)):
            waiter = queue.popleft()
            if not waiter.done():
                self.in_flight[lane] += 1
                waiter.set_result(None)

    def _has_room(self, lane: Lane) -> bool:
        return self.in_flight[lane] < self._limit[lane] and sum(self.in_flight.values()) < self._total
