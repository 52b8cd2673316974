"""Slow, busy, killed: what the client makes of it, and that nothing is lost."""

from __future__ import annotations

import asyncio
import time

import pytest

from inference.llm.client import Client
from inference.llm.errors import ServerAwayError
from inference.llm.wire import Answer, Lane, Message, Request
from tests.verification.llm.conftest import Ask
from tests.verification.llm.server import REAL, Server

QUESTIONS = 60


def question(server: Server, text: str = "Note.", *, model: str = "", tokens: int = 12) -> Request:
    return Request(messages=(Message("user", text),), model=model or server.model, max_tokens=tokens)


def test_an_answer_that_takes_too_long_is_given_up_and_the_server_goes_on(server: Server, using: Ask) -> None:
    long = question(server, "Write and write. {}", tokens=server.context - 100)

    async def scenario(client: Client) -> Answer:
        with server.slowly(), pytest.raises(ServerAwayError):
            await client.ask(long)
        while True:
            try:  # a short answer fits the time-out, though perhaps not while the machine is busy
                return await client.ask(question(server, tokens=1))
            except ServerAwayError:
                await asyncio.sleep(0.2)

    assert using(scenario, timeout=0.5, patience=1.0, attempts=2).usage.completion == 1


def test_whoever_stops_waiting_frees_the_slot(server: Server, using: Ask) -> None:
    async def scenario(client: Client) -> Answer:
        with server.slowly():
            waiting = asyncio.create_task(client.ask(question(server, tokens=server.context - 100)))
            await asyncio.sleep(0.2)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        return await client.ask(question(server))

    assert using(scenario, in_flight=1, reserved=0).samples


def test_a_person_overtakes_the_backlog(server: Server, using: Ask) -> None:
    done: list[Lane] = []

    async def ask(client: Client, lane: Lane, number: int) -> None:
        await client.ask(question(server, f"Note {number}.", tokens=30), lane)
        done.append(lane)

    async def scenario(client: Client) -> None:
        backlog = [asyncio.create_task(ask(client, Lane.BACKLOG, number)) for number in range(12)]
        while client.meters.snapshot()["in_flight"]["backlog"] < 2:
            await asyncio.sleep(0.001)
        await ask(client, Lane.PERSON, 100)
        await asyncio.gather(*backlog)

    using(scenario, in_flight=3, reserved=1)

    assert len(done) == 13
    assert done.index(Lane.PERSON) < 8


def test_kill_9_under_load_loses_no_question(server: Server, using: Ask) -> None:
    """Half of the questions need an adapter, which the restarted server does not have."""
    answers: dict[int, Answer] = {}
    down: list[float] = []

    async def insist(client: Client, number: int) -> None:
        """As the worker does: a server that is away is not the chart's fault, so the chart waits."""
        model = "coding" if server.adapters and number % 2 else server.model
        while number not in answers:
            try:
                answers[number] = await client.ask(question(server, f"Note {number}.", model=model))
            except ServerAwayError:
                await asyncio.sleep(0.1)

    async def scenario(client: Client) -> None:
        asking = [asyncio.create_task(insist(client, number)) for number in range(QUESTIONS)]
        while len(answers) < QUESTIONS // 6:
            await asyncio.sleep(0.005)
        killed, before = time.perf_counter(), len(answers)
        await asyncio.to_thread(server.kill)
        while len(answers) < before + 5:
            await asyncio.sleep(0.005)
        down.append(time.perf_counter() - killed)
        await asyncio.gather(*asking)

    using(scenario, path=server.adapters.get, breaker_failures=3, breaker_wait=0.1, timeout=60.0 if REAL else 5.0)
    server.measured(f"kill -9 until {QUESTIONS} questions go on", down[0])

    assert sorted(answers) == list(range(QUESTIONS))
    assert all(answer.samples for answer in answers.values())
