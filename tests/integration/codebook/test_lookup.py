"""Questions to the code book."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command

from medcode.codebook import lookup
from medcode.codebook.loaders import icd10cm
from medcode.codebook.models import Code, CodeSystem, Release

pytestmark = pytest.mark.django_db
IN_RELEASE = date(2026, 6, 1)


def found(text: str, limit: int = 20) -> list[str]:
    return [hit.display for hit in lookup.search(text, on=IN_RELEASE, limit=limit)]


def test_the_whole_release_is_loaded() -> None:
    release = Release.objects.get()
    assert (release.code_system, release.name) == ("ICD-10-CM", "April 2026")
    assert release.code_count == Code.objects.filter(billable=True).count() == 74_719


def test_loading_again_changes_nothing() -> None:
    before = list(Code.objects.order_by("pk").values_list("pk", flat=True)[:10])
    call_command("load_icd10cm", verbosity=0)
    assert Release.objects.count() == 1
    assert list(Code.objects.order_by("pk").values_list("pk", flat=True)[:10]) == before


def test_seven_character_codes_take_their_meaning_from_the_category() -> None:
    code = lookup.get("S72.001A", on=IN_RELEASE)
    assert code is not None
    assert code.billable
    assert code.title.endswith("right femur, initial encounter for closed fracture")
    assert [each.code for each in lookup.ancestors(code)[:3]] == ["S72001", "S7200", "S720"]


@pytest.mark.parametrize("code", ["E11.65", "e1165", " E11.65 "])
def test_a_code_is_found_however_it_is_typed(code: str) -> None:
    entry = lookup.get(code, on=IN_RELEASE)
    assert entry is not None
    assert entry.display == "E11.65"


def test_headers_are_told_from_billable_codes() -> None:
    for header in ("N18.3", "G35", "R10.2"):
        entry = lookup.get(header, on=IN_RELEASE)
        assert entry is not None
        assert not entry.billable


def test_billable_codes_are_told_from_the_rest_at_once() -> None:
    assert lookup.billable(["E1165", "E11", "N183", "Q9999"], on=IN_RELEASE) == {"E1165"}


def test_notes_are_inherited_nearest_first() -> None:
    code = lookup.get("E11.65", on=IN_RELEASE)
    assert code is not None
    notes = lookup.notes(code)
    assert any(note.kind == "excludes1" and "gestational diabetes" in note.text for note in notes)
    assert any(note.kind == "use_additional" and "Z79.4" in note.text for note in notes)


def test_a_date_within_the_release_is_no_stand_in() -> None:
    choice = lookup.release_for(CodeSystem.ICD10CM, IN_RELEASE)
    assert not choice.stand_in
    assert choice.sentence(IN_RELEASE) == ""


@pytest.mark.parametrize("on", [date(2026, 10, 1), date(2026, 3, 31)])
def test_a_date_outside_uses_the_nearest_release_and_says_so(on: date) -> None:
    choice = lookup.release_for(CodeSystem.ICD10CM, on)
    assert choice.stand_in
    assert "no loaded release is valid on" in choice.sentence(on)


def test_a_newer_release_takes_over_on_its_first_day() -> None:
    newer = Release.objects.create(
        code_system="ICD-10-CM", name="October 2026", valid_from=date(2026, 10, 1), source="a test", is_complete=True
    )
    assert lookup.release_for(CodeSystem.ICD10CM, date(2026, 9, 30)).release.name == "April 2026"
    assert lookup.release_for(CodeSystem.ICD10CM, date(2026, 10, 1)).release == newer


def test_an_empty_code_system_is_said_by_name() -> None:
    with pytest.raises(lookup.CodebookEmptyError, match="No CPT release is loaded"):
        lookup.release_for(CodeSystem.CPT, IN_RELEASE)


@pytest.mark.parametrize("text", ["E11.6", "e116"])
def test_search_by_the_beginning_of_a_code(text: str) -> None:
    assert found(text)[:2] == ["E11.6", "E11.61"]


def test_search_by_words_in_any_order_and_unfinished() -> None:
    assert found("diab neuropathy type 2")[0] == "E11.40"
    assert "M17.12" in found("knee osteoarth left")


def test_search_finds_inclusion_terms() -> None:
    assert "K21.9" in found("esophageal reflux NOS")


def test_search_lists_billable_codes_first() -> None:
    hits = lookup.search("heart failure", on=IN_RELEASE, limit=20)
    flags = [hit.billable for hit in hits]
    assert flags == sorted(flags, reverse=True)


def test_search_marks_what_matched() -> None:
    (hit, *_) = lookup.search("heart fail", on=IN_RELEASE)
    marked = [text.lower() for text, match in hit.pieces if match]
    assert {"heart", "fail"} <= set(marked)
    assert "".join(text for text, _ in hit.pieces) == hit.title


@pytest.mark.parametrize("text", ["", " ", "a", "…", "'; DROP TABLE", "& | ! :*", "\x00", "zzzzqqq"])
def test_search_survives_anything(text: str) -> None:
    assert lookup.search(text, on=IN_RELEASE) == []


def test_the_snapshot_from_the_database_is_the_one_from_the_files() -> None:
    from_files = icd10cm.snapshot()
    assert lookup.snapshot(Release.objects.get()).entries == from_files.entries
