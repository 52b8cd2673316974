"""ICD-10-PCS built character by character, with the official tables and with only the code list."""

from __future__ import annotations

from datetime import date

import pytest

from medcode.codebook import lookup, pcs
from medcode.codebook.models import Code, PcsRow, Release

pytestmark = pytest.mark.django_db
ON = date(2025, 11, 1)
TITLES = {
    "0FT44ZZ": "Resection of Gallbladder, Percutaneous Endoscopic Approach",
    "0FT40ZZ": "Resection of Gallbladder, Open Approach",
    "0FT00ZZ": "Resection of Liver, Open Approach",
    "0FT04ZZ": "Resection of Liver, Percutaneous Endoscopic Approach",
    "0FB00ZX": "Excision of Liver, Open Approach, Diagnostic",
    "0FB00ZZ": "Excision of Liver, Open Approach",
    "BF43ZZZ": "Ultrasonography of Gallbladder and Bile Ducts",
}


@pytest.fixture
def release() -> Release:
    release = Release.objects.create(
        code_system="ICD-10-PCS", name="tiny", valid_from=date(2025, 10, 1), source="a test", is_complete=True
    )
    Code.objects.bulk_create(
        Code(release=release, code=code, title=title, kind="code", billable=True, position=place)
        for place, (code, title) in enumerate(TITLES.items())
    )
    # Only what was loaded here may answer, also where the test process has loaded the whole list.
    Release.objects.filter(code_system="ICD-10-PCS").exclude(pk=release.pk).update(is_complete=False)
    return release


def labels(prefix: str) -> dict[str, str]:
    return {value.character: value.label for value in pcs.step(prefix, on=ON).values}


def test_the_first_characters_have_the_manuals_names(release: Release) -> None:
    assert labels("") == {"0": "Medical and Surgical", "B": "Imaging"}
    assert labels("0") == {"F": "Hepatobiliary System and Pancreas"}
    assert labels("0F") == {"B": "Excision", "T": "Resection"}


def test_a_body_part_is_named_by_the_words_that_tell_it_apart(release: Release) -> None:
    assert labels("0FT") == {"0": "Liver", "4": "Gallbladder"}


def test_approach_device_and_qualifier_have_names(release: Release) -> None:
    assert labels("0FT4") == {"0": "Open", "4": "Percutaneous Endoscopic"}
    assert labels("0FT44") == {"Z": "No Device"}
    assert labels("0FB00Z") == {"X": "Diagnostic", "Z": "No Qualifier"}


def test_the_steps_say_how_many_codes_are_left(release: Release) -> None:
    assert {value.character: value.count for value in pcs.step("0F", on=ON).values} == {"B": 2, "T": 4}


def test_the_last_character_makes_the_code(release: Release) -> None:
    done = pcs.step("0ft44zz", on=ON)
    assert done.code is not None
    assert done.code.title == TITLES["0FT44ZZ"]
    assert done.values == ()
    assert [value.label for value in done.chosen][2:5] == ["Resection", "Gallbladder", "Percutaneous Endoscopic"]


@pytest.mark.parametrize("prefix", ["9", "0FT4Z", "ZZZZZZZZZZ", "🫀", "0FT44Z%", "'"])
def test_what_leads_nowhere_offers_nothing(release: Release, prefix: str) -> None:
    found = pcs.step(prefix, on=ON)
    assert (found.values, found.code) == ((), None)


def test_the_official_tables_go_before_the_list(release: Release) -> None:
    axes = [
        {"name": "Body Part", "values": [["4", "Gallbladder"], ["G", "Pancreas"]]},
        {"name": "Approach", "values": [["0", "Open"], ["4", "Percutaneous Endoscopic"]]},
        {"name": "Device", "values": [["Z", "No Device"]]},
        {"name": "Qualifier", "values": [["Z", "No Qualifier"]]},
    ]
    names = ["Medical and Surgical", "Hepatobiliary System and Pancreas", "Resection"]
    PcsRow.objects.create(
        release=release, table="0FT", position=1, labels=names, axes=axes, definition="Cutting out all of a body part"
    )
    found = pcs.step("0FT", on=ON)
    assert found.axis == "Body Part"
    assert found.definition == "Cutting out all of a body part"
    assert [value.label for value in found.values] == ["Gallbladder", "Pancreas"]


def test_values_of_different_rows_are_not_mixed(release: Release) -> None:
    for position, (part, approach) in enumerate((("4", "0"), ("G", "4"))):
        axes = [
            {"name": "Body Part", "values": [[part, part]]},
            {"name": "Approach", "values": [[approach, approach]]},
            {"name": "Device", "values": [["Z", "No Device"]]},
            {"name": "Qualifier", "values": [["Z", "No Qualifier"]]},
        ]
        PcsRow.objects.create(release=release, table="0FT", position=position, labels=["", "", ""], axes=axes)
    assert [value.character for value in pcs.step("0FT", on=ON).values] == ["4", "G"]
    assert [value.character for value in pcs.step("0FTG", on=ON).values] == ["4"]
    assert pcs.step("0FTG0", on=ON).values == ()


def test_without_a_release_it_says_so() -> None:
    Release.objects.filter(code_system="ICD-10-PCS").update(is_complete=False)
    with pytest.raises(lookup.CodebookEmptyError):
        pcs.step("", on=ON)
