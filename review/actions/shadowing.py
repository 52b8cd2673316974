"""A share of charts also runs on the challenger: compared in reports, never shown.

The same lease as everywhere: whoever holds it stores. A chart waits for nobody here; a challenger that fails costs
its own row and nothing else.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from inference import routing, schema
from inference.models import InferenceRun
from review.actions import chart_text
from review.actions.proposals import record_run
from review.models import Chart, ShadowRun, ShadowSuggestion

OUTDATED = "The chart was read again before the challenger had its turn."
KILLED = "The workers died over it."


@dataclass(frozen=True, slots=True)
class Due:
    """A chart in this process's hands for the challenger until the lease runs out.

    `on` is the coding date; `adapter` the served name of the challenger's adapter, "" for the base model.
    """

    shadow_id: int
    lease: uuid.UUID
    text: schema.ChartText
    on: date
    engine: str
    adapter: str


def draw(chart: Chart, run: InferenceRun) -> None:
    """Have the challenger run on this chart too, when it is among the share. Inside the caller's transaction.

    Only where the champion itself answered, on a chart that nobody has decided on: a later reading leaves out what
    people have decided, and so could not be compared.
    """
    choice = routing.current()
    if not choice.challenger_engine or run.fallback or run.shadow:
        return
    if place(chart.public_id) >= choice.challenger_share or chart.decisions.exists():
        return
    ShadowRun.objects.get_or_create(
        champion=run,
        defaults={"chart": chart, "engine": choice.challenger_engine, "adapter": choice.challenger_adapter},
    )


def place(public_id: uuid.UUID) -> float:
    """Where a chart falls between 0 and 1: always the same for a chart, and evenly spread over charts."""
    return int.from_bytes(hashlib.sha256(public_id.bytes).digest()[:6]) / 2**48


@transaction.atomic
def claim_due(limit: int, lease: timedelta) -> list[Due]:
    """Take up to `limit` due rows into this process's hands, the oldest first, each as one attempt."""
    now = timezone.now()
    free = Q(lease_expires_at__isnull=True) | Q(lease_expires_at__lte=now)
    due = ShadowRun.objects.filter(free, run__isnull=True, error="").select_related(
        "adapter", "chart__encounter__patient"
    )
    rows = list(due.order_by("pk").select_for_update(skip_locked=True, of=("self",))[:limit])
    mark = uuid.uuid4()
    return [taken for row in rows if (taken := _take(row, mark, now + lease))]


def _take(shadow: ShadowRun, mark: uuid.UUID, until: datetime) -> Due | None:
    hopeless = _hopeless(shadow)
    if hopeless:
        _write(shadow, error=hopeless, lease=None, lease_expires_at=None)
        return None
    _write(shadow, lease=mark, lease_expires_at=until, attempts=shadow.attempts + 1)
    text, _ = chart_text.read(shadow.chart)
    adapter = shadow.adapter.name if shadow.adapter else ""
    return Due(shadow.pk, mark, text, shadow.chart.coding_date, shadow.engine, adapter)


def _hopeless(shadow: ShadowRun) -> str:
    if shadow.chart.run_id != shadow.champion_id:
        return OUTDATED
    return KILLED if shadow.attempts >= settings.SUGGEST_MAX_ATTEMPTS else ""


def renew(leases: set[uuid.UUID], lease: timedelta) -> int:
    """Keep rows that are still being worked at; returns how many."""
    held = ShadowRun.objects.filter(run__isnull=True, lease__in=leases)
    return held.update(lease_expires_at=timezone.now() + lease)


@transaction.atomic
def store(due: Due, outcome: schema.Outcome, started: datetime) -> bool:
    """Keep what the challenger proposed; False when the lease ran out, or the chart was read again meanwhile.

    Another engine's answer in the challenger's place is no answer of the challenger: it counts as a failed attempt.
    """
    shadow = _held(due)
    if shadow is None:
        return False
    if outcome.fallback:
        _fail(shadow, "the fallback answered")
        return False
    # Locked, so that no amendment comes between the comparison and the storing.
    chart = Chart.objects.select_for_update(of=("self",)).get(pk=shadow.chart_id)
    if chart.run_id != shadow.champion_id:
        _write(shadow, error=OUTDATED, lease=None, lease_expires_at=None)
        return False
    run = record_run(chart, outcome, chart_text.current_notes(chart), started, shadow=True)
    _write(shadow, run=run, lease=None, lease_expires_at=None)
    _store_codes(shadow, outcome.proposals)
    return True


def _store_codes(shadow: ShadowRun, proposals: tuple[schema.Proposal, ...]) -> None:
    ShadowSuggestion.objects.bulk_create(
        ShadowSuggestion(
            shadow=shadow,
            code_system=each.code_system,
            code=each.code,
            confidence=each.confidence,
            band=each.band,
        )
        for each in {(each.code_system, each.code): each for each in reversed(proposals)}.values()
    )


@transaction.atomic
def fail(due: Due, error: Exception) -> None:
    """The challenger threw: again after a while, or never, when it has had its attempts."""
    shadow = _held(due)
    if shadow is not None:
        # The class name is no PHI; the message may be.
        _fail(shadow, type(error).__name__)


def _fail(shadow: ShadowRun, reason: str) -> None:
    if shadow.attempts >= settings.SUGGEST_MAX_ATTEMPTS:
        _write(shadow, error=reason, lease=None, lease_expires_at=None)
        return
    _write(shadow, lease=None, lease_expires_at=timezone.now() + settings.SUGGEST_LEASE)


@transaction.atomic
def give_back(due: Due, *, wait: timedelta = timedelta(0)) -> None:
    """Nobody is to blame (the server is away, the worker stops): due again after `wait`, with no attempt counted."""
    shadow = _held(due)
    if shadow is not None:
        _write(shadow, lease=None, lease_expires_at=timezone.now() + wait, attempts=F("attempts") - 1)


def _held(due: Due) -> ShadowRun | None:
    rows = ShadowRun.objects.select_for_update(of=("self",))
    return rows.filter(pk=due.shadow_id, lease=due.lease, run__isnull=True).first()


def _write(shadow: ShadowRun, **values: object) -> None:
    ShadowRun.objects.filter(pk=shadow.pk).update(**values)
    shadow.refresh_from_db(fields=list(values))
