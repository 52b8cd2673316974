"""Adapters are registered, loaded, used and unloaded by an admin; what the server says is shown in words."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from inference import routing as in_force
from inference.llm import session
from inference.models import Adapter
from review.actions import adapters, routing
from review.actions.errors import ConflictError, InvalidInputError, NotAllowedError
from review.models import AuditEvent
from tests.factories import World
from tests.fake_llm import FakeLlm


@pytest.fixture
def server(settings: Any) -> Iterator[FakeLlm]:
    with FakeLlm() as fake:
        settings.VLLM_URLS, settings.VLLM_TIMEOUT = [fake.url], 2.0
        session.reset()
        yield fake
        session.reset()


@pytest.fixture
def adapter(world: World) -> Adapter:
    return adapters.register(
        name="coding-1", purpose="coding", base_model="base", path="/adapters/coding-1", by=world.admin
    )


def events() -> list[str]:
    return list(AuditEvent.objects.filter(event__startswith="adapter.").values_list("event", flat=True))


def test_an_adapter_is_loaded_used_and_unloaded_on_record(world: World, adapter: Adapter, server: FakeLlm) -> None:
    adapters.load(adapter, by=world.admin)
    assert server.adapters == {"coding-1": "/adapters/coding-1"}
    adapters.use(adapter, by=world.admin)
    assert in_force.current().coding_adapter == adapter
    routing.use_base("coding", by=world.admin)
    adapters.unload(adapter, by=world.admin)
    assert server.adapters == {}
    assert events() == [
        "adapter.registered",
        "adapter.loaded",
        "adapter.loaded",
        "adapter.used",
        "adapter.base_used",
        "adapter.unloaded",
    ]


def test_using_loads_what_is_missing(world: World, adapter: Adapter, server: FakeLlm) -> None:
    adapters.use(adapter, by=world.admin)
    assert "coding-1" in server.adapters


def test_an_adapter_in_use_is_not_unloaded(world: World, adapter: Adapter, server: FakeLlm) -> None:
    adapters.use(adapter, by=world.admin)
    with pytest.raises(ConflictError, match="in use"):
        adapters.unload(adapter, by=world.admin)
    assert "coding-1" in server.adapters


def test_what_the_server_refuses_is_said_in_words_and_on_record(world: World, server: FakeLlm) -> None:
    lost = adapters.register(name="c-2", purpose="coding", base_model="base", path="/missing/c-2", by=world.admin)
    for act in (adapters.load, adapters.use):
        with pytest.raises(InvalidInputError, match=r"refused it .*No adapter found for /missing/c-2"):
            act(lost, by=world.admin)
    assert in_force.current().coding_adapter is None
    assert events() == ["adapter.registered", "adapter.loaded_not", "adapter.loaded_not"]


def test_without_an_answer_nothing_is_put_to_use(world: World, adapter: Adapter, server: FakeLlm) -> None:
    server.stop()
    with pytest.raises(ConflictError, match="No model server answers"):
        adapters.use(adapter, by=world.admin)
    assert in_force.current().coding_adapter is None
    assert events()[-1] == "adapter.loaded_not"


def test_without_a_server_nothing_is_asked(world: World, adapter: Adapter) -> None:
    with pytest.raises(ConflictError, match="VLLM_URL"):
        adapters.load(adapter, by=world.admin)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "../etc"}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "nul\x00"}, "name"),
        ({"purpose": "billing"}, "purpose"),
        ({"base_model": ""}, "base_model"),
        ({"path": ""}, "path"),
        ({"path": "/a\x00b"}, "path"),
    ],
    ids=["no name", "a path as name", "a long name", "nul", "unknown purpose", "no base", "no path", "nul in path"],
)
def test_a_bad_registration_names_its_field(world: World, changes: dict[str, str], field: str) -> None:
    said = {"name": "coding-1", "purpose": "coding", "base_model": "base", "path": "/a"} | changes
    with pytest.raises(InvalidInputError, match=f"^{field}: "):
        adapters.register(**said, by=world.admin)
    assert not Adapter.objects.exists()


def test_a_name_is_given_once_and_is_not_the_base_models(world: World, adapter: Adapter, settings: Any) -> None:
    settings.VLLM_MODEL = "base-model"
    for name in ("coding-1", "base-model"):
        with pytest.raises(ConflictError):
            adapters.register(name=name, purpose="cdi", base_model="base", path="/b", by=world.admin)
    assert Adapter.objects.get().purpose == "coding"


def test_only_admins_touch_adapters(world: World, adapter: Adapter, server: FakeLlm) -> None:
    for act in (adapters.load, adapters.unload, adapters.use):
        with pytest.raises(NotAllowedError):
            act(adapter, by=world.coder)
    with pytest.raises(NotAllowedError):
        adapters.register(name="x", purpose="cdi", base_model="base", path="/b", by=world.coder)
    assert [call.path for call in server.calls if "lora" in call.path] == []


def manage(*arguments: str) -> str:
    out = StringIO()
    call_command("adapters", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_does_the_same(world: World, server: FakeLlm) -> None:
    by = ("--by", world.admin.username)
    manage("register", "c-1", "--purpose", "coding", "--base-model", "base", "--path", "/a/c-1", *by)
    assert "Loaded: c-1" in manage("load", "c-1", *by)
    assert "Coding" in manage("use", "c-1", *by)
    assert "c-1  coding  base  /a/c-1  [in use: coding]" in manage("list")
    with pytest.raises(CommandError, match="in use"):
        manage("unload", "c-1", *by)
    assert "no adapter" in manage("rollback", *by)
    assert "Unloaded: c-1" in manage("unload", "c-1", *by)


def test_the_command_says_who_and_what_it_does_not_know(world: World) -> None:
    with pytest.raises(CommandError, match="no account nobody"):
        manage("rollback", "--by", "nobody")
    with pytest.raises(CommandError, match="no adapter c-9"):
        manage("load", "c-9", "--by", world.admin.username)
    with pytest.raises(CommandError, match="admins"):
        manage("rollback", "--by", world.coder.username)
