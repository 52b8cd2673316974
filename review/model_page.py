"""What the model page shows, and what its forms may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from inference import routing
from inference.llm import telemetry
from inference.models import Adapter, Routing
from review.actions.errors import InvalidInputError
from review.actions.routing import Wanted
from review.reports import hour, meters, serving
from review.reports.listing import chart_rows

SERVER, WORKER, CACHE = "server", "worker", "cache"
RESULT_LABELS = {
    "ok": "Answered",
    "retried": "Retried",
    "refused": "Refused",
    "away": "Server away",
    "bad": "Unreadable",
}


@dataclass(frozen=True, slots=True)
class AdapterRow:
    """A registered adapter, whether requests ask for it, and the servers that hold it."""

    adapter: Adapter
    used: bool
    challenger: bool
    servers: tuple[str, ...]

    @property
    def busy(self) -> bool:
        return self.used or self.challenger


def live() -> dict[str, Any]:
    """The part of the page that refreshes itself."""
    serving.sample_queue()
    said, choice = telemetry.read(), routing.current()
    now = meters.now(said)
    engines: dict[Any, str] = dict(Routing.Engine.choices)
    return {
        "now": now,
        "cache_percent": None if now.cache_hit is None else 100 * now.cache_hit,
        "requests": [(RESULT_LABELS[result], count) for result, count in now.requests.items()],
        "depth": serving.depth(),
        "fallbacks": serving.fallbacks(),
        "dead_count": serving.dead_letters(),
        "last_run": serving.last_run(),
        "shadows": serving.shadows(),
        "choice": choice,
        "engine_label": engines[choice.engine],
        "challenger_label": engines.get(choice.challenger_engine, ""),
        "share_percent": percent(choice.challenger_share),
        "decided": Routing.objects.order_by("-pk").first(),
        "base_model": settings.VLLM_MODEL or ", ".join(base_models(now.servers)),
        "missing": missing(said),
        "series": hour.series(said),
        "server_wanted": bool(settings.VLLM_URLS),
    }


def base_models(servers: tuple[meters.Server, ...]) -> list[str]:
    """What the servers serve beside the adapters that are registered here."""
    served = {model for server in servers for model in server.models}
    return sorted(served - set(Adapter.objects.values_list("name", flat=True))) if served else []


def missing(said: telemetry.Telemetry) -> str:
    """What keeps the page empty: no cache to read, no server to ask, no worker that asks it; "" when nothing does."""
    if not said.reachable:
        return CACHE
    if not settings.VLLM_URLS:
        return SERVER
    return "" if said.live else WORKER


def whole() -> dict[str, Any]:
    """The whole page."""
    context = live()
    dead: serving.DeadLetters = context["dead_count"]
    decided: Routing | None = context["decided"]
    return context | {
        "dead": chart_rows(dead.charts),
        "adapters": adapter_rows(context["choice"], context["now"].servers),
        "purposes": Adapter.Purpose.choices,
        "coding_adapters": Adapter.objects.filter(purpose=Adapter.Purpose.CODING),
        "seen": decided.pk if decided else 0,
        "engine_choices": [
            (value, label)
            for value, label in Routing.Engine.choices
            if settings.VLLM_URLS or value == Routing.Engine.BUILTIN
        ],
    }


def adapter_rows(choice: routing.Choice, servers: tuple[meters.Server, ...]) -> list[AdapterRow]:
    return [
        AdapterRow(
            adapter,
            used=adapter in (choice.coding_adapter, choice.cdi_adapter),
            challenger=adapter == choice.challenger_adapter,
            servers=tuple(server.url for server in servers if adapter.name in server.models),
        )
        for adapter in Adapter.objects.all()
    ]


def percent(share: float) -> str:
    """A share as a person types it: without a tail of zeros."""
    return f"{100 * share:.2f}".rstrip("0").rstrip(".")


def wanted(form: Mapping[str, str]) -> Wanted:
    """What the form on routing asks for. Raises `InvalidInputError` naming the field."""
    engine = form.get("challenger_engine", "").strip()
    # Without a challenger its other fields are what was left in them.
    adapter = form.get("challenger_adapter", "").strip() if engine else ""
    return Wanted(
        engine=form.get("engine", "").strip(),
        fallback=bool(form.get("fallback")),
        challenger_engine=engine,
        challenger_adapter=named(adapter, "challenger_adapter") if adapter else None,
        challenger_share=_share(form.get("challenger_share", "")) if engine else 0.0,
    )


def named(name: str, field: str) -> Adapter:
    """The adapter of this name. Raises `InvalidInputError`."""
    adapter = Adapter.objects.filter(name=name).first() if "\x00" not in name else None
    if adapter is None:
        raise InvalidInputError("there is no adapter of this name.", field=field)
    return adapter


def _share(text: str) -> float:
    try:
        share = float(text.strip().removesuffix("%") or "0") / 100
    except ValueError:
        raise InvalidInputError("must be a number of percent.", field="challenger_share") from None
    if not 0 <= share <= 1:  # also what is no number at all, "nan"
        raise InvalidInputError("must lie between 0 and 100%.", field="challenger_share")
    return share


def seen(form: Mapping[str, str]) -> int | None:
    """The key of the routing that the page showed, so that a later one is not overwritten unseen."""
    text = form.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
