"""What is derived from the counts of a week."""

from __future__ import annotations

import json

from review.reports.figures import Cell, ChartCount, Figures, OverriddenCode, Tally, top_codes
from review.reports.statistics import Rate

FIGURES = Figures(
    charts=(ChartCount("Cardiology", 3, 1), ChartCount("Urology", 1, 0)),
    cells=(
        Cell("Cardiology", "HIGH", "ICD-10-CM", "builtin 1", Tally(8, 1, 1, 0)),
        Cell("Cardiology", "LOW", "ICD-10-CM", "builtin 2", Tally(1, 0, 3, 0)),
        Cell("Cardiology", "", "ICD-10-CM", "", Tally(0, 0, 0, 2)),
    ),
    codes=(OverriddenCode("ICD-10-CM", "I509", 4, 1, 2, {"wrong_code": 3}),),
    confidence=((95, 10, 8, 0), (20, 4, 1, 5)),
    undecided={"LOW": 5},
)


def test_the_three_rates_are_those_of_the_glossary() -> None:
    tally = Tally(accepted=6, modified=1, rejected=3, added=2)
    assert tally.acceptance == Rate(6, 10)
    assert tally.override == Rate(4, 10)
    assert tally.missed == Rate(2, 9)


def test_totals_and_breakdowns_come_from_the_same_cells() -> None:
    assert FIGURES.total == Tally(9, 1, 4, 2)
    assert FIGURES.by_specialty() == {"Cardiology": Tally(9, 1, 4, 2), "Urology": Tally()}
    assert FIGURES.by_band()["HIGH"] == Tally(8, 1, 1, 0)
    assert FIGURES.by_band()["MEDIUM"] == Tally()
    assert FIGURES.by_model_version() == {"builtin 1": Tally(8, 1, 1, 0), "builtin 2": Tally(1, 0, 3, 0)}
    assert FIGURES.by_code_system() == {"ICD-10-CM": Tally(9, 1, 4, 2)}
    assert (FIGURES.chart_count, FIGURES.simulated_count, FIGURES.undecided_count) == (4, 1, 5)


def test_stored_figures_are_read_back_as_they_were_and_hold_counts_only() -> None:
    stored = json.loads(json.dumps(FIGURES.as_json()))
    assert Figures.from_json(stored) == FIGURES
    assert "." not in json.dumps(stored["cells"]) + json.dumps(stored["confidence"])


def test_the_top_codes_are_ordered_by_overrides_and_leave_out_what_nobody_changed() -> None:
    rows = [
        ("ICD-10-CM", "I10", "accept", "", 9),
        ("ICD-10-CM", "R509", "accept", "", 1),
        ("ICD-10-CM", "R509", "reject", "integral", 3),
        ("ICD-10-CM", "E119", "reject", "unsupported", 1),
        ("ICD-10-CM", "E119", "modify", "less_specific", 4),
    ]
    assert top_codes(rows) == (
        OverriddenCode("ICD-10-CM", "E119", 5, 4, 1, {"less_specific": 4, "unsupported": 1}),
        OverriddenCode("ICD-10-CM", "R509", 4, 0, 3, {"integral": 3}),
    )
    assert [each.code for each in top_codes(rows, limit=1)] == ["E119"]
