"""Questions to the code book."""

from __future__ import annotations

from datetime import date

import pytest

from medcode.codebook import lookup
from medcode.codebook.loaders import icd10cm, packaged
from medcode.codebook.loaders.progress import Meter
from medcode.codebook.models import Code, CodeSystem, Release

pytestmark = pytest.mark.django_db
IN_RELEASE = date(2026, 6, 1)


def test_the_whole_release_is_loaded() -> None:
    release = Release.objects.get(code_system=CodeSystem.ICD10CM)
    assert (release.code_system, release.name) == ("ICD-10-CM", "April 2026")
    assert release.code_count == Code.objects.filter(release=release, billable=True).count() == 74_719


def test_loading_again_changes_nothing() -> None:
    before = list(Code.objects.order_by("pk").values_list("pk", flat=True)[:10])
    for part in packaged.parts():
        assert part.slow or not part.load(Meter()).new
    assert Release.objects.filter(code_system=CodeSystem.ICD10CM).count() == 1
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
    Release.objects.filter(code_system=CodeSystem.CPT).delete()
    with pytest.raises(lookup.CodebookEmptyError, match="No CPT release is loaded"):
        lookup.release_for(CodeSystem.CPT, IN_RELEASE)


def test_the_snapshot_from_the_database_is_the_one_from_the_files() -> None:
    from_files = icd10cm.snapshot()
    assert lookup.snapshot(Release.objects.get(code_system=CodeSystem.ICD10CM)).entries == from_files.entries
