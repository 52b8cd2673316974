"""HCC V28: map by date of service, hierarchy, edits by age and sex."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from medcode.codebook import hcc
from medcode.codebook.models import HccMapping, Table, TableEdition

pytestmark = pytest.mark.django_db

IN_2026 = date(2026, 5, 1)
MAP = {
    "E1122": "37",
    "E1110": "36",
    "E119": "38",
    "I5023": "224",
    "I509": "226",
    "J449": "280",
    "C50911": "23",
    "D66": "112",
}


@pytest.fixture(autouse=True)
def payment_2027() -> TableEdition:
    TableEdition.objects.filter(table=Table.HCC).update(is_complete=False)
    edition = TableEdition.objects.create(
        table=Table.HCC,
        variant="V28",
        name="Test payment year 2027",
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
        source="test",
        is_complete=True,
    )
    HccMapping.objects.bulk_create(HccMapping(edition=edition, code=code, hcc=number) for code, number in MAP.items())
    return edition


def test_codes_of_one_category_stand_together_with_its_label_and_factor() -> None:
    (found,) = hcc.v28(["e11.22", "E1122", "Z00.00"], IN_2026).kept

    assert (found.hcc, found.codes) == ("37", ("E1122",))
    assert found.label == "Diabetes with Chronic Complications"
    assert found.community_non_dual_aged_factor == Decimal("0.166")


def test_a_severe_category_drops_the_milder_ones_of_its_hierarchy() -> None:
    found = hcc.v28(["E11.9", "E11.22", "E11.10", "I50.9", "I50.23"], IN_2026)

    assert [each.hcc for each in found.kept] == ["36", "224"]
    assert [(each.hcc, each.by) for each in found.dropped] == [("37", "36"), ("38", "36"), ("226", "224")]
    assert found.dropped[0].codes == ("E1122",)


def test_an_edit_by_age_takes_the_category_away_or_changes_it() -> None:
    assert [each.hcc for each in hcc.v28(["J44.9"], IN_2026, age=17).kept] == []
    assert [each.hcc for each in hcc.v28(["J44.9"], IN_2026, age=18).kept] == ["280"]
    assert [each.hcc for each in hcc.v28(["C50.911"], IN_2026, age=49).kept] == ["22"]
    assert [each.hcc for each in hcc.v28(["C50.911"], IN_2026).kept] == ["23"]


def test_an_edit_outside_two_ages() -> None:
    edit = hcc.edits()["C58"][0]
    assert [age for age in (8, 9, 64, 65) if edit.applies(age=age, sex="F")] == [8, 65]


def test_the_map_is_that_of_the_date_of_service_and_a_stand_in_is_named() -> None:
    assert hcc.v28(["E11.22"], IN_2026).sentence == ""
    later = hcc.v28(["E11.22"], date(2027, 2, 1))
    assert later.kept
    assert "Test payment year 2027" in later.sentence


def test_a_badge_is_the_category_or_nothing() -> None:
    assert hcc.category("E11.22", IN_2026) == "37"
    assert hcc.category("Z00.00", IN_2026) == ""
    assert hcc.category("E11.22", IN_2026, "V24") == ""


def test_nothing_is_loaded_nothing_is_claimed(payment_2027: TableEdition) -> None:
    payment_2027.delete()
    assert hcc.v28(["E11.22"], IN_2026) == hcc.HccResult()
    assert hcc.category("E11.22", IN_2026) == ""


def test_every_category_has_a_label_and_a_factor() -> None:
    assert len(hcc.labels()) == 115
    assert set(hcc.labels()) == set(hcc.factors())
