"""Several servers: who gets which question, and what happens when one dies and comes back."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

import pytest

from inference.llm.breaker import State
from inference.llm.client import Client
from inference.llm.config import Config
from inference.llm.errors import ServerAwayError
from inference.llm.servers import Server, Servers
from inference.llm.wire import Lane
from tests.fake_llm import FakeLlm
from tests.unit.llm.asking import Clock, config, question, until, using

URLS = ("http://a:1", "http://b:1", "http://c:1", "http://d:1")


def servers(*urls: str, clock: Clock | None = None) -> Servers:
    return Servers(Config(urls=urls or URLS, breaker_failures=1, breaker_wait=5.0), clock or Clock())


def kill(server: Server) -> None:
    ticket = server.breaker.enter()
    assert ticket is not None
    server.settle(ticket, False)


def places(among: Servers) -> dict[str, str]:
    return {str(place): among.choose(str(place), Lane.BACKLOG).url for place in range(400)}


def test_equal_prefixes_meet_and_different_ones_spread() -> None:
    first = places(servers())
    assert first == places(servers())
    assert all(60 < count < 140 for count in Counter(first.values()).values())


def test_a_dead_server_moves_only_its_own_prefixes() -> None:
    among = servers()
    before = places(among)
    kill(among.all[1])
    after = places(among)
    moved = {place for place in before if before[place] != after[place]}
    assert moved == {place for place in before if before[place] == "http://b:1"}
    assert "http://b:1" not in after.values()


def test_a_busy_server_spills_over_to_the_least_busy() -> None:
    among = servers("http://a:1", "http://b:1")
    for _ in range(64):
        among.choose("the same prefix", Lane.BACKLOG).in_flight += 1
    loads = sorted(server.in_flight for server in among.all)
    assert loads[0] >= 20
    assert loads[1] > loads[0]


def test_a_few_questions_stay_together() -> None:
    among = servers("http://a:1", "http://b:1")
    for _ in range(4):
        among.choose("the same prefix", Lane.BACKLOG).in_flight += 1
    assert sorted(server.in_flight for server in among.all) == [0, 4]


def test_without_a_prefix_the_least_busy_is_taken() -> None:
    among = servers()
    among.all[0].in_flight = 3
    assert among.choose("", Lane.PERSON) is among.all[1]


def test_a_server_that_may_be_back_is_probed_by_the_backlog_only() -> None:
    clock = Clock()
    among = servers("http://a:1", "http://b:1", clock=clock)
    kill(among.all[0])
    clock.forward(5)
    assert {among.choose(str(place), Lane.PERSON).url for place in range(20)} == {"http://b:1"}
    assert among.choose("x", Lane.BACKLOG) is among.all[0]


def test_when_all_are_dead_that_is_said_at_once() -> None:
    among = servers("http://a:1")
    kill(among.all[0])
    with pytest.raises(ServerAwayError):
        among.require()
    with pytest.raises(ServerAwayError):
        among.choose("x", Lane.PERSON)


def test_a_server_that_dies_is_left_alone_and_found_again(fake: FakeLlm, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()

    async def scenario(client: Client) -> None:
        await client.ask(question())
        await asyncio.to_thread(fake.stop)
        for _ in range(2):
            with pytest.raises(ServerAwayError):
                await client.ask(question())
        assert (client.state()[0].breaker, client.available) == ("open", False)
        await asyncio.to_thread(fake.start)
        with pytest.raises(ServerAwayError, match="No model server answers"):
            await client.ask(question())
        clock.forward(2)
        assert client.available
        assert (await client.ask(question())).samples[0].text == "ok"
        assert client.state()[0].breaker == "closed"

    with caplog.at_level(logging.WARNING):
        using(config(fake, attempts=2, breaker_failures=4), scenario, clock=clock)
    assert len(fake.requests) == 2
    assert [record.args[1:] for record in caplog.records if isinstance(record.args, tuple)] == [
        ("open", "closed"),
        ("closed", "half-open"),
    ]


def test_one_probe_goes_out_and_the_others_hear_at_once_that_nobody_is_there(fake: FakeLlm) -> None:
    clock = Clock()
    fake.fail_next(1, 500)

    async def scenario(client: Client) -> None:
        with pytest.raises(ServerAwayError):
            await client.ask(question())
        clock.forward(2)
        fake.hang()
        probe = asyncio.ensure_future(client.ask(question()))
        await until(lambda: fake.in_flight == 1)
        assert (client.state()[0].breaker, client.available) == ("half-open", False)
        for _ in range(3):
            with pytest.raises(ServerAwayError):
                await client.ask(question())
        assert fake.in_flight == 1
        fake.resume()
        await probe
        assert client.state()[0].breaker == State.CLOSED

    using(config(fake, breaker_failures=1), scenario, clock=clock)


def test_a_server_killed_amid_questions_loses_none_while_another_lives(fake: FakeLlm, second: FakeLlm) -> None:
    fake.latency = second.latency = 0.02

    async def scenario(client: Client) -> list[str]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(client.ask(question(str(place), affinity=str(place)))) for place in range(200)]
            await until(lambda: len(fake.requests) > 20)
            await asyncio.to_thread(fake.stop)
            await until(lambda: len(second.requests) > 100)
            await asyncio.to_thread(fake.start)
        return [task.result().samples[0].text for task in tasks]

    settings = config(fake, second, breaker_failures=3, breaker_wait=0.05, breaker_wait_most=0.1, attempts=8)
    assert using(settings, scenario) == ["ok"] * 200


def test_whoever_waits_for_a_dead_server_is_sent_home(fake: FakeLlm) -> None:
    fake.hang()

    async def scenario(client: Client) -> None:
        tasks = [asyncio.ensure_future(client.ask(question())) for _ in range(100)]
        await until(lambda: fake.in_flight == 14)
        await asyncio.to_thread(fake.stop)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(result) for result in results} == {ServerAwayError}
        assert client.meters.snapshot()["requests"]["away"] == 100

    using(config(fake, breaker_failures=5), scenario)
    assert len(fake.requests) == 14


def test_connections_are_kept(fake: FakeLlm) -> None:
    async def scenario(client: Client) -> None:
        for _ in range(5):
            await client.ask(question())

    using(config(fake), scenario)
    assert fake.connections == 1


def test_no_proxy_is_taken_from_the_environment(fake: FakeLlm, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert using(config(fake), lambda client: client.ask(question())).samples[0].text == "ok"


def test_no_redirect_is_followed(fake: FakeLlm, second: FakeLlm) -> None:
    fake.fail_next(1, 307, Location=second.url + "/v1/chat/completions")
    with pytest.raises(ServerAwayError, match="307"):
        using(config(fake), lambda client: client.ask(question()))
    assert second.calls == []


def test_without_any_server_that_is_said() -> None:
    with pytest.raises(ServerAwayError, match="No model server is configured"):
        using(config(), lambda client: client.ask(question()))
