"""One client per process, on a thread of its own."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from inference.llm import session, transport
from inference.llm.errors import ServerAwayError, UnknownModelError
from inference.models import Adapter
from tests.fake_llm import FakeLlm
from tests.unit.llm.asking import question


@pytest.fixture(autouse=True)
def _session(settings: Any, fake: FakeLlm) -> Iterator[None]:
    settings.VLLM_URLS = [fake.url]
    session.reset()
    yield
    session.reset()


def test_a_synchronous_caller_gets_its_answer() -> None:
    assert session.run(session.client().ask(question())).samples[0].text == "ok"


def test_errors_reach_the_caller(fake: FakeLlm) -> None:
    fake.fail_next(1, 401)
    with pytest.raises(ServerAwayError):
        session.run(session.client().ask(question()))


def test_all_threads_share_one_client(fake: FakeLlm) -> None:
    with ThreadPoolExecutor(8) as pool:
        clients = set(pool.map(lambda _: id(session.client()), range(50)))
        answers = list(pool.map(lambda _: session.run(session.client().ask(question())), range(50)))
    assert (len(clients), len(answers), len(fake.requests)) == (1, 50, 50)
    assert [thread.name for thread in threading.enumerate()].count("model-server") == 1


def test_on_its_own_loop_it_refuses_to_wait_for_itself() -> None:
    async def nested() -> None:
        session.run(asyncio.sleep(0))

    with pytest.raises(RuntimeError, match="await the coroutine"):
        session.run(nested())


def test_a_reset_reads_the_settings_again(settings: Any, second: FakeLlm) -> None:
    session.run(session.client().ask(question()))
    settings.VLLM_URLS = [second.url]
    session.reset()
    session.run(session.client().ask(question()))
    assert len(second.requests) == 1


def test_a_reset_ends_questions_under_way(fake: FakeLlm) -> None:
    fake.hang()
    asked = asyncio.run_coroutine_threadsafe(session.client().ask(question()), session.loop())
    fake.wait_for(lambda server: server.in_flight == 1)
    session.reset()
    assert asked.cancelled()


def test_wrong_settings_are_said(settings: Any) -> None:
    settings.VLLM_URLS = ["nonsense"]
    with pytest.raises(ImproperlyConfigured):
        session.client()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_has_its_own_client_and_leaves_the_parents_connection_alone(
    settings: Any, fake: FakeLlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "KEEP_ALIVE", 600.0)  # a slow child must not outlast the parent's connection
    settings.VLLM_TIMEOUT = 30
    session.run(session.client().ask(question()))
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            gc.collect()  # what the child lost sight of would be closed, under the parent's feet
            os.write(writer, session.run(session.client().ask(question())).samples[0].text.encode())
        except BaseException as error:
            os.write(writer, repr(error).encode())  # nobody sees the traceback of a child
        finally:
            os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    assert os.read(reader, 1000) == b"ok"
    os.close(reader)
    assert session.run(session.client().ask(question())).samples[0].text == "ok"
    assert fake.connections == 2  # a third one would replace a connection that the parent no longer hears


@pytest.mark.django_db
def test_a_name_that_nobody_registered_stays_unknown() -> None:
    with pytest.raises(UnknownModelError):
        session.run(session.client().ask(question(model="gone")))


@pytest.mark.usefixtures("committed")
def test_a_lost_adapter_is_found_in_the_database(fake: FakeLlm) -> None:
    Adapter.objects.create(name="cardio", purpose="coding", base_model="base", path="/adapters/cardio")
    assert session.run(session.client().ask(question(model="cardio"))).model == "cardio"
    assert fake.adapters == {"cardio": "/adapters/cardio"}
