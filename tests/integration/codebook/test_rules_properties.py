"""What holds for every code and every pair of codes of the release."""

from __future__ import annotations

import random
from datetime import date

import pytest

from medcode.codebook import lookup
from medcode.codebook.facts import gather
from medcode.codebook.known import Facts, Key
from medcode.codebook.models import Code, CodeSystem
from medcode.codebook.rules import Case, Coded, check, validity
from medcode.codebook.rules.view import View
from review.demo import charts

ON = date(2026, 6, 1)
VALIDITY = ("code.unknown", "code.retired", "code.future", "code.header", "code.seventh")
pytestmark = pytest.mark.django_db

# What nobody should send and somebody will: headings, chapters, procedure codes, junk.
ODD: list[Key] = [
    ("N183", CodeSystem.ICD10CM), ("S72001", CodeSystem.ICD10CM), ("A00-A09", CodeSystem.ICD10CM),
    ("15", CodeSystem.ICD10CM), ("", CodeSystem.ICD10CM), ("?", CodeSystem.ICD10CM), ("T", CodeSystem.ICD10CM),
    ("ÄÖÜ", CodeSystem.ICD10CM), ("E11.22", CodeSystem.ICD10CM), ("A" * 10, CodeSystem.ICD10CM),
    ("0FT44ZZ", CodeSystem.ICD10PCS), ("0", CodeSystem.ICD10PCS), ("47563", CodeSystem.CPT), ("74300", CodeSystem.CPT),
    ("J1100", CodeSystem.HCPCS), ("", CodeSystem.CPT), ("X", "something else"),
]  # fmt: skip


def all_billable() -> list[str]:
    codes = Code.objects.filter(release=lookup.release_for(CodeSystem.ICD10CM, ON).release, billable=True)
    return list(codes.order_by("code").values_list("code", flat=True))


def test_every_billable_code_passes_its_own_validity_check() -> None:
    codes = all_billable()
    assert len(codes) > 70_000
    failed = []
    for start in range(0, len(codes), 10_000):
        part = [(code, str(CodeSystem.ICD10CM)) for code in codes[start : start + 10_000]]
        facts = gather(part, ON)
        for code, _ in part:
            view = View(Case((Coded(code),), ON), facts)
            failed += [each for each in validity.findings(view) if each.rule in VALIDITY]
    assert failed == []


@pytest.mark.timeout(600)  # some twenty seconds on a machine that does nothing else
def test_no_rule_raises_on_any_pair_drawn_at_random() -> None:
    draw = random.Random(20260601)
    keys: list[Key] = [(code, str(CodeSystem.ICD10CM)) for code in draw.sample(all_billable(), 2_000)] + ODD
    facts = gather(keys, ON)
    coded = {key: random_line(draw, key) for key in keys}
    for number in range(100_000):
        pair = (draw.choice(keys), draw.choice(keys))
        case = Case(
            tuple(coded[key] for key in pair),
            ON,
            setting="inpatient" if number % 2 else "outpatient",
            sex=draw.choice(("F", "M", "")),
            age=draw.choice((None, 0, 8, 40, 90)),
            uncertain=frozenset({pair[0][0]}) if number % 7 == 0 else frozenset(),
        )
        for finding in check(case, facts.only(pair)):
            assert finding.sentence
            assert finding.source


def random_line(draw: random.Random, key: Key) -> Coded:
    code, code_system = key
    modifiers = tuple(draw.sample(["59", "RT", "LT", "50", "26", "TC", "", "XXX"], draw.randrange(3)))
    return Coded(code, code_system, draw.choice(["", "Y", "N", "1", "?"]), modifiers, draw.choice([1, 3, 99]))


def test_facts_about_fewer_codes_give_the_same_findings() -> None:
    draw = random.Random(7)
    codes = draw.sample(all_billable(), 60)
    facts = gather([(code, str(CodeSystem.ICD10CM)) for code in codes], ON)
    for first, second in zip(codes[::2], codes[1::2], strict=True):
        pair = [(first, str(CodeSystem.ICD10CM)), (second, str(CodeSystem.ICD10CM))]
        case = Case((Coded(first), Coded(second)), ON)
        assert check(case, facts) == check(case, facts.only(pair)) == check(case, gather(pair, ON))


@pytest.mark.parametrize("sample", charts.load(), ids=lambda sample: sample.key)
def test_a_sample_chart_s_own_codes_raise_no_error(sample: charts.Sample) -> None:
    inpatient = sample.content["patient_class"] == "inpatient"
    case = Case(
        tuple(Coded(code) for code in sample.gold),
        ON,
        setting="inpatient" if inpatient else "outpatient",
        sex=sample.content["sex"],
        age=sample.content["age"],
    )
    facts: Facts = gather(case, ON)
    assert [finding for finding in check(case, facts) if finding.severity == "error"] == []
