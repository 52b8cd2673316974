"""LoRA adapters: loaded while the server runs, chosen by the request, taken out again, and given back when lost."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from inference.llm import adapters
from inference.llm.client import Client
from inference.llm.errors import RequestRefusedError, UnknownModelError
from inference.llm.wire import Answer, Message, Request
from tests.verification.llm.conftest import Ask
from tests.verification.llm.server import Server

T = TypeVar("T")


@pytest.fixture(autouse=True)
def _has_adapters(server: Server) -> None:
    if not server.adapters:
        pytest.skip("MEDCODE_LLM_ADAPTERS says of no adapters that the server could load.")


def question(model: str) -> Request:
    return Request(messages=(Message("user", "Acute on chronic heart failure."),), model=model, max_tokens=6)


async def timed(server: Server, what: str, call: Callable[[], Awaitable[T]]) -> T:
    started = time.perf_counter()
    result = await call()
    server.measured(what, time.perf_counter() - started)
    return result


def test_an_adapter_is_loaded_and_says_its_parent(server: Server, using: Ask) -> None:
    async def scenario(client: Client) -> dict[str, str]:
        for name, path in server.adapters.items():
            await timed(server, "load an adapter", lambda name=name, path=path: adapters.load(client, name, path))  # type: ignore[misc]
        return {model.name: model.parent for model in await adapters.list_models(client)}

    assert using(scenario) == {server.model: "", "coding": server.model, "cdi": server.model}


def test_loading_it_again_is_fine(server: Server, using: Ask) -> None:
    async def scenario(client: Client) -> int:
        await adapters.load(client, "coding", server.adapters["coding"])
        await adapters.load(client, "coding", server.adapters["coding"])
        return len(await client.models())

    assert using(scenario) == 2


def test_a_name_that_is_taken_keeps_its_adapter(server: Server, using: Ask) -> None:
    async def scenario(client: Client) -> None:
        await adapters.load(client, "coding", server.adapters["coding"])
        await adapters.load(client, "coding", server.adapters["cdi"])

    with pytest.raises(RequestRefusedError, match="unload it first"):
        using(scenario)


def test_the_request_chooses_the_adapter(server: Server, using: Ask) -> None:
    names = [server.model, "coding", "cdi"]

    async def scenario(client: Client) -> list[Answer]:
        for name, path in server.adapters.items():
            await adapters.load(client, name, path)
        answers = [await client.ask(question(name)) for name in names]
        for name in names * 5:
            what = "answer 6 tokens, switching the adapter each time"
            again = await timed(server, what, lambda name=name: client.ask(question(name)))  # type: ignore[misc]
            assert spelled(again) == spelled(answers[names.index(name)])
        for _ in range(15):
            await timed(server, "answer 6 tokens, always the same adapter", lambda: client.ask(question("coding")))
        return answers

    answers = using(scenario)

    assert [answer.model for answer in answers] == names
    assert len({spelled(answer) for answer in answers}) == 3


def spelled(answer: Answer) -> tuple[float, ...]:
    """What tells models apart even where they say the same. To two digits: a batch may round otherwise."""
    return tuple(round(token.logprob, 2) for token in answer.samples[0].tokens)


def test_an_unloaded_adapter_is_unknown(server: Server, using: Ask) -> None:
    async def scenario(client: Client) -> None:
        await adapters.load(client, "coding", server.adapters["coding"])
        await client.ask(question("coding"))
        await timed(server, "unload an adapter", lambda: adapters.unload(client, "coding"))
        await client.ask(question("coding"))

    with pytest.raises(UnknownModelError):
        using(scenario)


def test_unloading_what_is_not_there_is_fine(server: Server, using: Ask) -> None:
    using(lambda client: adapters.unload(client, "coding"))


def test_an_adapter_that_is_not_where_it_should_be_is_refused(server: Server, using: Ask) -> None:
    with pytest.raises(RequestRefusedError) as caught:
        using(lambda client: adapters.load(client, "coding", "/models/missing"))

    assert caught.value.status in {400, 404}


def test_an_adapter_that_the_server_has_lost_is_given_back_and_the_question_asked_again(
    server: Server, using: Ask
) -> None:
    async def scenario(client: Client) -> tuple[Answer, int, int]:
        answer = await timed(server, "first answer of a lost adapter", lambda: client.ask(question("coding")))
        counted = await client.count_tokens(question("cdi").messages, "cdi")
        return answer, counted, len(await client.models())

    answer, counted, models = using(scenario, path=server.adapters.get)

    assert answer.model == "coding"
    assert counted == answer.usage.prompt
    assert models == 3


def test_a_name_that_nobody_knows_stays_unknown(server: Server, using: Ask) -> None:
    with pytest.raises(UnknownModelError):
        using(lambda client: client.ask(question("nobody")), path=server.adapters.get)
