"""The sample charts are complete, dated around now, and coded with codes that exist."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta

import pytest

from medcode.codebook.models import Code
from medcode.codebook.snapshot import dotted
from review.actions import receiving
from review.demo import charts
from review.intake import incoming

TODAY = date(2026, 11, 21)
SAMPLES = charts.load()


def test_there_are_forty_charts_over_eight_specialties_at_least() -> None:
    assert len(SAMPLES) >= 40
    assert len({sample.specialty for sample in SAMPLES}) >= 8
    classes = Counter(sample.content["patient_class"] for sample in SAMPLES)
    assert {"inpatient", "outpatient"} <= set(classes)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.key)
def test_a_chart_is_one_that_intake_takes(sample: charts.Sample) -> None:
    chart = sample.incoming(TODAY)
    incoming.check(chart)
    assert len(chart.notes) >= 2
    assert chart.medications
    assert chart.labs
    assert not chart.simulated
    words = sum(len(note.text.split()) for note in chart.notes)
    assert 200 <= words <= 2000
    assert not any("{day" in note.text for note in chart.notes)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.key)
def test_its_dates_follow_the_day_on_which_it_is_read(sample: charts.Sample) -> None:
    now, later = sample.incoming(TODAY), sample.incoming(TODAY + timedelta(days=30))
    assert now.admitted_on is not None
    assert now.discharged_on is not None
    assert TODAY - timedelta(days=14) <= now.admitted_on <= now.discharged_on <= TODAY
    assert later.discharged_on == now.discharged_on + timedelta(days=30)
    birth = now.patient.birth_date
    assert birth is not None
    age = now.admitted_on.year - birth.year - ((now.admitted_on.month, now.admitted_on.day) < (birth.month, birth.day))
    assert age == now.age


def test_placeholders_become_dates_of_the_same_length() -> None:
    sample = next(each for each in SAMPLES if any("{day" in note["text"] for note in each.content["notes"]))
    first, second = sample.incoming(TODAY), sample.incoming(TODAY + timedelta(days=300))
    assert [len(note.text) for note in first.notes] == [len(note.text) for note in second.notes]
    assert re.search(r"\b\d\d/\d\d/2026\b", " ".join(note.text for note in first.notes))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.key)
def test_its_gold_codes_are_billable_and_listed_once(sample: charts.Sample, db: None) -> None:
    billable = set(Code.objects.filter(code__in=sample.gold, billable=True).values_list("code", flat=True))
    assert [dotted(code) for code in sample.gold if code not in billable] == []
    assert len(set(sample.gold)) == len(sample.gold) > 0
    assert sample.gold[0][0] not in "VWXY"


def test_identifiers_are_invented_and_unlike_each_other() -> None:
    numbers = [sample.content["mrn"] for sample in SAMPLES]
    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch(r"DEMO-1\d{5}", number) for number in numbers)


def test_a_chart_brought_in_twice_is_one_chart(db: None) -> None:
    first = receiving.receive(SAMPLES[0].incoming(TODAY), by=None)
    second = receiving.receive(SAMPLES[0].incoming(TODAY), by=None)
    assert first.created
    assert not second.created
    assert second.chart == first.chart


def test_february_29_has_a_birthday_in_other_years() -> None:
    assert charts.years_before(date(2028, 2, 29), 1) == date(2027, 2, 28)
    assert charts.years_before(date(2028, 3, 1), 4) == date(2024, 3, 1)
