"""Champion against challenger, against a count made by hand."""

from __future__ import annotations

import pytest

from review.reports import comparing
from review.reports.comparing import Compared
from review.reports.statistics import Rate


def chart(number: int, champion: str, challenger: str, final: str, specialty: str = "Cardiology") -> Compared:
    sides = (frozenset(codes.split()) for codes in (champion, challenger, final))
    return Compared(number, specialty, *sides)


CHARTS = [
    chart(1, "I10 E119", "I10 E119", "I10 E119"),
    chart(2, "I10 R05", "I10 J449", "I10 J449"),
    chart(3, "N390", "", "N390 R300", specialty="Urology"),
]


def test_scores_are_those_of_a_count_by_hand() -> None:
    found = comparing.compare(CHARTS)
    assert found.total is not None
    champion, challenger = found.total.champion, found.total.challenger
    # Champion: proposed 5, of them final 4; final in all 6. Challenger: proposed 4, all of them final.
    assert champion.precision.value == pytest.approx(4 / 5)
    assert champion.recall.value == pytest.approx(4 / 6)
    assert champion.f1.value == pytest.approx(8 / 11)
    assert challenger.precision.value == pytest.approx(1.0)
    assert challenger.recall.value == pytest.approx(4 / 6)
    assert challenger.f1.value == pytest.approx(8 / 10)
    assert found.total.f1_gain.value == pytest.approx(8 / 10 - 8 / 11)


def test_agreement_counts_charts_and_codes() -> None:
    found = comparing.compare(CHARTS)
    assert found.same == Rate(1, 3)
    assert found.shared == Rate(3, 6)


def test_codes_that_only_one_found_say_how_often_they_became_final() -> None:
    found = comparing.compare(CHARTS)
    assert [(each.code, each.charts, each.final) for each in found.only_champion] == [
        ("N390", 1, Rate(1, 1)),
        ("R05", 1, Rate(0, 1)),
    ]
    assert [(each.code, each.final) for each in found.only_challenger] == [("J449", Rate(1, 1))]


def test_each_specialty_is_counted_alone_and_one_chart_has_no_interval() -> None:
    rows = {row.label: row for row in comparing.compare(CHARTS).specialties}
    assert list(rows) == ["Cardiology", "Urology"]
    assert rows["Cardiology"].charts == 2
    urology = rows["Urology"]
    assert urology.champion.recall.value == 0.5
    assert urology.challenger.f1.value == 0.0
    assert urology.champion.recall.low is None
    assert urology.f1_gain.low is None


def test_intervals_hold_the_value_and_small_samples_are_not_judged() -> None:
    row = comparing.row("All", CHARTS)
    for figure in (row.champion.f1, row.challenger.f1, row.f1_gain):
        assert figure.low is not None and figure.high is not None
        assert figure.low <= figure.value <= figure.high
    assert row.small
    assert "too few" in row.verdict


@pytest.mark.parametrize(
    ("champion", "challenger", "verdict"),
    [
        ("I10", "I10 E119", "challenger is better"),
        ("I10 E119", "I10", "champion is better"),
        ("I10", "I10", "no difference seen"),
    ],
    ids=["more", "less", "the same"],
)
def test_the_verdict_follows_the_interval_of_the_gain(champion: str, challenger: str, verdict: str) -> None:
    charts = [chart(number, champion, challenger, "I10 E119") for number in range(40)]
    assert comparing.row("All", charts).verdict == verdict


def test_nothing_compared_is_nothing_counted() -> None:
    assert comparing.compare([]).total is None
