"""Slots: how many, whose, and in which order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from inference.llm.client import Client
from inference.llm.errors import ServerAwayError
from inference.llm.lanes import Lanes
from inference.llm.wire import Lane
from tests.fake_llm import FakeLlm
from tests.unit.llm.asking import config, question, until, using

PERSON, BACKLOG = Lane.PERSON, Lane.BACKLOG


def drive(scenario: Callable[[Lanes], Awaitable[None]], in_flight: int = 4, reserved: int = 1) -> None:
    async def whole() -> None:
        await scenario(Lanes(in_flight, reserved))

    asyncio.run(whole())


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def queue(lanes: Lanes, lane: Lane, name: str, entered: list[str]) -> asyncio.Task[None]:
    async def enter() -> None:
        await lanes.enter(lane)
        entered.append(name)

    return asyncio.get_running_loop().create_task(enter())


def test_the_backlog_never_takes_the_reserved_slots() -> None:
    async def scenario(lanes: Lanes) -> None:
        entered: list[str] = []
        tasks = [queue(lanes, BACKLOG, f"b{place}", entered) for place in range(5)]
        await settle()
        assert entered == ["b0", "b1", "b2"]
        assert lanes.waiting == {PERSON: 0, BACKLOG: 2}
        await lanes.enter(PERSON)
        assert lanes.in_flight == {PERSON: 1, BACKLOG: 3}
        for task in tasks[3:]:
            task.cancel()

    drive(scenario)


def test_people_may_take_every_slot_and_no_more() -> None:
    async def scenario(lanes: Lanes) -> None:
        for _ in range(4):
            await lanes.enter(PERSON)
        task = queue(lanes, PERSON, "fifth", [])
        await settle()
        assert lanes.waiting[PERSON] == 1
        task.cancel()

    drive(scenario)


def test_people_go_first_and_each_lane_in_its_order() -> None:
    async def scenario(lanes: Lanes) -> None:
        entered: list[str] = []
        for _ in range(3):
            await lanes.enter(BACKLOG)
        await lanes.enter(PERSON)
        for name in ("b1", "b2"):
            queue(lanes, BACKLOG, name, entered)
        for name in ("p1", "p2"):
            queue(lanes, PERSON, name, entered)
        await settle()
        for lane in (BACKLOG, BACKLOG, PERSON, PERSON):
            lanes.leave(lane)
            await settle()
        assert entered == ["p1", "p2", "b1", "b2"]

    drive(scenario)


def test_whoever_stops_waiting_is_skipped() -> None:
    async def scenario(lanes: Lanes) -> None:
        entered: list[str] = []
        for _ in range(3):
            await lanes.enter(BACKLOG)
        first, second = queue(lanes, BACKLOG, "first", entered), queue(lanes, BACKLOG, "second", entered)
        await settle()
        first.cancel()
        lanes.leave(BACKLOG)
        await second
        assert (entered, lanes.in_flight[BACKLOG], lanes.waiting[BACKLOG]) == (["second"], 3, 0)

    drive(scenario)


def test_a_slot_given_to_someone_who_is_cancelled_in_that_moment_goes_on() -> None:
    async def scenario(lanes: Lanes) -> None:
        entered: list[str] = []
        for _ in range(3):
            await lanes.enter(BACKLOG)
        first, second = queue(lanes, BACKLOG, "first", entered), queue(lanes, BACKLOG, "second", entered)
        await settle()
        lanes.leave(BACKLOG)
        first.cancel()
        await second
        assert (entered, lanes.in_flight[BACKLOG]) == (["second"], 3)

    drive(scenario)


def test_all_who_wait_can_be_turned_away() -> None:
    async def scenario(lanes: Lanes) -> None:
        for _ in range(4):
            await lanes.enter(PERSON)
        tasks = [queue(lanes, lane, "", []) for lane in (PERSON, BACKLOG)]
        await settle()
        lanes.turn_away(lambda: ServerAwayError("nobody there"))
        for task in tasks:
            with pytest.raises(ServerAwayError):
                await task
        assert lanes.in_flight == {PERSON: 4, BACKLOG: 0}

    drive(scenario)


def test_a_persons_question_overtakes_a_full_backlog(fake: FakeLlm) -> None:
    fake.hang()

    async def scenario(client: Client) -> None:
        async with asyncio.TaskGroup() as group:
            backlog = [group.create_task(client.ask(question(f"backlog {place}"))) for place in range(40)]
            await until(lambda: fake.in_flight == 14)
            person = group.create_task(client.ask(question("person"), PERSON))
            await until(lambda: fake.in_flight == 15)
            assert fake.requests[-1]["messages"][1]["content"] == "person"
            fake.resume()
            await person
            assert sum(task.done() for task in backlog) < 40

    using(config(fake), scenario)
    assert (len(fake.requests), fake.max_in_flight_seen) == (41, 15)


def test_no_more_questions_than_allowed_reach_all_servers_together(fake: FakeLlm, second: FakeLlm) -> None:
    fake.hang()
    second.hang()

    async def scenario(client: Client) -> None:
        async with asyncio.TaskGroup() as group:
            for place in range(40):
                group.create_task(client.ask(question(affinity=str(place)), PERSON))
            await until(lambda: fake.in_flight + second.in_flight == 16)
            fake.resume()
            second.resume()

    using(config(fake, second), scenario)
    assert len(fake.requests) + len(second.requests) == 40


def test_a_cancelled_question_gives_its_slot_back_and_hangs_up(fake: FakeLlm) -> None:
    fake.hang()

    async def scenario(client: Client) -> None:
        tasks = [asyncio.ensure_future(client.ask(question())) for _ in range(20)]
        await until(lambda: fake.in_flight == 14)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await until(lambda: fake.in_flight == 0)
        fake.resume()
        assert (await client.ask(question())).samples[0].text == "ok"
        snapshot = client.meters.snapshot()
        assert (snapshot["in_flight"], snapshot["waiting"]) == ({"person": 0, "backlog": 0},) * 2
        assert (snapshot["servers"][0]["in_flight"], snapshot["servers"][0]["failed"]) == (0, 0)

    using(config(fake), scenario)
