"""The decision log as rows, read a batch at a time so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet

from medcode.codebook.snapshot import dotted
from review.models import Decision
from review.reports.weeks import week_of

BATCH = 2000
# The comment is free text in which a coder may have written PHI, so it has no column.
HEADER = (
    "decision_id",
    "decided_at",
    "week",
    "coder",
    "specialty",
    "act",
    "code_system",
    "suggested_code",
    "final_code",
    "reason",
    "seconds_spent",
    "confidence",
    "band",
    "model_version",
    "prompt_version",
    "chart",
    "undone",
    "simulated",
)
COLUMNS = (
    "pk",
    "decided_at",
    "coder__username",
    "specialty",
    "act",
    "code_system",
    "suggested_code",
    "final_code",
    "reason",
    "seconds_spent",
    "confidence",
    "band",
    "model_version",
    "prompt_version",
    "chart__public_id",
    "undone_by__pk",
    "simulated",
)
Key = tuple[datetime, int]


def rows(decisions: QuerySet[Decision], batch_size: int = BATCH) -> Iterator[tuple[Any, ...]]:
    """Rows under `HEADER`, oldest first.

    Each batch starts after the last row of the one before (a keyset, not an open cursor): an export
    that is broken off leaves nothing behind in the database, and a connection pooler may sit between.
    """
    ordered = decisions.order_by("decided_at", "pk").values_list(*COLUMNS)
    after: Key | None = None
    while True:
        batch = list((ordered.filter(_after(after)) if after else ordered)[:batch_size])
        yield from (_row(*values) for values in batch)
        if len(batch) < batch_size:
            return
        after = (batch[-1][1], batch[-1][0])


def _after(key: Key) -> Q:
    """Rows behind the key. The first condition alone is what the index needs to start at the right place."""
    moment, pk = key
    return Q(decided_at__gte=moment) & (Q(decided_at__gt=moment) | Q(pk__gt=pk))


def _row(pk: int, decided_at: datetime, coder: str, specialty: str, act: str, *rest: Any) -> tuple[Any, ...]:
    code_system, suggested, final, reason, seconds, confidence, band, model, prompt, chart, undone_by, simulated = rest
    return (
        pk,
        decided_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        week_of(decided_at).isoformat(),
        coder,
        specialty,
        act,
        code_system,
        dotted(suggested, code_system),
        dotted(final, code_system),
        reason,
        seconds,
        None if confidence is None else round(confidence, 4),
        band,
        model,
        prompt,
        str(chart),
        "yes" if undone_by else "no",
        "yes" if simulated else "no",
    )
