"""What a server refuses, it refuses at once: nothing is asked twice, and the server does not count as broken."""

from __future__ import annotations

from typing import Any

import pytest

from inference.llm.client import Client
from inference.llm.errors import RequestRefusedError, ServerAwayError
from inference.llm.wire import Message, Request
from tests.verification.llm.conftest import Ask
from tests.verification.llm.server import REAL, Server


def refused(using: Ask, request: Request) -> tuple[RequestRefusedError, dict[str, Any], bool]:
    """The refusal, the client's counts, and whether the next question still goes out."""

    async def scenario(client: Client) -> tuple[RequestRefusedError, dict[str, Any], bool]:
        with pytest.raises(RequestRefusedError) as caught:
            await client.ask(request)
        return caught.value, client.meters.snapshot()["requests"], client.available

    return using(scenario, breaker_failures=1)


def question(server: Server, text: str = "Note.", **changes: Any) -> Request:
    return Request(**{"messages": (Message("user", text),), "model": server.model, "max_tokens": 8, **changes})


def test_a_prompt_beyond_the_context_is_refused_once(server: Server, using: Ask) -> None:
    error, counts, available = refused(using, question(server, "pneumonia " * server.context))

    assert error.status == 400
    assert str(server.context) in str(error)
    assert "pneumonia" not in str(error)
    assert (counts["refused"], counts["retried"]) == (1, 0)
    assert available


def test_an_answer_longer_than_the_context_is_refused(server: Server, using: Ask) -> None:
    error, counts, available = refused(using, question(server, max_tokens=server.context + 1))

    assert error.status == 400
    assert counts["retried"] == 0
    assert available


def test_an_answer_gets_the_room_that_the_prompt_leaves_and_no_more(server: Server, using: Ask) -> None:
    request = question(server, max_tokens=server.context - 1)

    answer = using(lambda client: client.ask(request))

    assert answer.usage.prompt + answer.usage.completion <= server.context


def test_a_schema_that_makes_no_sense_is_refused_rather_than_ignored(server: Server, using: Ask) -> None:
    error, counts, available = refused(using, question(server, schema={"type": "nonsense"}))

    assert error.status == 400
    assert counts["retried"] == 0
    assert available


def test_more_alternatives_than_the_server_allows_are_refused(server: Server, using: Ask) -> None:
    error, _, _ = refused(using, question(server, top_logprobs=1000))

    assert error.status == 400


def test_a_wrong_key_opens_nothing_and_is_no_fault_of_the_chart(server: Server, using: Ask) -> None:
    if REAL and not server.adapters:
        pytest.skip("This server may need no key.")

    with pytest.raises(ServerAwayError, match="401"):
        using(lambda client: client.ask(question(server)), api_key="wrong")
