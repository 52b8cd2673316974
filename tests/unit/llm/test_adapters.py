"""LoRA adapters: loaded and unloaded everywhere, and given back to a server that was restarted."""

from __future__ import annotations

import asyncio

import pytest

from inference.llm import adapters
from inference.llm.adapters import Done
from inference.llm.client import Client
from inference.llm.errors import RequestRefusedError, ServerAwayError, UnknownModelError
from inference.llm.wire import ServedModel
from tests.fake_llm import FakeLlm
from tests.unit.llm.asking import config, question, using

PATHS = {"cardio": "/adapters/cardio", "broken": "/adapters/missing"}


def test_base_models_and_adapters_are_listed() -> None:
    with FakeLlm(adapters={"cardio": "/a"}) as fake:
        served = using(config(fake), adapters.list_models)
    assert served == [ServedModel("base", context=8192), ServedModel("cardio", parent="base")]


def test_an_adapter_is_loaded_on_every_server(fake: FakeLlm, second: FakeLlm) -> None:
    done = using(config(fake, second), lambda client: adapters.load(client, "cardio", "/a"))
    assert [result.error for result in done] == ["", ""]
    assert fake.adapters == second.adapters == {"cardio": "/a"}


def test_loading_twice_is_fine(fake: FakeLlm) -> None:
    async def scenario(client: Client) -> None:
        for _ in range(2):
            await adapters.load(client, "cardio", "/a")

    using(config(fake), scenario)


def test_the_same_name_from_elsewhere_is_refused(fake: FakeLlm) -> None:
    fake.adapters["cardio"] = "/old"
    with pytest.raises(RequestRefusedError, match="loaded from /old"):
        using(config(fake), lambda client: adapters.load(client, "cardio", "/new"))


def test_the_servers_words_are_passed_on(fake: FakeLlm) -> None:
    with pytest.raises(RequestRefusedError, match="No adapter found for /adapters/missing"):
        using(config(fake), lambda client: adapters.load(client, "broken", PATHS["broken"]))


def test_one_server_that_fails_does_not_stop_the_other(fake: FakeLlm, second: FakeLlm) -> None:
    fake.adapters["cardio"] = "/old"
    done = using(config(fake, second), lambda client: adapters.load(client, "cardio", "/new"))
    assert [bool(result.error) for result in done] == [True, False]


def test_a_server_without_loading_says_how_to_allow_it(fake: FakeLlm) -> None:
    fake.loads_adapters = False
    with pytest.raises(RequestRefusedError, match="VLLM_ALLOW_RUNTIME_LORA_UPDATING"):
        using(config(fake), lambda client: adapters.load(client, "cardio", "/a"))


def test_unloading_is_fine_even_where_it_is_not_loaded(fake: FakeLlm, second: FakeLlm) -> None:
    fake.adapters["cardio"] = "/a"
    done = using(config(fake, second), lambda client: adapters.unload(client, "cardio"))
    assert ([result.error for result in done], fake.adapters) == (["", ""], {})


def test_ensure_loads_where_it_is_missing_only(fake: FakeLlm, second: FakeLlm) -> None:
    fake.adapters["cardio"] = "/a"
    using(config(fake, second), lambda client: adapters.ensure(client, "cardio", "/a"))
    assert second.adapters == {"cardio": "/a"}
    assert [call.path for call in fake.calls] == ["/v1/models"]


def test_nobody_there_is_said(fake: FakeLlm) -> None:
    fake.stop()
    with pytest.raises(ServerAwayError):
        using(config(fake), lambda client: adapters.load(client, "cardio", "/a"))


def test_what_is_left_of_one_dead_server_is_reported(fake: FakeLlm, second: FakeLlm) -> None:
    fake.stop()
    done = using(config(fake, second), lambda client: adapters.load(client, "cardio", "/a"))
    name = fake.url.removeprefix("http://")
    assert done[0] == Done(name, f"{name} does not answer: ClientConnectorError.")


def test_a_restarted_server_is_given_its_adapter_again_once_for_all(fake: FakeLlm) -> None:
    async def scenario(client: Client) -> None:
        await adapters.load(client, "cardio", PATHS["cardio"])
        await client.ask(question(model="cardio"))
        await asyncio.to_thread(fake.stop)
        await asyncio.to_thread(fake.start)
        assert fake.adapters == {}
        answers = await asyncio.gather(*[client.ask(question(model="cardio")) for _ in range(14)])
        assert {answer.model for answer in answers} == {"cardio"}

    using(config(fake), scenario, adapter_path=PATHS.get)
    assert [call.path for call in fake.calls].count("/v1/load_lora_adapter") == 2


def test_what_is_no_adapter_stays_unknown(fake: FakeLlm) -> None:
    with pytest.raises(UnknownModelError):
        using(config(fake), lambda client: client.ask(question(model="gone")), adapter_path=PATHS.get)
    assert len(fake.calls) == 1


def test_an_adapter_that_cannot_be_loaded_again_is_refused(fake: FakeLlm) -> None:
    with pytest.raises(RequestRefusedError, match="No adapter found"):
        using(config(fake), lambda client: client.ask(question(model="broken")), adapter_path=PATHS.get)
