"""Which charts get a second look: drawn by a seed, once for each plan and week."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from django.db import connection, transaction
from django.db.models import Exists, Min, OuterRef, QuerySet

from review.actions.base import audit
from review.actions.errors import InvalidInputError
from review.models import (
    AuditPlan,
    AuditSample,
    Chart,
    ChartAudit,
    Decision,
    DoubleCoding,
    Encounter,
    SampleMethod,
    SampleRule,
    SampleUnit,
    User,
)
from review.permissions import check_can_plan_audits
from review.reports.weeks import WEEK, midnight

KEYS = uuid.UUID("6d1b6f0e-6f2c-4a55-9b5f-0c3f9b1d7a11")
NEW_CODER_DAYS = 90
LONGEST_DAYS = 366
# Any number will do, as long as nothing else in the database takes the same lock.
DRAWING = 5_206_001
LIMITS = {SampleUnit.COUNT: 200, SampleUnit.PERCENT: 100}


@dataclass(frozen=True, slots=True)
class Asked:
    """What to draw, checked. Blank filters mean "any"."""

    rule: str = SampleRule.ANY
    method: str = SampleMethod.REVIEW
    size: int = 3
    unit: str = SampleUnit.COUNT
    specialty: str = ""
    payer: str = ""
    patient_class: str = ""

    @classmethod
    def parse(cls, data: Mapping[str, str]) -> Asked:
        """Read a form. Raises `InvalidInputError` naming the first field that makes no sense."""
        size = data.get("size", "3").strip()
        asked = cls(
            _choice(data, "rule", SampleRule.values),
            _choice(data, "method", SampleMethod.values),
            int(size) if size.isascii() and size.isdigit() and len(size) < 4 else 0,
            _choice(data, "unit", SampleUnit.values),
            _text(data, "specialty", 60),
            _text(data, "payer", 120),
            _choice(data, "patient_class", ["", *Encounter.PatientClass.values]),
        )
        most = LIMITS[SampleUnit(asked.unit)]
        if not 1 <= asked.size <= most:
            raise InvalidInputError(f"Choose a number between 1 and {most}.", field="size")
        return asked

    @classmethod
    def of(cls, plan: AuditPlan) -> Asked:
        return cls(**{name: getattr(plan, name) for name in cls.__dataclass_fields__})

    @property
    def columns(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def _choice(data: Mapping[str, str], name: str, allowed: list[str]) -> str:
    value = data.get(name, allowed[0]).strip()
    if value not in allowed:
        raise InvalidInputError("Choose one of the list.", field=name)
    return value


def _text(data: Mapping[str, str], name: str, longest: int) -> str:
    value = data.get(name, "").strip()
    if len(value) > longest or "\x00" in value:
        raise InvalidInputError(f"Keep it under {longest} characters.", field=name)
    return value


@transaction.atomic
def make_plan(name: str, asked: Asked, *, by: User | None, seed: int = 1) -> AuditPlan:
    """Draw a sample like this every Monday, from the week before. Raises for a name that is taken."""
    if by is not None:
        check_can_plan_audits(by)
    name = name.strip()
    if not name or len(name) > 80 or "\x00" in name:
        raise InvalidInputError("Give the plan a name of up to 80 characters.", field="name")
    if AuditPlan.objects.filter(name=name).exists():
        raise InvalidInputError("A plan of this name exists already.", field="name")
    plan = AuditPlan.objects.create(name=name, seed=seed, created_by=by, **asked.columns)
    audit("audit_plan.made", by=by, plan=plan.pk, rule=plan.rule, size=plan.size, unit=plan.unit)
    return plan


@transaction.atomic
def switch_plan(plan: AuditPlan, *, by: User) -> AuditPlan:
    """Stop a plan, or let it run again. What it has drawn stays."""
    check_can_plan_audits(by)
    plan = AuditPlan.objects.select_for_update().get(pk=plan.pk)
    plan.active = not plan.active
    plan.save(update_fields=["active"])
    audit("audit_plan.started" if plan.active else "audit_plan.stopped", by=by, plan=plan.pk)
    return plan


def draw_due(week: date) -> list[AuditSample]:
    """Draw every active plan for the charts of a week, named by its Monday. Drawing again changes nothing."""
    return [draw_plan(plan, week) for plan in AuditPlan.objects.filter(active=True)]


def draw_plan(plan: AuditPlan, week: date, *, by: User | None = None) -> AuditSample:
    """The plan's sample of a week: the one that was drawn already, or a new one."""
    key = uuid.uuid5(KEYS, f"{plan.pk}:{week.isoformat()}")
    last = week + WEEK - timedelta(days=1)
    return draw(Asked.of(plan), week, last, by=by, key=key, name=plan.name, seed=plan.seed, plan=plan)


@transaction.atomic
def draw(
    asked: Asked,
    first_day: date,
    last_day: date,
    *,
    by: User | None,
    key: uuid.UUID,
    seed: int = 1,
    name: str = "Drawn by hand",
    plan: AuditPlan | None = None,
) -> AuditSample:
    """Draw from the charts that became final on these days and had no second look of this kind yet.

    The same seed, days and charts draw the same charts, coder by coder; what an assignment rule has flagged for a
    second look comes first. The same `key` is the same draw:
    its sample is returned as it is. `by` is empty when the schedule asks.
    """
    if by is not None:
        check_can_plan_audits(by)
    if not timedelta(0) <= last_day - first_day <= timedelta(days=LONGEST_DAYS):
        raise InvalidInputError("The last day follows the first by no more than a year.", field="last_day")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [DRAWING])
    found = AuditSample.objects.filter(key=key).first()
    if found:
        return found
    charts = list(
        eligible(asked, first_day, last_day).order_by("pk").only("pk", "finalized_by", "public_id", "for_audit")
    )
    chosen = pick(charts, asked, f"{seed}:{first_day.isoformat()}")
    sample = AuditSample.objects.create(
        key=key,
        plan=plan,
        name=name,
        first_day=first_day,
        last_day=last_day,
        seed=seed,
        population=len(charts),
        drawn_by=by,
        **asked.columns,
    )
    _store(sample, chosen)
    flagged = sum(chart.for_audit for chart in chosen)
    audit(
        "audit_sample.drawn",
        by=by,
        sample=sample.pk,
        charts=len(chosen),
        population=len(charts),
        seed=seed,
        flagged=flagged,
    )
    return sample


def eligible(asked: Asked, first_day: date, last_day: date) -> QuerySet[Chart]:
    """The FINAL charts of these days on the hospital's calendar that the rule and the filters let through."""
    charts = Chart.objects.filter(
        status=Chart.Status.FINAL,
        finalized_at__gte=midnight(first_day),
        finalized_at__lt=midnight(last_day + timedelta(days=1)),
    )
    same = {
        "specialty": asked.specialty,
        "encounter__payer": asked.payer,
        "encounter__patient_class": asked.patient_class,
    }
    charts = charts.filter(**{column: value for column, value in same.items() if value})
    looks = DoubleCoding if asked.method == SampleMethod.DOUBLE else ChartAudit
    charts = charts.exclude(Exists(looks._default_manager.filter(chart=OuterRef("pk"))))
    return _by_rule(charts, asked.rule, last_day)


def _by_rule(charts: QuerySet[Chart], rule: str, last_day: date) -> QuerySet[Chart]:
    if rule == SampleRule.OVERRIDES:
        standing = Decision.objects.filter(chart=OuterRef("pk"), act__in=["modify", "reject", "add"], undone_by=None)
        return charts.filter(Exists(standing))
    if rule == SampleRule.HIGH_ONLY:
        return charts.filter(high_count__gt=0, medium_count=0, low_count=0)
    if rule == SampleRule.NEW_CODER:
        begun = midnight(last_day - timedelta(days=NEW_CODER_DAYS))
        new = (
            Chart.objects.filter(status=Chart.Status.FINAL)
            .values("finalized_by")
            .annotate(first=Min("finalized_at"))
            .filter(first__gte=begun)
        )
        return charts.filter(finalized_by__in=new.values("finalized_by"))
    return charts


def pick(charts: Iterable[Chart], asked: Asked, seed: str) -> list[Chart]:
    """Charts of each coder, by the seed, flagged ones first; a coder more or less changes nothing for the others."""
    by_coder: dict[int, list[Chart]] = {}
    for chart in charts:
        by_coder.setdefault(chart.finalized_by_id or 0, []).append(chart)
    chosen: list[Chart] = []
    for coder, own in sorted(by_coder.items()):
        wanted = ceil(len(own) * asked.size / 100) if asked.unit == SampleUnit.PERCENT else asked.size
        chosen += _pick_own(own, min(wanted, len(own)), random.Random(f"{seed}:{coder}"))
    return sorted(chosen, key=lambda chart: chart.pk)


def _pick_own(own: list[Chart], wanted: int, rng: random.Random) -> list[Chart]:
    """Charts of one coder: those that an assignment rule wants looked at again, then any."""
    flagged = [chart for chart in own if chart.for_audit]
    first = rng.sample(flagged, min(wanted, len(flagged)))
    rest = [chart for chart in own if not chart.for_audit]
    return first + rng.sample(rest, min(wanted - len(first), len(rest)))


def _store(sample: AuditSample, charts: list[Chart]) -> None:
    if sample.method == SampleMethod.DOUBLE:
        DoubleCoding.objects.bulk_create(
            DoubleCoding(sample=sample, chart=chart, first_coder_id=chart.finalized_by_id or 0) for chart in charts
        )
        return
    ChartAudit.objects.bulk_create(
        ChartAudit(sample=sample, chart=chart, coder_id=chart.finalized_by_id or 0) for chart in charts
    )
