"""What an engine proposed becomes rows: the run's record, suggestions with evidence, the worklist's columns."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.utils import timezone

from inference import schema
from inference.models import InferenceRun, ModelVersion
from inference.schema import Band
from medcode.codebook import lookup
from medcode.codebook.models import CodeSystem
from review.models import Chart, Evidence, Note, Suggestion


def record_run(
    chart: Chart, outcome: schema.Outcome, notes: dict[str, Note], started: datetime, *, shadow: bool = False
) -> InferenceRun:
    """The provenance of an outcome: which model answered, over which text, how long it took."""
    version, _ = ModelVersion.objects.get_or_create(
        engine=outcome.engine,
        version=outcome.model_version,
        defaults={"base_model": outcome.base_model, "adapter": outcome.adapter},
    )
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
        fallback=outcome.fallback,
        shadow=shadow,
        prompt_tokens=outcome.usage.prompt,
        cached_tokens=outcome.usage.cached,
        completion_tokens=outcome.usage.completion,
    )


def store_proposals(
    chart: Chart, run_row: InferenceRun, proposals: tuple[schema.Proposal, ...], notes: dict[str, Note]
) -> list[Suggestion]:
    """Store proposals beside what people have decided; returns all suggestions that stand now.

    Undecided older ones are withdrawn, decided ones stay. A proposal for a code that a person has decided already, or
    put on the chart, is not repeated.
    """
    standing: list[Suggestion] = []
    if chart.run_id is not None:  # not the first reading
        chart.suggestions.filter(state=Suggestion.State.PENDING).update(state=Suggestion.State.WITHDRAWN)
        standing = list(chart.suggestions.exclude(state=Suggestion.State.WITHDRAWN))
    on_chart = chart.assigned_codes.order_by().values_list("code_system", "code")
    decided = {(each.code_system, each.code) for each in standing} | set(on_chart)
    fresh = [each for each in proposals if (each.code_system, each.code) not in decided]
    first_rank = 1 + max((each.rank for each in standing), default=0)
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
    return [*standing, *suggestions]


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
