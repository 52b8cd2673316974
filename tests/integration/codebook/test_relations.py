"""Ancestors, children, 7th characters, crosswalks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from medcode.codebook import crosswalk, lookup, seventh
from medcode.codebook.models import Code, Conversion, TableEdition
from tests.codebooks import small_release

pytestmark = pytest.mark.django_db
ON = date(2026, 5, 1)


def code(text: str) -> Code:
    found = lookup.get(text, on=ON)
    assert found is not None
    return found


def test_ancestors_go_up_to_the_chapter_in_one_query(django_assert_num_queries: Any) -> None:
    row = code("S72.001A")
    with django_assert_num_queries(1):
        above = lookup.ancestors(row)
    assert [each.display for each in above[:3]] == ["S72.001", "S72.00", "S72.0"]
    assert above[-1].kind == Code.Kind.CHAPTER


def test_notes_are_inherited_nearest_first() -> None:
    places = [note.code.code for note in lookup.notes(code("E11.22"))]
    assert places[0] == "E1122"
    assert "E11" in places
    assert places.index("E11") > 0


def test_e11_22_asks_for_the_stage_of_the_kidney_disease() -> None:
    notes = [note for note in lookup.notes(code("E11.22")) if note.kind == "use_additional"]
    assert "N18.1-N18.6" in notes[0].text


def test_children_come_in_tabular_order() -> None:
    assert [each.display for each in lookup.children(code("N18.3"))] == ["N18.30", "N18.31", "N18.32"]


def test_a_fracture_has_sixteen_seventh_characters() -> None:
    found = seventh.extensions(code("S72.001"))
    assert len(found) == 16
    assert found[0].code == "S72.001A"
    assert found[0].meaning == "initial encounter for closed fracture"


def test_empty_places_are_filled_with_x() -> None:
    assert [each.code for each in seventh.extensions(code("T14.8"))] == ["T14.8XXA", "T14.8XXD", "T14.8XXS"]


def test_a_completed_code_knows_its_siblings() -> None:
    assert [each.character for each in seventh.extensions(code("T14.8XXD"))] == ["A", "D", "S"]


@pytest.mark.parametrize("text", ["E11.65", "N18.3", "I10", "S72"])
def test_other_codes_have_no_seventh_character_of_their_own(text: str) -> None:
    assert seventh.extensions(code(text)) == []


def test_a_crosswalk_goes_both_ways() -> None:
    edition = TableEdition.objects.create(
        table="conversion", variant="ICD-10-CM", name="2026", valid_from=ON, source="a test", is_complete=True
    )
    Conversion.objects.create(edition=edition, source="G35", target="G35A", effective=date(2025, 10, 1))
    Conversion.objects.create(edition=edition, source="G35", target="G35D", effective=date(2025, 10, 1))
    assert crosswalk.successors("G35", on=ON) == ("G35.A", "G35.D")
    assert crosswalk.predecessors("G35A", on=ON) == ("G35",)
    assert crosswalk.successors("G35", on=date(2025, 9, 30)) == ()


def test_a_title_that_moved_to_another_code_is_followed() -> None:
    small_release(
        "October 2026", date(2026, 10, 1), [("E1165", "Other words"), ("E1199", "Essential (primary) hypertension")]
    )
    assert crosswalk.successors("I10", on=date(2026, 10, 1)) == ("E11.99",)


def test_general_equivalence_maps_are_asked_by_name() -> None:
    edition = TableEdition.objects.create(
        table="conversion", variant="GEM ICD-9-CM", name="2018", valid_from=ON, source="a test", is_complete=True
    )
    Conversion.objects.create(edition=edition, source="4019", target="I10", note="00000")
    assert crosswalk.translate("4019", "GEM ICD-9-CM") == ("I10",)
    assert crosswalk.translate("4019", "something else") == ()
