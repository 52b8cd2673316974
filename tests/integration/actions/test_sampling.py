"""Samples for a second look: the same seed draws the same charts, and every chart is drawn once."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from review.actions import deciding, finalizing, sampling
from review.actions.errors import InvalidInputError, NotAllowedError
from review.models import AuditEvent, AuditPlan, AuditSample, Chart, ChartAudit, Role, SampleRule, SampleUnit
from review.reports.weeks import this_week
from tests import factories
from tests.factories import World
from tests.integration.second_look import drawn, final

NOTE = "ASSESSMENT\n1. Hypertension. Continue lisinopril.\n"


@pytest.fixture
def charts(world: World) -> list[Chart]:
    """Six final charts of one coder, three of another."""
    other = factories.user()
    return [
        final(factories.ready(NOTE), coder, "I10")
        for coder, count in ((world.coder, 6), (other, 3))
        for _ in range(count)
    ]


def draw(asked: sampling.Asked, *, seed: int = 1, key: uuid.UUID | None = None) -> AuditSample:
    today = timezone.localdate()
    return sampling.draw(asked, today - timedelta(days=1), today, by=None, key=key or uuid.uuid4(), seed=seed)


def drawn_charts(sample: AuditSample) -> set[int]:
    return set(sample.audits.values_list("chart", flat=True))


def test_a_number_of_charts_of_each_coder_is_drawn(charts: list[Chart]) -> None:
    sample = draw(sampling.Asked(size=2))
    assert sample.population == 9
    assert sample.audits.filter(coder=charts[0].finalized_by).count() == 2
    assert sample.audits.count() == 4


def test_a_percentage_is_rounded_up_so_that_nobody_is_left_out(charts: list[Chart]) -> None:
    assert draw(sampling.Asked(size=20, unit=SampleUnit.PERCENT)).audits.count() == 2 + 1


def test_the_same_seed_picks_the_same_charts_and_another_seed_others(charts: list[Chart]) -> None:
    asked = sampling.Asked(size=3)
    picks = [sampling.pick(charts, asked, f"{seed}:2026-06-01") for seed in (1, 1, 2, 3, 4)]
    assert picks[0] == picks[1]
    assert any(pick != picks[0] for pick in picks[2:])
    without = sampling.pick(charts[:6], asked, "1:2026-06-01")
    assert without == [chart for chart in picks[0] if chart in charts[:6]]


def test_a_chart_is_drawn_once(charts: list[Chart]) -> None:
    first, second = draw(sampling.Asked(size=2)), draw(sampling.Asked(size=2))
    assert not drawn_charts(first) & drawn_charts(second)
    assert second.population == 9 - 4


def test_the_same_key_is_the_same_draw(charts: list[Chart]) -> None:
    key = uuid.uuid4()
    assert draw(sampling.Asked(size=1), key=key) == draw(sampling.Asked(size=1), key=key)
    assert ChartAudit.objects.count() == 2


def test_a_plan_draws_a_week_once_however_often_the_schedule_asks(world: World, charts: list[Chart]) -> None:
    plan = sampling.make_plan("Weekly", sampling.Asked(size=1), by=world.users[Role.SUPERVISOR])
    assert sampling.draw_due(this_week()) == sampling.draw_due(this_week())
    assert plan.samples.count() == 1
    assert ChartAudit.objects.count() == 2


def test_a_stopped_plan_draws_nothing(world: World, charts: list[Chart]) -> None:
    plan = sampling.make_plan("Weekly", sampling.Asked(size=1), by=world.users[Role.AUDITOR])
    sampling.switch_plan(plan, by=world.users[Role.AUDITOR])
    assert sampling.draw_due(this_week()) == []


def test_charts_that_are_not_final_are_never_drawn(world: World) -> None:
    assert drawn(world).population == 0


def test_overrides_only(world: World) -> None:
    plain = factories.ready(NOTE)
    for suggestion in plain.suggestions.all():
        deciding.accept(suggestion, by=world.coder)
    plain.refresh_from_db()
    finalizing.finalize(plain, by=world.coder, version=plain.version, acknowledged=True)
    overridden = final(factories.ready(NOTE), world.coder, "I10")
    assert drawn_charts(draw(sampling.Asked(rule=SampleRule.OVERRIDES))) == {overridden.pk}


def test_high_only(world: World) -> None:
    high, low = (final(factories.ready(NOTE), world.coder, "I10") for _ in range(2))
    Chart.objects.filter(pk=high.pk).update(high_count=2, medium_count=0, low_count=0)
    Chart.objects.filter(pk=low.pk).update(high_count=2, medium_count=1, low_count=0)
    assert drawn_charts(draw(sampling.Asked(rule=SampleRule.HIGH_ONLY))) == {high.pk}


def test_new_coders_only(world: World) -> None:
    veteran, new = world.coder, factories.user()
    long_ago = final(factories.ready(NOTE), veteran, "I10")
    Chart.objects.filter(pk=long_ago.pk).update(finalized_at=timezone.now() - timedelta(days=200))
    final(factories.ready(NOTE), veteran, "I10")
    theirs = final(factories.ready(NOTE), new, "I10")
    assert drawn_charts(draw(sampling.Asked(rule=SampleRule.NEW_CODER))) == {theirs.pk}


def test_filters_narrow(world: World) -> None:
    final(factories.ready(NOTE, specialty="Cardiology", payer="Medicare"), world.coder, "I10")
    final(factories.ready(NOTE, specialty="Cardiology", payer="Other"), world.coder, "I10")
    assert draw(sampling.Asked(specialty="Cardiology", payer="Medicare")).population == 1
    assert draw(sampling.Asked(patient_class="inpatient")).population == 0


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"size": "0"}, "size"),
        ({"size": "-1"}, "size"),
        ({"size": "101", "unit": "percent"}, "size"),
        ({"size": "²"}, "size"),
        ({"rule": "worst"}, "rule"),
        ({"method": "x"}, "method"),
        ({"patient_class": "x"}, "patient_class"),
        ({"payer": "a\x00"}, "payer"),
    ],
    ids=["zero", "negative", "over_100_percent", "superscript", "rule", "method", "class", "nul"],
)
def test_nonsense_is_refused_by_name(data: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        sampling.Asked.parse(data)
    assert refusal.value.field == field


def test_days_out_of_order_or_a_century_apart_are_refused(db: None) -> None:
    for first, last in ((date(2026, 6, 2), date(2026, 6, 1)), (date(1926, 6, 2), date(2026, 6, 1))):
        with pytest.raises(InvalidInputError):
            sampling.draw(sampling.Asked(), first, last, by=None, key=uuid.uuid4())


def test_two_plans_of_one_name_are_refused(world: World) -> None:
    sampling.make_plan("Weekly", sampling.Asked(), by=None)
    with pytest.raises(InvalidInputError, match="exists already"):
        sampling.make_plan(" Weekly ", sampling.Asked(), by=None)
    assert AuditPlan.objects.count() == 1


def test_coders_draw_no_samples(world: World) -> None:
    with pytest.raises(NotAllowedError):
        sampling.draw(sampling.Asked(), date(2026, 6, 1), date(2026, 6, 1), by=world.coder, key=uuid.uuid4())


def test_charts_flagged_by_an_assignment_rule_are_drawn_first(charts: list[Chart]) -> None:
    flagged = charts[4]
    Chart.objects.filter(pk=flagged.pk).update(for_audit=True)
    for seed in range(1, 6):
        listed = list(Chart.objects.order_by("pk"))
        picked = sampling.pick(listed, sampling.Asked(size=1), f"{seed}:2026-06-01")
        assert flagged in picked
        assert len(picked) == len({chart.finalized_by_id for chart in listed})
    sample = draw(sampling.Asked(size=1))
    assert flagged.pk in drawn_charts(sample)
    assert AuditEvent.objects.get(event="audit_sample.drawn").detail["flagged"] == 1


def test_more_flagged_charts_than_asked_for_leave_no_room_for_others(charts: list[Chart]) -> None:
    own = [chart.pk for chart in charts[:4]]
    Chart.objects.filter(pk__in=own).update(for_audit=True)
    picked = sampling.pick(Chart.objects.filter(finalized_by=charts[0].finalized_by), sampling.Asked(size=2), "1:x")
    assert len(picked) == 2
    assert {chart.pk for chart in picked} < set(own)


def test_the_sample_says_which_charts_were_flagged(charts: list[Chart], world: World, client: Client) -> None:
    Chart.objects.filter(pk=charts[0].pk).update(for_audit=True)
    sample = draw(sampling.Asked(size=2))
    client.force_login(world.users[Role.AUDITOR])
    page = client.get(reverse("second_look_sample", args=[sample.pk])).content.decode()
    assert "1 of them flagged for audit" in page
    assert page.count("For audit</span>") == 1
