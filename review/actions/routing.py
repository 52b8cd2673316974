"""Who decides which engine and which adapters answer. Every change is one more row, so it can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from inference.models import Adapter, Routing
from inference.routing import Choice
from review.actions.base import audit
from review.actions.errors import ConflictError, InvalidInputError
from review.models import User
from review.permissions import check_can_adopt

LONGEST_WHY = 200
# One change at a time, also before there is a row to lock. Any number that nothing else locks with.
LOCK = 0x6D6F64656C


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form on the model page asks for: everything of a routing but the adapters in use.

    `challenger_share` is a fraction of the charts; 0, and no engine, for no challenger.
    """

    engine: str
    fallback: bool = True
    challenger_engine: str = ""
    challenger_adapter: Adapter | None = None
    challenger_share: float = 0.0


def decide(wanted: Wanted, *, by: User, seen: int | None = None, why: str = "") -> Routing:
    """Use this engine, fallback and challenger from the next chart on; the adapters in use stay.

    `seen` is the key of the row that the person looked at (0 for none): a later one refuses the change.
    """
    _check(wanted)
    return _change(
        lambda choice: replace(
            choice,
            engine=wanted.engine,
            fallback=wanted.fallback,
            challenger_engine=wanted.challenger_engine,
            challenger_adapter=wanted.challenger_adapter,
            challenger_share=wanted.challenger_share,
        ),
        "model.routed",
        by=by,
        seen=seen,
        why=why,
    )


def use(adapter: Adapter, *, by: User, why: str = "") -> Routing:
    """Ask this adapter for what it was made for, coding or CDI, from the next request on. No server is asked here."""
    _check_server()
    if adapter.purpose == Adapter.Purpose.CODING:
        return _change(lambda choice: replace(choice, coding_adapter=adapter), "adapter.used", by=by, why=why)
    return _change(lambda choice: replace(choice, cdi_adapter=adapter), "adapter.used", by=by, why=why)


def use_base(purpose: str, *, by: User, why: str = "") -> Routing:
    """Ask the base model itself, without an adapter, for this purpose."""
    if purpose not in Adapter.Purpose.values:
        raise InvalidInputError(f"must be one of {', '.join(Adapter.Purpose.values)}.", field="purpose")
    if purpose == Adapter.Purpose.CODING:
        return _change(lambda choice: replace(choice, coding_adapter=None), "adapter.base_used", by=by, why=why)
    return _change(lambda choice: replace(choice, cdi_adapter=None), "adapter.base_used", by=by, why=why)


@transaction.atomic
def roll_back(*, by: User, why: str = "") -> Routing:
    """Use again what was in force before the last change; before the first one, what the settings say.

    Rolling back twice returns to where one was.
    """
    check_can_adopt(by)
    _lock()
    rows = list(_rows()[:2])
    if not rows:
        raise ConflictError("Nothing was changed yet: the settings decide, and there is nothing to go back to.")
    return _append(_choice(rows[1] if len(rows) > 1 else None), "model.rolled_back", by=by, why=why)


@transaction.atomic
def _change(
    change: Callable[[Choice], Choice], event: str, *, by: User, seen: int | None = None, why: str = ""
) -> Routing:
    check_can_adopt(by)
    if len(why) > LONGEST_WHY or not why.isprintable():
        raise InvalidInputError(f"must be one line of at most {LONGEST_WHY} characters.", field="why")
    _lock()
    last = _rows().first()
    if seen is not None and seen != (last.pk if last else 0):
        raise ConflictError("Somebody changed this while you looked at it. Look again, then decide.")
    before = _choice(last)
    after = change(before)
    if after == before:
        raise ConflictError("This is in force already.")
    return _append(after, event, by=by, why=why)


def _rows() -> QuerySet[Routing]:
    return Routing.objects.select_related("coding_adapter", "cdi_adapter", "challenger_adapter").order_by("-pk")


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _choice(row: Routing | None) -> Choice:
    """What a row says, or the settings where there is none; as it was decided, whatever can be had just now."""
    if row is None:
        return Choice(engine=settings.CODER_ENGINE, fallback=settings.CODER_FALLBACK)
    return Choice(
        engine=row.engine,
        coding_adapter=row.coding_adapter,
        cdi_adapter=row.cdi_adapter,
        fallback=row.fallback,
        challenger_engine=row.challenger_engine,
        challenger_adapter=row.challenger_adapter,
        challenger_share=row.challenger_share,
    )


def _append(choice: Choice, event: str, *, by: User, why: str) -> Routing:
    row = Routing.objects.create(
        engine=choice.engine,
        coding_adapter=choice.coding_adapter,
        cdi_adapter=choice.cdi_adapter,
        fallback=choice.fallback,
        challenger_engine=choice.challenger_engine,
        challenger_adapter=choice.challenger_adapter,
        challenger_share=choice.challenger_share,
    )
    audit(event, by=by, routing=row.pk, why=why, **_spelled(choice))
    return row


def _spelled(choice: Choice) -> dict[str, Any]:
    return {
        "engine": choice.engine,
        "coding_adapter": str(choice.coding_adapter or ""),
        "cdi_adapter": str(choice.cdi_adapter or ""),
        "fallback": choice.fallback,
        "challenger": choice.challenger_engine,
        "challenger_adapter": str(choice.challenger_adapter or ""),
        "challenger_share": choice.challenger_share,
    }


def _check(wanted: Wanted) -> None:
    for field, engine in (("engine", wanted.engine), ("challenger_engine", wanted.challenger_engine)):
        if engine and engine not in Routing.Engine.values:
            raise InvalidInputError(f"must be one of {', '.join(Routing.Engine.values)}.", field=field)
        if engine and engine != Routing.Engine.BUILTIN:
            _check_server()
    if not wanted.engine:
        raise InvalidInputError("must be chosen.", field="engine")
    _check_challenger(wanted)


def _check_server() -> None:
    if not settings.VLLM_URLS:
        raise ConflictError("No model server is configured, so only the built-in coder can answer. Set VLLM_URL.")


def _check_challenger(wanted: Wanted) -> None:
    share, engine, adapter = wanted.challenger_share, wanted.challenger_engine, wanted.challenger_adapter
    if not 0 <= share <= 1:
        raise InvalidInputError("must lie between 0 and 100%.", field="challenger_share")
    if not engine and (share or adapter):
        raise InvalidInputError("must be chosen: a share or an adapter is.", field="challenger_engine")
    if engine and not share:
        raise InvalidInputError("must be more than 0%, or choose no challenger.", field="challenger_share")
    if adapter and (engine == Routing.Engine.BUILTIN or adapter.purpose != Adapter.Purpose.CODING):
        raise InvalidInputError("must be for coding, with an engine that asks it.", field="challenger_adapter")
