"""The demo's past: charts that nobody coded, stored as simulated and reported as such."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection, transaction
from django.db.models import Model

from inference.models import ModelVersion
from medcode.codebook import lookup
from medcode.codebook.models import Code, CodeSystem
from review import engines
from review.actions import accounts, expecting, reporting, simulating_audits
from review.actions.base import audit
from review.actions.proposals import worklist_columns
from review.demo import charts, history
from review.demo.behavior import CODERS
from review.demo.rows import ChartRows, Stage, build
from review.models import Decision, Encounter, Role, User
from review.permissions import check_can_run_system
from review.reports.weeks import monday_of

BATCH = 1000


def simulate_history(
    *,
    by: User | None,
    today: date,
    seed: int = 2026,
    charts_a_week: tuple[int, int] = history.CHARTS_A_WEEK,
    own: User | None = None,
) -> int:
    """Store eight past weeks of decided charts and make their reports; returns how many charts.

    Does nothing and returns 0 when a simulated past is there already. `today` is a day on the
    hospital's calendar; the week it lies in stays empty. `own`: an account that people sign in with, to be one of
    the coders, so that its own pages have something to show; its decisions are simulated like the others.
    """
    if by is not None:
        check_can_run_system(by)
    if Encounter.objects.filter(source=history.SOURCE).exists():
        return 0
    engine = engines.diagnoses(today)  # what a careful coder would assign is known of diagnoses only
    known = set(
        Code.objects.filter(release__code_system=CodeSystem.ICD10CM, billable=True).values_list("code", flat=True)
    )
    samples = [sample for sample in charts.load() if known.issuperset(sample.gold)]
    readings = [history.read(sample, engine, today) for sample in samples]
    weeks = history.past_weeks(monday_of(today))
    stored = _store(readings, history.Historian(readings, engine, seed, charts_a_week), weeks, by=by, own=own)
    for week in weeks:
        reporting.make_weekly_report(week, by=by)
    simulating_audits.simulate_second_looks(weeks, samples, by=by, seed=seed, own=own)
    return stored


@transaction.atomic
def _store(
    readings: list[history.Reading],
    historian: history.Historian,
    weeks: list[date],
    *,
    by: User | None,
    own: User | None,
) -> int:
    stage = Stage(_coders(by, own), _model_versions(readings), _titles(readings))
    stored = 0
    for place, week in enumerate(weeks):
        stored += _put([_rows(past, stage) for past in historian.week(week, place)])
    audit("demo.history_simulated", by=by, charts=stored, weeks=len(weeks))
    return stored


def _coders(by: User | None, own: User | None) -> dict[str, User]:
    """Accounts that nobody can sign in to, for they have no password; and in the last one's place `own`."""
    invented = CODERS[:-1] if own else CODERS
    people = {
        coder.username: accounts.create_user(
            coder.username, role=Role.CODER, password=None, full_name=coder.full_name, by=by
        )
        for coder in invented
    }
    return people | ({CODERS[-1].username: own} if own else {})


def _model_versions(readings: list[history.Reading]) -> dict[str, ModelVersion]:
    kinds = {(reading.outcome.engine, reading.outcome.model_version) for reading in readings}
    return {
        version: ModelVersion.objects.get_or_create(engine=engine, version=version)[0] for engine, version in kinds
    }


def _titles(readings: list[history.Reading]) -> dict[str, str]:
    """The description of every code that may be assigned."""
    codes = {code for reading in readings for code in reading.sample.gold}
    codes |= {item.code for reading in readings for item in reading.outcome.proposals}
    rows = Code.objects.filter(release__code_system=CodeSystem.ICD10CM, code__in=codes).order_by("release__valid_from")
    return dict(rows.values_list("code", "title"))


def _rows(past: history.Past, stage: Stage) -> ChartRows:
    rows = build(past, stage, lookup.release_for(CodeSystem.ICD10CM, past.coding_date))
    expected = expecting.columns(rows.chart, (), rows.assigned)
    for name, value in {**worklist_columns(rows.suggestions), **expected}.items():
        setattr(rows.chart, name, value)
    return rows


def _put(charts: list[ChartRows]) -> int:
    """Store the rows of several charts, what is referred to before what refers to it."""
    for rows in (
        [each.patient for each in charts],
        [each.encounter for each in charts],
        [each.run for each in charts],
        [each.chart for each in charts],
        [row for each in charts for row in each.notes],
        [row for each in charts for row in each.medications],
        [row for each in charts for row in each.labs],
        [row for each in charts for row in each.suggestions],
        [row for each in charts for row in each.evidence],
        _numbered(sorted((row for each in charts for row in each.decisions), key=lambda row: row.decided_at)),
        [row for each in charts for row in each.assigned],
    ):
        _create(rows)
    return len(charts)


def _create(rows: Sequence[Model]) -> None:
    if rows:
        type(rows[0])._default_manager.bulk_create(rows, batch_size=BATCH)


def _numbered(decisions: list[Decision]) -> list[Decision]:
    """Give the decisions their numbers beforehand: an undo names the row that it undoes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Decision._meta.db_table, len(decisions)],
        )
        numbers = sorted(number for (number,) in cursor.fetchall())
    for decision, number in zip(decisions, numbers, strict=True):
        decision.pk = number
    return decisions
