"""Rules that read the tabular: what its notes say between the codes of a case."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from medcode.codebook.facts import gather
from medcode.codebook.rules import Case, Finding, check

ON = date(2026, 6, 1)
pytestmark = pytest.mark.django_db


def found(codes: str, **patient: Any) -> dict[str, Finding]:
    case = Case.of(codes.split(), ON, **patient)
    return {finding.rule: finding for finding in check(case, gather(case, ON))}


@pytest.mark.parametrize(
    ("rule", "breaks", "keeps"),
    [
        ("code.unknown", "Q99.99", "Q99.9"),
        ("code.header", "N18.3", "N18.30"),
        ("code.header", "G35", "G35.A"),
        ("code.seventh", "S72.001", "S72.001A"),
        ("code.seventh", "W10.9", "W10.9XXA"),
        ("code.laterality", "M17.10", "M17.11"),
        ("code.specificity", "N18.30", "N18.31"),
        ("excludes1", "J13 J18.1", "J13 J18.9"),
        ("excludes1", "E11.9 O24.410", "E11.9 I10"),
        ("excludes1", "R78.81 A41.9", "R78.81 I10"),
        ("excludes2", "J44.9 J47.9", "J44.9 I10"),
        ("code_first.order", "N18.30 E11.22", "E11.22 N18.30"),
        ("code_first.order", "L97.412 E11.621", "E11.621 L97.412"),
        ("code_first.missing", "D63.1", "N18.4 D63.1"),
        ("use_additional.missing", "E11.22", "E11.22 N18.30"),
        ("use_additional.order", "Z37.0 O80", "O80 Z37.0"),
        ("use_additional.possible", "J45.909", "I10"),
        ("manifestation.first", "N08", "E11.21 N08"),
    ],
)
def test_a_rule_fires_where_it_should_and_nowhere_else(rule: str, breaks: str, keeps: str) -> None:
    assert rule in found(breaks)
    assert rule not in found(keeps)


def test_a_heading_says_how_many_codes_stand_below_it() -> None:
    assert found("N18.3")["code.header"].sentence.endswith("not billable: 3 more specific codes stand below it.")


def test_a_missing_seventh_character_is_listed_with_its_choices() -> None:
    sentence = found("S72.001")["code.seventh"].sentence
    assert sentence == "S72.001 lacks its 7th character: one of A, B, C, D, E, F, G, H, J, K, M, N, P, Q, R, S."


def test_excludes1_within_a_chapter_is_an_error_that_names_its_note() -> None:
    finding = found("J18.1 J13")["excludes1"]
    assert finding.severity == "error"
    assert finding.source.endswith("Excludes1 at J13: lobar pneumonia, unspecified organism (J18.1)")


@pytest.mark.parametrize(
    "codes", ["E11.9 O24.410", "S72.001A S78.012A", "R78.81 A41.9"], ids=["chapters", "sides", "symptoms"]
)
def test_excludes1_where_the_conditions_may_be_unrelated_is_a_warning(codes: str) -> None:
    assert found(codes)["excludes1"].severity == "warning"


def test_e11_22_asks_for_the_stage_of_kidney_disease() -> None:
    finding = found("E11.22")["use_additional.missing"]
    assert finding.codes == ("E11.22",)
    assert "N18.1-N18.6" in finding.sentence


def test_a_case_may_be_gathered_by_its_codes_alone() -> None:
    facts = gather([("E1122", "ICD-10-CM"), ("N1830", "ICD-10-CM")], ON)
    assert facts.code("E1122").kind == "billable"
    assert facts.only([("E1122", "ICD-10-CM")]).code("N1830").kind == "unknown"
    assert [place.code for place in facts.code("E1122").above] == ["E112", "E11", "E08-E13", "4"]


@pytest.mark.parametrize("count", [1, 25, 200])
def test_gathering_takes_few_queries_however_many_codes(count: int) -> None:
    odd = ["N183", "S72001", "QQQ", "I10", "J189", "M1710"]
    codes = [(f"{odd[number % 6]}{number // 6 or ''}", "ICD-10-CM") for number in range(count)]
    with CaptureQueriesContext(connection) as queries:
        gather(codes, ON)
    assert len(queries) <= 12
