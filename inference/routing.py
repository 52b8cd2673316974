"""Which engine and which adapters answer now: the last `Routing` row, else the settings."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from inference.models import Adapter, Routing


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked for a chart. Adapters are None where the base model itself answers."""

    engine: str
    coding_adapter: Adapter | None = None
    cdi_adapter: Adapter | None = None
    fallback: bool = True
    challenger_engine: str = ""
    challenger_adapter: Adapter | None = None
    challenger_share: float = 0.0

    @property
    def needs_server(self) -> bool:
        """Whether a model server must be asked; the built-in coder works alone."""
        return self.engine != Routing.Engine.BUILTIN


def current() -> Choice:
    """The choice in force. An engine that needs a server is the built-in coder where no server is configured."""
    rows = Routing.objects.select_related("coding_adapter", "cdi_adapter", "challenger_adapter")
    last = rows.order_by("-pk").first()
    if last is None:
        return Choice(engine=settings.CODER_ENGINE, fallback=settings.CODER_FALLBACK)
    return Choice(
        engine=last.engine if settings.VLLM_URLS else Routing.Engine.BUILTIN,
        coding_adapter=last.coding_adapter,
        cdi_adapter=last.cdi_adapter,
        fallback=last.fallback,
        challenger_engine=last.challenger_engine,
        challenger_adapter=last.challenger_adapter,
        challenger_share=last.challenger_share,
    )
