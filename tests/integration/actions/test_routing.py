"""What answers is decided by an admin, on record, and can be taken back."""

from __future__ import annotations

from typing import Any

import pytest

from inference import routing as in_force
from inference.models import Adapter, Routing
from review.actions import adapters, routing
from review.actions.errors import ConflictError, InvalidInputError, NotAllowedError
from review.actions.routing import Wanted
from review.models import AuditEvent
from tests.factories import World


@pytest.fixture(autouse=True)
def _a_server(world: World, settings: Any) -> None:
    settings.VLLM_URLS = ["http://127.0.0.1:1"]
    settings.CODER_ENGINE = "ensemble"


@pytest.fixture
def adapter(world: World) -> Adapter:
    return adapters.register(name="coding-1", purpose="coding", base_model="base", path="/a/1", by=world.admin)


def test_a_decision_holds_from_the_next_chart_on_and_is_on_record(world: World) -> None:
    routing.decide(Wanted("vllm", fallback=False), by=world.admin, seen=0, why="the pilot begins")
    choice = in_force.current()
    assert (choice.engine, choice.fallback) == ("vllm", False)
    event = AuditEvent.objects.get(event="model.routed")
    assert (event.actor, event.detail["engine"], event.detail["why"]) == (world.admin, "vllm", "the pilot begins")


def test_adapters_in_use_stay_when_the_engine_changes(world: World, adapter: Adapter) -> None:
    routing.use(adapter, by=world.admin)
    routing.decide(Wanted("vllm"), by=world.admin)
    assert in_force.current().coding_adapter == adapter


def test_rolling_back_undoes_the_last_change_and_twice_redoes_it(world: World, adapter: Adapter) -> None:
    routing.decide(Wanted("vllm"), by=world.admin)
    routing.use(adapter, by=world.admin)
    routing.roll_back(by=world.admin)
    assert (in_force.current().engine, in_force.current().coding_adapter) == ("vllm", None)
    routing.roll_back(by=world.admin)
    assert in_force.current().coding_adapter == adapter
    assert Routing.objects.count() == 4


def test_rolling_back_the_first_change_returns_to_the_settings(world: World) -> None:
    with pytest.raises(ConflictError, match="nothing to go back to"):
        routing.roll_back(by=world.admin)
    routing.decide(Wanted("builtin", fallback=False), by=world.admin)
    routing.roll_back(by=world.admin)
    assert (in_force.current().engine, in_force.current().fallback) == ("ensemble", True)


def test_a_change_that_was_not_seen_is_not_overwritten(world: World) -> None:
    routing.decide(Wanted("vllm"), by=world.admin, seen=0)
    with pytest.raises(ConflictError, match="while you looked"):
        routing.decide(Wanted("builtin"), by=world.admin, seen=0)


def test_what_is_in_force_is_not_decided_again(world: World) -> None:
    with pytest.raises(ConflictError, match="in force already"):
        routing.decide(Wanted("ensemble"), by=world.admin)
    assert not Routing.objects.exists()


def test_the_base_model_answers_again_for_one_purpose(world: World, adapter: Adapter) -> None:
    cdi = adapters.register(name="cdi-1", purpose="cdi", base_model="base", path="/a/2", by=world.admin)
    routing.use(adapter, by=world.admin)
    routing.use(cdi, by=world.admin)
    routing.use_base("coding", by=world.admin)
    assert (in_force.current().coding_adapter, in_force.current().cdi_adapter) == (None, cdi)
    routing.use_base("cdi", by=world.admin)
    assert in_force.current().cdi_adapter is None
    with pytest.raises(InvalidInputError, match="purpose"):
        routing.use_base("billing", by=world.admin)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Wanted("gpt"), "engine"),
        (Wanted(""), "engine"),
        (Wanted("vllm", challenger_engine="gpt", challenger_share=0.1), "challenger_engine"),
        (Wanted("vllm", challenger_share=0.1), "challenger_engine"),
        (Wanted("vllm", challenger_engine="ensemble"), "challenger_share"),
        (Wanted("vllm", challenger_engine="ensemble", challenger_share=1.5), "challenger_share"),
        (Wanted("vllm", challenger_engine="ensemble", challenger_share=float("nan")), "challenger_share"),
    ],
    ids=["unknown engine", "no engine", "unknown challenger", "share alone", "no share", "too much", "no number"],
)
def test_what_cannot_be_is_refused_by_field(world: World, wanted: Wanted, field: str) -> None:
    with pytest.raises(InvalidInputError, match=f"^{field}: "):
        routing.decide(wanted, by=world.admin)
    assert not Routing.objects.exists()


def test_a_challengers_adapter_must_be_for_coding(world: World) -> None:
    cdi = adapters.register(name="cdi-1", purpose="cdi", base_model="base", path="/a/2", by=world.admin)
    with pytest.raises(InvalidInputError, match="challenger_adapter"):
        routing.decide(Wanted("vllm", True, "vllm", cdi, 0.1), by=world.admin)


def test_without_a_server_only_the_builtin_coder_can_be_chosen(world: World, adapter: Adapter, settings: Any) -> None:
    settings.VLLM_URLS, settings.CODER_ENGINE = [], "builtin"
    with pytest.raises(ConflictError, match="VLLM_URL"):
        routing.decide(Wanted("vllm"), by=world.admin)
    with pytest.raises(ConflictError, match="VLLM_URL"):
        routing.use(adapter, by=world.admin)
    routing.decide(Wanted("builtin", fallback=False), by=world.admin)


def test_only_admins_decide(world: World, adapter: Adapter) -> None:
    with pytest.raises(NotAllowedError):
        routing.decide(Wanted("vllm"), by=world.coder)
    with pytest.raises(NotAllowedError):
        routing.use(adapter, by=world.coder)
    with pytest.raises(NotAllowedError):
        routing.use_base("coding", by=world.coder)
    with pytest.raises(NotAllowedError):
        routing.roll_back(by=world.coder)
    assert not Routing.objects.exists()


@pytest.mark.parametrize("why", ["x" * 201, "two\nlines", "nul\x00"], ids=["long", "two lines", "nul"])
def test_a_reason_has_its_bounds(world: World, why: str) -> None:
    with pytest.raises(InvalidInputError, match="why"):
        routing.decide(Wanted("vllm"), by=world.admin, why=why)
