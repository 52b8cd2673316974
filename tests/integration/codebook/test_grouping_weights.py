"""Weights by date, what-if both ways, and the codes that a DRG hangs on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from medcode.codebook.grouping import Grouping, carriers, case_of, ms_drg, what_if
from medcode.codebook.models import DrgWeight, Table, TableEdition

pytestmark = pytest.mark.django_db

SPRING = date(2026, 5, 1)


@pytest.fixture(autouse=True)
def nothing_loaded() -> None:
    """The packaged editions of the test database out of sight."""
    TableEdition.objects.filter(table=Table.DRG_WEIGHTS).update(is_complete=False)


def table5(name: str, start: date, end: date | None, **weights: str) -> TableEdition:
    edition = TableEdition.objects.create(
        table=Table.DRG_WEIGHTS, name=name, valid_from=start, valid_to=end, source="test", is_complete=True
    )
    for drg, weight in weights.items():
        DrgWeight.objects.create(
            edition=edition,
            drg=drg[1:],
            title="",
            weight=weight,
            geometric_mean_stay="3.4",
            arithmetic_mean_stay="4.2",
        )
    return edition


@pytest.fixture
def fy2026() -> TableEdition:
    return table5("Test FY2026", date(2025, 10, 1), date(2026, 9, 30), d193="1.3000", d194="0.8500", d195="0.7000")


def pneumonia(discharged: date = SPRING) -> Grouping:
    return ms_drg("J18.9", sex="F", age=71, discharged=discharged)


def test_without_a_loaded_table_there_is_no_weight() -> None:
    found = pneumonia()
    assert (found.drg, found.weight, found.geometric_mean_stay, found.weights_edition) == ("195", None, None, "")


def test_the_weight_and_the_stays_are_those_of_the_edition_of_the_date(fy2026: TableEdition) -> None:
    table5("Test FY2025", date(2024, 10, 1), date(2025, 9, 30), d195="0.6500")

    assert pneumonia().weight == Decimal("0.7000")
    assert pneumonia().arithmetic_mean_stay == Decimal("4.2")
    assert pneumonia(date(2025, 9, 30)).weight == Decimal("0.6500")
    assert pneumonia().sentence_of_stand_in == ""


def test_an_edition_that_stands_in_is_named(fy2026: TableEdition) -> None:
    early = pneumonia(date(2025, 5, 1))
    assert early.weight == Decimal("0.7000")
    assert "FY2026" in early.sentence_of_stand_in
    assert "May 1, 2025" in early.sentence_of_stand_in


def test_an_unfinished_edition_is_not_used(fy2026: TableEdition) -> None:
    TableEdition.objects.update(is_complete=False)
    assert pneumonia().weight is None


def test_what_if_adds_and_removes(fy2026: TableEdition) -> None:
    stay = case_of("J18.9", ["I10"], sex="F", age=71, discharged=SPRING)

    added = what_if(stay, add=["J96.01"])
    assert (added.before.drg, added.after.drg, added.weight_difference) == ("195", "193", Decimal("0.6000"))
    removed = what_if(stay.changed(add=["J96.01"]), remove=["j96.01"])
    assert (removed.before.drg, removed.after.drg, removed.weight_difference) == ("193", "195", Decimal("-0.6000"))
    assert not what_if(stay, add=["E78.5"]).changes


def test_a_weight_that_is_not_loaded_makes_no_difference(fy2026: TableEdition) -> None:
    stay = case_of("J18.9", [], sex="F", age=71, discharged=SPRING)
    assert what_if(stay, add=["0SR9019"]).weight_difference is None


def test_the_codes_that_a_drg_hangs_on(fy2026: TableEdition) -> None:
    one = case_of("J18.9", ["J96.01", "I10", "N18.4"], sex="F", age=71, discharged=SPRING)
    assert [(each.code, each.without.drg, each.without.weight) for each in carriers(one)] == [
        ("J9601", "194", Decimal("0.8500"))
    ]
    assert carriers(one.changed(add=["A41.9"])) == ()
