"""What is asked again, how often, and after how long."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from inference.llm.client import Client
from inference.llm.errors import BadAnswerError, RequestRefusedError, ServerAwayError
from inference.llm.retrying import AgainError, insist, retry_after
from inference.llm.wire import Answer
from tests.fake_llm import FakeLlm, Reply
from tests.unit.llm.asking import config, question, using


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_trouble_is_asked_again(fake: FakeLlm, status: int) -> None:
    fake.fail_next(2, status)
    answer = using(config(fake), lambda client: client.ask(question()))
    assert (answer.samples[0].text, len(fake.requests)) == ("ok", 3)


@pytest.mark.parametrize("status", [400, 404, 409, 413, 422])
def test_a_refusal_is_never_asked_again(fake: FakeLlm, status: int) -> None:
    fake.fail_next(1, status)
    with pytest.raises(RequestRefusedError) as caught:
        using(config(fake), lambda client: client.ask(question()))
    assert (caught.value.status, len(fake.requests)) == (status, 1)


@pytest.mark.parametrize("status", [401, 403, 407])
def test_a_wrong_key_is_not_the_charts_fault(fake: FakeLlm, status: int) -> None:
    fake.fail_next(1, status)
    with pytest.raises(ServerAwayError, match=str(status)):
        using(config(fake), lambda client: client.ask(question()))
    assert len(fake.requests) == 1


@pytest.mark.parametrize(("status", "raw"), [(302, b""), (404, b"<h1>Not Found</h1>"), (405, b'{"detail": "no"}')])
def test_an_address_where_no_model_server_speaks_counts_as_away(fake: FakeLlm, status: int, raw: bytes) -> None:
    fake.answer = lambda _: Reply(raw=raw, status=status)
    with pytest.raises(ServerAwayError, match=str(status)):
        using(config(fake), lambda client: client.ask(question()))


def test_trouble_without_end_is_given_up(fake: FakeLlm) -> None:
    fake.fail_next(100, 503)
    with pytest.raises(ServerAwayError, match="503"):
        using(config(fake, attempts=3), lambda client: client.ask(question()))
    assert len(fake.requests) == 3


def test_nobody_listening_is_given_up() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        settings = config(attempts=2, urls=(f"http://127.0.0.1:{taken.getsockname()[1]}",))
        with pytest.raises(ServerAwayError, match="ClientConnectorError"):
            using(settings, lambda client: client.ask(question()))


def test_a_silent_server_is_given_up(fake: FakeLlm) -> None:
    fake.hang()
    with pytest.raises(ServerAwayError, match="TimeoutError"):
        using(config(fake, timeout=0.1, attempts=2), lambda client: client.ask(question()))
    assert len(fake.requests) == 2


def test_all_attempts_together_are_bounded_in_time(fake: FakeLlm) -> None:
    fake.hang()
    with pytest.raises(ServerAwayError):
        using(config(fake, timeout=20.0, patience=0.2, attempts=50), lambda client: client.ask(question()))
    assert len(fake.requests) == 1


def test_the_servers_wish_to_wait_is_honoured(fake: FakeLlm) -> None:
    fake.fail_next(1, 429, Retry_After="1")

    async def timed(client: Client) -> tuple[Answer, float]:
        began = asyncio.get_running_loop().time()
        return await client.ask(question()), asyncio.get_running_loop().time() - began

    answer, seconds = using(config(fake), timed)
    assert (answer.samples[0].text, seconds > 0.9) == ("ok", True)


def test_a_server_that_wants_to_be_left_alone_for_long_is_away(fake: FakeLlm) -> None:
    fake.fail_next(1, 503, Retry_After="3600")
    with pytest.raises(ServerAwayError):
        using(config(fake), lambda client: client.ask(question()))
    assert len(fake.requests) == 1


def test_an_unreadable_answer_is_asked_once_again(fake: FakeLlm) -> None:
    replies = [Reply(raw=b'{"choices": ['), Reply("better")]
    fake.answer = lambda _: replies.pop(0)
    answer = using(config(fake), lambda client: client.ask(question()))
    assert answer.samples[0].text == "better"


def test_a_second_unreadable_answer_is_the_end(fake: FakeLlm) -> None:
    fake.answer = lambda _: Reply(raw=b"{}")
    with pytest.raises(BadAnswerError):
        using(config(fake, attempts=9), lambda client: client.ask(question()))
    assert len(fake.requests) == 2


def test_the_next_attempt_goes_to_another_server(fake: FakeLlm, second: FakeLlm) -> None:
    fake.fail_next(100, 500)
    second.fail_next(100, 500)
    with pytest.raises(ServerAwayError):
        using(config(fake, second, attempts=4), lambda client: client.ask(question(affinity="a")))
    assert (len(fake.requests), len(second.requests)) == (2, 2)


def test_the_waits_are_spread_between_nothing_and_a_growing_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", note)

    async def failing() -> None:
        raise AgainError(ServerAwayError("no"))

    settings = config(attempts=5, backoff=1.0, backoff_most=3.0)
    for _ in range(200):
        with pytest.raises(ServerAwayError):
            asyncio.run(insist(failing, settings, lambda: None))
    by_turn = [waits[turn::4] for turn in range(4)]
    for wait, bound in zip(by_turn, (1.0, 2.0, 3.0, 3.0), strict=True):
        assert min(wait) < bound * 0.1
        assert bound * 0.9 < max(wait) <= bound


def test_other_errors_pass_at_once() -> None:
    calls = []

    async def failing() -> None:
        calls.append(1)
        raise RequestRefusedError(400, "no")

    with pytest.raises(RequestRefusedError):
        asyncio.run(insist(failing, config(), lambda: None))
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, 0), ("", 0), ("7", 7), ("-1", 0), ("soon", 0), ("1e9", 0), ("٣", 0), ("9" * 40, 999_999_999)],
    ids=["absent", "empty", "seconds", "negative", "word", "float", "arabic digit", "huge"],
)
def test_retry_after_in_seconds(header: str | None, seconds: float) -> None:
    assert retry_after(header) == seconds


def test_retry_after_as_a_date() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 50 < retry_after(soon) <= 60
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
