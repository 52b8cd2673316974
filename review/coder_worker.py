"""One process that keeps a whole model server busy: many charts in flight, claimed from PostgreSQL by their status.

No message tells it what to do, so none can be lost: it looks for due charts whenever it has room. Rows are read and
written in a few threads; while the model works, no connection is held. Charts that a person waits for are taken first,
and some room is always kept for them.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from threading import Barrier
from typing import Any, TypeVar

from django.db import Error, connections
from django.utils import timezone

from inference import registry, routing
from inference.coder import Coder
from inference.llm import telemetry
from inference.llm.client import Client
from inference.llm.errors import ServerAwayError
from inference.llm.wire import Lane
from inference.routing import Choice
from inference.schema import Outcome
from review.actions import chart_text, shadowing, suggesting
from review.actions.shadowing import Due
from review.actions.suggesting import Claimed
from review.models import Chart
from review.reports import serving

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)  # of a chart; renewed while the model works, so a killed worker's charts wait no longer
RENEW_SECONDS = 8.0
PUBLISH_SECONDS = 2.0
LOOK_SECONDS = 0.25  # between two looks for due charts when there are none
GATHER_SECONDS = 0.02  # charts that end together make room together: one look for all of them
AWAY = timedelta(seconds=5)  # how long a chart waits when the server is away
STOP_SECONDS = 20.0  # for the charts in flight when the worker is told to stop; what is left is given back
DATABASE_THREADS = 4
AHEAD = 4  # one chart more in hand for each so many requests in flight
FRESH_SECONDS = 2.0  # how long a decision on the Model page may take to reach the next chart

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Room:
    """How many requests may be in flight; `reserved` of them only for charts that a person waits for.

    A few more charts than that are in hand: while some are read and stored here, the server is kept busy with others.
    """

    in_flight: int
    reserved: int

    @property
    def charts(self) -> int:
        """How many charts may be in hand; the client lets no more requests through than `in_flight`."""
        return self.in_flight + self.in_flight // AHEAD

    def for_backlog(self, backlog: int, total: int) -> int:
        """Free places for charts nobody waits for."""
        return max(0, min(self.charts - self.reserved - backlog, self.charts - total))


class Standing:
    """What answers now, asked of the database once in a while and not for every chart."""

    def __init__(self) -> None:
        self._until = 0.0
        self._choice: Choice | None = None
        self._coders: dict[date, Coder] = {}

    def choice(self) -> Choice:
        if self._choice is None or time.monotonic() >= self._until:
            self._choice, self._coders = routing.current(), {}
            self._until = time.monotonic() + FRESH_SECONDS
        return self._choice

    def coder(self, on: date) -> Coder:
        """The engine for charts of this coding date."""
        self.choice()
        coders = self._coders  # another thread may begin a new one meanwhile
        if on not in coders:
            coders[on] = registry.routed(on)
        return coders[on]


class CoderWorker:
    """Runs inside the event loop of its client. `run` ends after `stop`, when every chart is stored or given back."""

    def __init__(self, client: Client, room: Room, name: str = "") -> None:
        self.client = client
        self.room = room
        self.name = name or uuid.uuid4().hex[:8]
        self.threads = ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="rows")
        self.charts: dict[asyncio.Task[None], Claimed] = {}
        self.shadows: dict[asyncio.Task[None], Due] = {}
        self.stopping = asyncio.Event()
        self.standing = Standing()

    def stop(self) -> None:
        """Take no more charts. From another thread: `loop.call_soon_threadsafe(worker.stop)`."""
        self.stopping.set()

    async def run(self) -> None:
        """Take due charts until told to stop."""
        company = [asyncio.create_task(self._renew()), asyncio.create_task(self._publish())]
        stopped = asyncio.create_task(self.stopping.wait())
        try:
            while not self.stopping.is_set():
                await self._fill()
                await asyncio.wait(
                    {stopped, *self.charts, *self.shadows},
                    timeout=LOOK_SECONDS,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                await asyncio.sleep(GATHER_SECONDS)
            await self._finish()
        finally:
            for task in (*company, stopped):
                task.cancel()
            await asyncio.get_running_loop().run_in_executor(None, self._close_threads)

    async def _fill(self) -> None:
        """Take as many due charts as there is room for; a database that is away is waited for."""
        try:
            for claimed in await self._rows(self._claim):
                self._begin(claimed)
            free = self.room.for_backlog(len(self.shadows), len(self.charts) + len(self.shadows))
            if free and self.client.available and not self.charts:
                for due in await self._rows(shadowing.claim_due, limit=free, lease=LEASE):
                    task = asyncio.create_task(self._shadow(due))
                    self.shadows[task] = due
                    task.add_done_callback(self._shadow_done)
        except Exception as error:
            logger.warning("No charts could be taken: %s.", type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    def _claim(self) -> list[Claimed]:
        choice = self.standing.choice()
        if not choice.needs_server:
            return []  # Celery's processes do the work
        held = self.charts.values()
        backlog = sum(not each.chart.person_waiting for each in held)
        total, suspects = len(held) + len(self.shadows), not any(each.suspect for each in held)
        urgent, rest = self.room.charts - total, self.room.for_backlog(backlog + len(self.shadows), total)
        if not self.client.available and not choice.fallback:
            urgent = rest = 0 if held else 1  # one chart at a time asks whether the server is back
        people = Chart.objects.filter(person_waiting=True)
        taken = suggesting.claim(people, limit=urgent, lease=LEASE, suspects=suspects) if urgent else []
        rest = min(rest, self.room.charts - total - len(taken))
        if rest > 0:
            alone = suspects and not any(each.suspect for each in taken)
            others = Chart.objects.filter(person_waiting=False)
            taken += suggesting.claim(others, limit=rest, lease=LEASE, suspects=alone)
        return taken

    def _begin(self, claimed: Claimed) -> None:
        task = asyncio.create_task(self._chart(claimed))
        self.charts[task] = claimed
        task.add_done_callback(self._chart_done)

    def _chart_done(self, task: asyncio.Task[None]) -> None:
        self.charts.pop(task, None)
        _report(task)

    def _shadow_done(self, task: asyncio.Task[None]) -> None:
        self.shadows.pop(task, None)
        _report(task)

    async def _chart(self, claimed: Claimed) -> None:
        started, answered = timezone.now(), self._answered
        lane = Lane.PERSON if claimed.chart.person_waiting else Lane.BACKLOG
        try:
            text, notes = await self._rows(chart_text.read, claimed.chart)
            try:
                coder = await self._rows(self.standing.coder, claimed.chart.coding_date)
                outcome = await coder.apropose(text, lane=lane)
            except ServerAwayError:
                if not (await self._rows(self.standing.choice)).fallback:
                    if self._answered > answered:
                        raise  # others were answered meanwhile: it is this chart that the server cannot bear
                    await self._rows(suggesting.give_back, claimed, wait=AWAY)
                    return
                builtin = await self._rows(registry.builtin, claimed.chart.coding_date)
                outcome = replace(await builtin.apropose(text), fallback=True)
        except asyncio.CancelledError:
            await self._rows(suggesting.give_back, claimed, wait=timedelta(0))
            raise
        except Exception as error:
            await self._rows(suggesting.fail, claimed, error)
            return
        await self._rows(suggesting.store, claimed, outcome, notes, started)

    @property
    def _answered(self) -> int:
        """How many requests went well so far."""
        return int(self.client.meters.snapshot()["requests"]["ok"])

    async def _shadow(self, due: Due) -> None:
        started = timezone.now()
        try:
            coder = await self._rows(registry.load, due.engine, due.on, adapter=due.adapter)
            outcome: Outcome = await coder.apropose(due.text, lane=Lane.BACKLOG)
        except (ServerAwayError, asyncio.CancelledError) as error:
            await self._rows(shadowing.give_back, due, wait=AWAY)
            if isinstance(error, asyncio.CancelledError):
                raise
        except Exception as error:
            await self._rows(shadowing.fail, due, error)
        else:
            await self._rows(shadowing.store, due, outcome, started)

    async def _finish(self) -> None:
        """Let the charts in flight come to their end, but not for ever."""
        work = {*self.charts, *self.shadows}
        if work:
            _, late = await asyncio.wait(work, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            await self._quietly(suggesting.renew, {each.lease for each in self.charts.values()}, LEASE)
            await self._quietly(shadowing.renew, {each.lease for each in self.shadows.values()}, LEASE)

    async def _publish(self) -> None:
        while True:
            await self._quietly(telemetry.publish, self.name, self.client.meters.snapshot())
            await self._quietly(serving.sample_queue)
            await asyncio.sleep(PUBLISH_SECONDS)

    async def _quietly(self, act: Callable[..., Any], *arguments: Any) -> None:
        try:
            await self._rows(act, *arguments)
        except Exception as error:  # the next round tries again
            logger.warning("%s failed with %s.", act.__name__, type(error).__name__)

    async def _rows(self, act: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Call what reads or writes rows in one of the few threads that have a connection."""

        def call() -> T:
            try:
                return act(*arguments, **named)
            except Error:
                connections.close_all()  # of this thread: the next call begins with a new one
                raise

        return await asyncio.get_running_loop().run_in_executor(self.threads, call)

    def _close_threads(self) -> None:
        """Every thread closes its own connection: nobody else can."""
        together = Barrier(DATABASE_THREADS)

        def close() -> None:
            together.wait(timeout=STOP_SECONDS)  # else one thread might serve two of these calls
            connections.close_all()

        for future in [self.threads.submit(close) for _ in range(DATABASE_THREADS)]:
            future.result()
        self.threads.shutdown()


def _report(task: asyncio.Task[None]) -> None:
    """An error outside the engine (a database that went away): the lease runs out and the chart is due again."""
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.warning("A chart was left to its lease: %s.", type(error).__name__)
