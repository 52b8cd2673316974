"""Claim a chart, ask the engine outside any transaction, store what it proposes."""

from __future__ import annotations

import hashlib
import logging
import uuid
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from inference import schema
from inference.models import InferenceRun, ModelVersion
from inference.schema import Band
from medcode.codebook import lookup
from medcode.codebook.models import CodeSystem
from review import engines
from review.actions.base import audit, change_status, enqueue_suggest, locked
from review.models import Chart, Evidence, Note, Suggestion, User
from review.permissions import check

logger = logging.getLogger(__name__)

SWEEP_BATCH = 500


def run(chart_id: int) -> bool:
    """Suggest codes for one chart; False when there was nothing to do (done, or somebody is at it).

    Safe to call any number of times: the lease lets one caller through, and a result is stored
    only while the caller still holds it. No transaction is open while the engine works.
    """
    claimed = _claim(chart_id)
    if claimed is None:
        return False
    chart, lease = claimed
    started = timezone.now()
    try:
        chart_text, notes = read(chart)
        outcome = engines.builtin(chart.coding_date).propose(chart_text)
    except Exception as error:
        # Whatever an engine throws concerns this chart alone. The class name is no PHI; the message may be.
        logger.warning("Chart %s: the engine failed with %s.", chart_id, type(error).__name__)
        _give_up_or_retry(chart_id, lease, type(error).__name__)
        return False
    return _store(chart_id, lease, outcome, notes, started)


def read(chart: Chart) -> tuple[schema.ChartText, dict[str, Note]]:
    """What the engine may see of a chart, and the notes by the key under which it sees them."""
    encounter = chart.encounter
    notes = {str(note.pk): note for note in chart.notes.filter(superseded_at__isnull=True)}
    setting = schema.Setting.INPATIENT if encounter.is_inpatient else schema.Setting.OUTPATIENT
    return schema.ChartText(
        notes=tuple(schema.NoteText(key, note.text, note.kind) for key, note in notes.items()),
        setting=setting,
        sex=encounter.patient.sex if encounter.patient.sex in ("F", "M") else "",
        age=encounter.age,
        date_of_service=chart.coding_date,
        medications=tuple(schema.MedicationFact(each.name, each.dose) for each in chart.medications.all()),
        labs=tuple(schema.LabFact(each.name, each.value, each.unit, each.flag) for each in chart.labs.all()),
    ), notes


def _due(now: datetime) -> Q:
    """Charts that wait for suggestions, or whose worker's lease has run out."""
    waiting = Q(status=Chart.Status.RECEIVED)
    abandoned = Q(status=Chart.Status.SUGGESTING, suggest_lease_expires_at__lte=now)
    return (waiting & (Q(suggest_lease_expires_at__isnull=True) | Q(suggest_lease_expires_at__lte=now))) | abandoned


@transaction.atomic
def _claim(chart_id: int) -> tuple[Chart, uuid.UUID] | None:
    now = timezone.now()
    chart = Chart.objects.select_for_update(skip_locked=True).filter(_due(now), pk=chart_id).first()
    if chart is None:
        return None
    if chart.suggest_attempts >= settings.SUGGEST_MAX_ATTEMPTS:
        # It took its workers down with it: they never lived to count it as failed.
        change_status(chart, "claim_for_suggesting")
        change_status(chart, "give_up", suggest_lease=None, suggest_lease_expires_at=None)
        audit("chart.suggesting_gave_up", by=None, chart=chart, attempts=chart.suggest_attempts)
        return None
    lease = uuid.uuid4()
    change_status(
        chart,
        "claim_for_suggesting",
        suggest_lease=lease,
        suggest_lease_expires_at=now + settings.SUGGEST_LEASE,
        suggest_attempts=chart.suggest_attempts + 1,
    )
    return Chart.objects.select_related("encounter__patient").get(pk=chart_id), lease


@transaction.atomic
def _give_up_or_retry(chart_id: int, lease: uuid.UUID, error: str) -> None:
    chart = Chart.objects.select_for_update().filter(pk=chart_id, suggest_lease=lease).first()
    if chart is None:
        return
    if chart.suggest_attempts >= settings.SUGGEST_MAX_ATTEMPTS:
        change_status(chart, "give_up", suggest_lease=None, suggest_lease_expires_at=None, suggest_error=error)
        audit("chart.suggesting_gave_up", by=None, chart=chart, error=error, attempts=chart.suggest_attempts)
        return
    # Waits out a lease before the next attempt; the sweeper wakes it.
    again = timezone.now() + settings.SUGGEST_LEASE * (chart.suggest_attempts / settings.SUGGEST_MAX_ATTEMPTS)
    change_status(chart, "retry_later", suggest_lease=None, suggest_lease_expires_at=again, suggest_error=error)


@transaction.atomic
def _store(
    chart_id: int, lease: uuid.UUID, outcome: schema.Outcome, notes: dict[str, Note], started: datetime
) -> bool:
    chart = Chart.objects.select_for_update().filter(pk=chart_id, suggest_lease=lease).first()
    if chart is None:
        return False  # the lease ran out and somebody else took over, or the chart was amended meanwhile
    run_row = _record_run(chart, outcome, notes, started)
    store_proposals(chart, run_row, outcome.proposals, notes)
    change_status(
        chart,
        "store_suggestions",
        run=run_row,
        suggest_lease=None,
        suggest_lease_expires_at=None,
        suggest_error="",
        **worklist_columns(list(chart.suggestions.exclude(state=Suggestion.State.WITHDRAWN))),
    )
    audit("chart.suggested", by=None, chart=chart, run=run_row.pk, suggestions=run_row.suggestion_count)
    return True


def _record_run(chart: Chart, outcome: schema.Outcome, notes: dict[str, Note], started: datetime) -> InferenceRun:
    version, _ = ModelVersion.objects.get_or_create(engine=outcome.engine, version=outcome.model_version)
    digest = hashlib.sha256("".join(note.text_sha256 for note in notes.values()).encode())
    return InferenceRun.objects.create(
        model_version=version,
        prompt_version=outcome.prompt_version,
        release=lookup.release_for(CodeSystem.ICD10CM, chart.coding_date).release,
        input_sha256=digest.hexdigest(),
        started_at=started,
        duration_ms=int((timezone.now() - started).total_seconds() * 1000),
        suggestion_count=len(outcome.proposals),
        dropped=outcome.dropped,
    )


def store_proposals(
    chart: Chart, run_row: InferenceRun, proposals: tuple[schema.Proposal, ...], notes: dict[str, Note]
) -> list[Suggestion]:
    """Store proposals beside what people have decided: undecided older ones are withdrawn, decided ones stay.

    A proposal for a code that a person has decided already, or put on the chart, is not repeated.
    """
    chart.suggestions.filter(state=Suggestion.State.PENDING).update(state=Suggestion.State.WITHDRAWN)
    decided = set(
        chart.suggestions.exclude(state=Suggestion.State.WITHDRAWN).values_list("code_system", "code")
    ) | set(chart.assigned_codes.values_list("code_system", "code"))
    fresh = [each for each in proposals if (each.code_system, each.code) not in decided]
    first_rank = (chart.suggestions.aggregate(last=Max("rank"))["last"] or 0) + 1 if decided else 1
    suggestions = Suggestion.objects.bulk_create(
        Suggestion(
            chart=chart,
            run=run_row,
            code_system=each.code_system,
            code=each.code,
            description=each.description[:400],
            confidence=each.confidence,
            band=each.band,
            rank=rank,
            reason=each.reason[:300],
        )
        for rank, each in enumerate(fresh, start=first_rank)
    )
    Evidence.objects.bulk_create(
        Evidence(
            suggestion=suggestion,
            note=notes[span.note],
            begin=span.begin,
            end=span.end,
            text=span.text,
            position=place,
        )
        for suggestion, proposal in zip(suggestions, fresh, strict=True)
        for place, span in enumerate(proposal.evidence, start=1)
    )
    return suggestions


def worklist_columns(suggestions: list[Suggestion]) -> dict[str, object]:
    """The chart's columns that a worklist row shows, from its suggestions.

    `confidence` is the mean over HIGH and MEDIUM suggestions: how much of the chart is likely to
    be accepted as it stands. `band` is the chart's own, by the lowest of those suggestions.
    """
    counts = {band: sum(each.band == band for each in suggestions) for band in Band}
    telling = [each for each in suggestions if each.band != Band.LOW]
    mean = sum(each.confidence for each in telling) / len(telling) if telling else 0.0
    lowest = Band.MEDIUM if counts[Band.MEDIUM] else Band.HIGH
    return {
        "high_count": counts[Band.HIGH],
        "medium_count": counts[Band.MEDIUM],
        "low_count": counts[Band.LOW],
        "confidence": mean,
        "band": lowest if telling else Band.LOW,
    }


def sweep() -> int:
    """Hint again for every chart that is due; returns how many. Makes up for lost messages and dead workers."""
    due = list(Chart.objects.filter(_due(timezone.now())).order_by("pk").values_list("pk", flat=True)[:SWEEP_BATCH])
    for chart_id in due:
        enqueue_suggest(chart_id)
    return len(due)


@transaction.atomic
def retry(chart: Chart, *, by: User) -> Chart:
    """Try a failed chart again from the beginning."""
    check(by, "retry_charts")
    chart = locked(chart)
    change_status(chart, "retry", suggest_attempts=0, suggest_error="", suggest_lease_expires_at=None)
    audit("chart.retried", by=by, chart=chart)
    enqueue_suggest(chart.pk)
    return chart
