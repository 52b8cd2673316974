"""Charts come in: once per source and identifier, however often and however parallel they are sent.

Order matters for parallel senders: existing charts are locked first, then new patients and new
encounters are inserted, each in the order of their names. Whoever comes second waits at the
unique constraint and then finds the first one's chart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.db import transaction
from django.db.models import Q

from review.actions import amending, chart_rows
from review.actions.base import audit, enqueue_suggest
from review.actions.errors import InvalidInputError
from review.intake import incoming as intake
from review.intake.incoming import IncomingChart
from review.models import Chart, Encounter, Note, Patient, User
from review.permissions import check_can_bring_in_charts

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a chart that was sent. `older` names notes that were older than those stored, and left out."""

    chart: Chart
    created: bool
    changed: bool
    older: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        if self.created:
            return "created"
        return "amended" if self.changed else "unchanged"


def receive(incoming: IncomingChart, *, by: User | None) -> Received:
    """Store one chart, or what is new about it. The same content again changes nothing.

    Raises `InvalidInputError` for what cannot be stored and `ConflictError` when the chart is final
    or belongs to another patient. `by` None: the system itself.
    """
    received = receive_all([incoming], by=by)[0]
    if received is None:
        raise InvalidInputError("at least one note with text is required", field="notes")
    return received


@transaction.atomic
def receive_all(charts: Sequence[IncomingChart], *, by: User | None) -> list[Received | None]:
    """Store all of these charts or none, answering in their order. Raises as `receive` does.

    None stands for a chart that is not stored and of which nothing but withdrawn documents came.
    """
    if by is not None:
        check_can_bring_in_charts(by)
    for chart in charts:
        intake.check(chart)
    by_key = {chart.key: chart for chart in charts}
    if len(by_key) != len(charts):
        raise InvalidInputError("the same chart is sent twice at once", field="id")
    stored = _locked_charts(by_key)
    new = _insert_encounters([by_key[key] for key in sorted(by_key) if key not in stored and by_key[key].notes])
    # Whoever was faster with one of them has a chart by now.
    stored |= _locked_charts(key for key in by_key if key not in stored)
    ours = {key: encounter for key, encounter in new.items() if key not in stored}
    done = _create({key: by_key[key] for key in sorted(ours)}, ours, by)
    current = _current_notes(stored.values())
    for key, row in sorted(stored.items()):
        change = amending.amend(row, by_key[key], current.get(row.pk, {}), by=by)
        done[key] = Received(row, created=False, changed=change.changed, older=change.older)
    _update_patients(done, by_key, by)
    return [done.get(chart.key) for chart in charts]


def _matching(prefix: str, name: str, keys: Iterable[Key]) -> Q:
    """`source` and `name` equal to one of the keys; few sources, many names."""
    by_source: dict[str, list[str]] = {}
    for source, value in keys:
        by_source.setdefault(source, []).append(value)
    found = Q(pk__in=[])
    for source, values in by_source.items():
        found |= Q(**{f"{prefix}source": source, f"{prefix}{name}__in": values})
    return found


def _locked_charts(keys: Iterable[Key]) -> dict[Key, Chart]:
    rows = (
        Chart.objects.select_for_update(of=("self",))
        .select_related("encounter__patient")
        .filter(_matching("encounter__", "source_id", keys))
        .order_by("pk")
    )
    return {(chart.encounter.source, chart.encounter.source_id): chart for chart in rows}


def _current_notes(charts: Iterable[Chart]) -> dict[int, dict[str, Note]]:
    """By chart and source identifier, without their text: comparing needs its digest only."""
    found: dict[int, dict[str, Note]] = {}
    for note in Note.objects.filter(chart__in=charts, superseded_at__isnull=True).defer("text"):
        found.setdefault(note.chart_id, {})[note.source_id] = note
    return found


def _insert_encounters(charts: list[IncomingChart]) -> dict[Key, Encounter]:
    """The encounters by key, inserted by us or, just before, by a parallel sender of the same."""
    if not charts:
        return {}
    patients = _insert_patients(charts)
    Encounter.objects.bulk_create(
        [chart_rows.encounter(chart, patients[chart_rows.patient_key(chart)]) for chart in charts],
        ignore_conflicts=True,
    )
    keys = [chart.key for chart in charts]
    return {(row.source, row.source_id): row for row in Encounter.objects.filter(_matching("", "source_id", keys))}


def _insert_patients(charts: list[IncomingChart]) -> dict[Key, Patient]:
    wanted = {chart_rows.patient_key(chart): chart.patient for chart in charts}
    Patient.objects.bulk_create(
        [
            Patient(source=source, mrn=mrn, name=sent.name, sex=sent.sex, birth_date=sent.birth_date)
            for (source, mrn), sent in sorted(wanted.items(), key=lambda item: item[0])
        ],
        ignore_conflicts=True,
    )
    rows = Patient.objects.filter(_matching("", "mrn", wanted)).order_by("pk")
    return {(row.source, row.mrn): row for row in rows}


def _update_patients(done: dict[Key, Received], charts: dict[Key, IncomingChart], by: User | None) -> None:
    """Last of all and in one order, since parallel senders share patients more often than encounters."""
    patients = {row.pk: row for row in Patient.objects.filter(encounters__chart__in=[r.chart for r in done.values()])}
    sent = sorted((received.chart.encounter.patient_id, key) for key, received in done.items())
    for pk, key in sent:
        amending.update_patient(patients[pk], charts[key].patient, by=by)


def _create(
    charts: dict[Key, IncomingChart], encounters: dict[Key, Encounter], by: User | None
) -> dict[Key, Received]:
    release_on = cache(chart_rows.release_on)
    rows = {key: chart_rows.chart(sent, encounters[key], release_on) for key, sent in charts.items()}
    Chart.objects.bulk_create(rows.values())
    Note.objects.bulk_create(
        chart_rows.note(row, each, position=place)
        for key, row in rows.items()
        for place, each in enumerate(charts[key].notes, start=1)
    )
    for key, row in rows.items():
        chart_rows.add_medications(row, charts[key])
        chart_rows.add_labs(row, charts[key])
        audit("chart.received", by=by, chart=row, source=row.encounter.source, notes=len(charts[key].notes))
        enqueue_suggest(row.pk)
    return {key: Received(row, created=True, changed=True) for key, row in rows.items()}
