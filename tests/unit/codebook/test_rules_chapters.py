"""The lines of the chapter tables: each fires on its own codes, and its rule is silent on codes beside them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from medcode.codebook.known import Facts
from medcode.codebook.rules import Case, check, i_b_5_integral, i_c_chapters, listing, tables
from medcode.codebook.rules.checking import REGISTRY
from medcode.codebook.snapshot import dotted

ON = date(2026, 6, 1)
CASES = [
    ("ckd.stages", "N18.30 N18.6", "N18.6 N17.9"),
    ("ckd.stages", "N18.30 N18.9", "N18.30"),
    ("ckd.dialysis", "N18.4 Z99.2", "N18.6 Z99.2"),
    ("ckd.transplant", "N18.30 T86.10", "T86.10 N18.30"),
    ("tobacco.both", "F17.210 Z87.891", "F17.210"),
    ("copd.exacerbation", "J44.1 J44.9", "J44.1"),
    ("asthma.two", "J45.901 J45.909", "J45.901"),
    ("reflux.two", "K21.00 K21.9", "K21.00"),
    ("fibrillation.two", "I48.0 I48.91", "I48.0"),
    ("failure.two", "I50.22 I50.9", "I50.22"),
    ("respiratory_failure.two", "J96.21 J96.01", "J96.21"),
    ("depression.two", "F33.1 F32.A", "F33.1"),
    ("prostate.two", "N40.1 N40.0", "N40.1"),
    ("lipids.two", "E78.2 E78.5", "E78.2"),
    ("anemia.two", "D50.9 D64.9", "D50.9"),
    ("examination.two", "Z00.01 Z00.00", "Z00.01"),
    ("pregnancy.normal", "O80 O70.1 Z37.0", "O80 Z37.0"),
    ("pregnancy.state", "O26.891 Z33.1", "S93.401A Z33.1"),
    ("pregnancy.supervision", "O24.410 Z34.90", "Z34.90"),
    ("pregnancy.newborn", "O80 P07.38", "O80 Z37.0"),
    ("pregnancy.weeks", "O24.410", "O24.410 Z3A.30"),
    ("pregnancy.first", "D50.9 O99.02", "O99.02 D50.9"),
    ("delivery.outcome", "O80", "O80 Z37.0"),
    ("delivery.mother", "Z37.0", "O80 Z37.0"),
    ("weeks.mother", "Z3A.30", "O24.410 Z3A.30"),
    ("weeks.last", "Z3A.30 O24.410", "O24.410 Z3A.30"),
    ("fracture.aftercare", "S72.001D Z47.89", "Z47.1 Z96.641"),
    ("osteoporosis.history", "M80.051A M81.0", "M80.051A"),
    ("osteoporosis.traumatic", "S72.001A M81.0", "S82.001A M81.0"),
    ("cancer.history", "C50.411 Z85.3", "Z85.3"),
    ("cancer.pain", "G89.3", "G89.3 C61"),
    ("pain.control", "C61 G89.3", "C61"),
    ("infarction.old", "I21.4 I25.2", "I25.2"),
    ("stroke.history", "I69.351 Z86.73", "I69.351"),
    ("stroke.scale", "R29.705 I63.9", "I63.9 R29.705"),
    ("coma.injury", "R40.2410 S06.0X1A", "S06.0X1A R40.2410"),
    ("hiv.status", "B20 Z21", "B20"),
    ("hiv.first", "B59 B20", "B20 B59"),
    ("neoplasm.treatment", "Z51.11", "Z51.11 C18.2"),
    ("neoplasm.anemia", "D63.0 C18.2", "C18.2 D63.0"),
    ("bmi.alone", "J06.9 Z68.35", "E66.9 Z68.35"),
    ("dialysis.kidney", "J18.9 Z99.2", "N18.6 Z99.2"),
    ("dialysis.status", "N18.6", "N18.6 Z99.2"),
    ("underdosing.reason", "E11.65 T38.3X6A", "E11.65 T38.3X6A Z91.120"),
    ("resistance.infection", "I10 Z16.12", "N39.0 Z16.12"),
    ("organism.infection", "Z23 B96.20", "N39.0 B96.20"),
    ("burns.degree", "T23.201A T23.301A", "T23.301A T23.201A"),
]


def rules_of(codes: list[str], **patient: Any) -> set[str]:
    return {finding.rule for finding in check(Case.of(codes, ON, **patient), Facts(ON))}


@pytest.mark.parametrize(("rule", "breaks", "keeps"), CASES, ids=[f"{row[0]}-{row[1]}" for row in CASES])
def test_a_line_fires_where_it_should_and_nowhere_else(rule: str, breaks: str, keeps: str) -> None:
    setting = "inpatient" if rule == "hiv.first" else "outpatient"
    assert rule in rules_of(breaks.split(), setting=setting)
    assert rule not in rules_of(keeps.split(), setting=setting)


def test_every_rule_of_the_tables_has_a_case_above() -> None:
    assert {rule.id for rule in i_c_chapters.RULES} == {row[0] for row in CASES}


@pytest.mark.parametrize("line", i_c_chapters.CONTRADICTIONS, ids=lambda line: f"{line.rule.id}-{line.this[:8]}")
def test_every_contradiction_fires_on_the_first_codes_that_it_names(line: i_c_chapters.Line) -> None:
    this, other = (tables.spans(cell)[0].low for cell in (line.this, line.other))
    assert line.rule.id in rules_of([dotted(this), dotted(other)])


def test_symptoms_of_at_least_120_pairs_are_known_as_integral() -> None:
    pairs = sum(len(symptoms.split()) * len(diseases.split()) for diseases, symptoms, _ in i_b_5_integral.TABLE)
    assert pairs >= 120


@pytest.mark.parametrize(
    ("diseases", "symptoms"), [row[:2] for row in i_b_5_integral.TABLE], ids=lambda cell: cell.replace(" ", "_")[:30]
)
def test_every_integral_symptom_is_found_beside_its_disease(diseases: str, symptoms: str) -> None:
    disease = dotted(tables.spans(diseases)[0].low)
    for span in tables.spans(symptoms):
        assert "integral" in rules_of([disease, dotted(span.low)])


def test_a_table_line_with_a_missing_column_is_refused_by_name(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken.tsv").write_text("# a comment\none\ttwo\n", encoding="utf-8")
    monkeypatch.setattr(tables, "FOLDER", tmp_path)
    with pytest.raises(tables.RuleTableError, match=r"broken.tsv, line 2: expected 3 columns, found 2"):
        list(tables.rows("broken.tsv", 3))


def test_every_rule_has_an_id_of_its_own_a_title_and_a_source() -> None:
    assert all(rule.id == name and rule.title and rule.source for name, rule in REGISTRY.items())


def test_the_page_of_rules_is_what_the_registry_says() -> None:
    stored = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
    assert stored == listing.page(), "run: python -m medcode.codebook.rules.listing > docs/rules.md"
