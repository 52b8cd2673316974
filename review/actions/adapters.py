"""LoRA adapters: registered here, loaded and unloaded on the model servers, put to use. All of it by a person.

The servers are asked outside any transaction; what came of it is on record afterwards, also when they refused.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from inference import routing as in_force
from inference.llm import adapters as on_servers
from inference.llm import session
from inference.llm.adapters import Done
from inference.llm.client import Client
from inference.llm.errors import ModelServerError, RequestRefusedError, ServerAwayError
from inference.models import Adapter, Routing
from review.actions import routing
from review.actions.base import audit
from review.actions.errors import ConflictError, InvalidInputError
from review.models import User
from review.permissions import check_can_adopt

LONGEST_REASON = 200

Act = Callable[[Client], Coroutine[Any, Any, list[Done]]]


def register(*, name: str, purpose: str, base_model: str, path: str, by: User) -> Adapter:
    """Note an adapter: what requests call it, what it is for, which model it fits, and where the servers find it.

    Raises `InvalidInputError` naming the field, `ConflictError` when the name is taken. No server is asked.
    """
    check_can_adopt(by)
    for field, value in (("base_model", base_model), ("path", path)):
        if not value.isprintable():
            raise InvalidInputError("must be one line of printable characters.", field=field)
    adapter = Adapter(name=name, purpose=purpose, base_model=base_model, path=path)
    try:
        adapter.full_clean(validate_unique=False)
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise InvalidInputError(sentences[0], field=field) from None
    if name == settings.VLLM_MODEL:
        raise ConflictError("The base model answers to this name. Choose another.")
    try:
        with transaction.atomic():
            adapter.save()
            audit("adapter.registered", by=by, adapter=name, purpose=purpose, base_model=base_model, path=path)
    except IntegrityError:
        raise ConflictError(f"There is an adapter {name} already. A retrained one gets a name of its own.") from None
    return adapter


def load(adapter: Adapter, *, by: User) -> list[Done]:
    """Load it on every server that answers; no harm where it is loaded already.

    Raises `InvalidInputError` when the servers refuse it and `ConflictError` when none of them answers.
    """
    return _ask_servers(
        "adapter.loaded", adapter, lambda client: on_servers.load(client, adapter.name, adapter.path), by=by
    )


def unload(adapter: Adapter, *, by: User) -> list[Done]:
    """Take it off the servers. Refused while requests ask for it: the next one would bring it back."""
    check_can_adopt(by)
    choice = in_force.current()
    if adapter in (choice.coding_adapter, choice.cdi_adapter, choice.challenger_adapter):
        raise ConflictError(f"{adapter} is in use. Use another, or the base model, before unloading it.")
    return _ask_servers("adapter.unloaded", adapter, lambda client: on_servers.unload(client, adapter.name), by=by)


def use(adapter: Adapter, *, by: User, why: str = "") -> Routing:
    """Load it where it is missing, then have it asked for what it was made for.

    An adapter that no server can load is refused before a single chart asks for it. Raises as `load` and
    `routing.use` do.
    """
    _ask_servers(
        "adapter.loaded", adapter, lambda client: on_servers.ensure(client, adapter.name, adapter.path), by=by
    )
    return routing.use(adapter, by=by, why=why)


def _ask_servers(event: str, adapter: Adapter, act: Act, *, by: User) -> list[Done]:
    check_can_adopt(by)
    if not settings.VLLM_URLS:
        raise ConflictError("No model server is configured. Set VLLM_URL.")
    try:
        done = session.run(act(session.client()))
    except ModelServerError as error:
        audit(f"{event}_not", by=by, adapter=adapter.name, reason=type(error).__name__)
        raise refusal(error) from error
    audit(event, by=by, adapter=adapter.name, servers=[each.server for each in done if not each.error])
    return done


def refusal(error: ModelServerError) -> InvalidInputError | ConflictError:
    """What went wrong at the servers, as a person reads it."""
    said = str(error).strip()[:LONGEST_REASON]
    if isinstance(error, RequestRefusedError):
        return InvalidInputError(f"The model server refused it ({error.status}): {said}")
    if isinstance(error, ServerAwayError):
        return ConflictError(f"No model server answers, so nothing was changed. {said}")
    return ConflictError(f"The model server's answer could not be read. {said}")


def left_out(done: list[Done]) -> str:
    """The servers on which it did not work, with what they said; "" when it worked on all."""
    return " ".join(f"{each.server}: {each.error[:LONGEST_REASON]}" for each in done if each.error)
