"""ICD-10-CM from the order file, the tabular XML, and both."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.models import Code, Note, Release, TableEdition
from tests.integration.codebook.loading import load, rewritten

pytestmark = pytest.mark.django_db
ORDER, TABULAR = "icd10cm_order_2026.txt", "icd10cm_tabular_2026.xml"


def codes(edition: Release | TableEdition) -> dict[str, Code]:
    return {each.code: each for each in Code.objects.filter(release_id=edition.pk).select_related("parent")}


def test_the_order_file_alone_gives_codes_under_their_headers(tmp_path: Path) -> None:
    found = codes(load("icd10cm", ORDER, folder=tmp_path).edition)
    assert [code for code, row in found.items() if row.billable] == ["S000XXA", "S000XXS", "S01"]
    parent = found["S000XXA"].parent
    assert parent is not None
    assert parent.code == "S000"


def test_the_tabular_alone_makes_its_seven_character_codes(tmp_path: Path) -> None:
    found = codes(load("icd10cm", TABULAR, folder=tmp_path).edition)
    assert list(found) == ["19", "S00-S09", "S00", "S000", "S000XXA", "S000XXS", "S01"]
    assert found["S000XXS"].title == "Superficial injury of scalp, sequela"


def test_with_both_titles_come_from_the_order_file_and_notes_from_the_tabular(tmp_path: Path) -> None:
    loaded = load("icd10cm", ORDER, TABULAR, folder=tmp_path)
    found = codes(loaded.edition)
    assert found["S01"].title == "Open wound of head, in the words of the order file"
    assert list(found)[:3] == ["19", "S00-S09", "S00"]
    assert set(Note.objects.filter(code__release__name="test").values_list("kind", flat=True)) == {
        "excludes1",
        "inclusion_term",
        "seventh_character",
    }
    assert ("billable codes", "3") in loaded.facts


def test_a_file_of_another_year_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CodebookFileError, match="fiscal year 2026, but --from is 2024-10-01"):
        load("icd10cm", ORDER, folder=tmp_path, start=date(2024, 10, 1))


def test_missing_lines_are_seen_by_their_order_numbers(tmp_path: Path) -> None:
    rewritten(tmp_path, ORDER, "00003 S000XXA", "00004 S000XXA")
    with pytest.raises(CodebookFileError, match="line 3: order number 00004 follows 00002"):
        load("icd10cm", folder=tmp_path)


def test_a_malformed_line_is_named_with_what_was_expected(tmp_path: Path) -> None:
    rewritten(tmp_path, ORDER, "00002 S000    0", "00002 S000    7")
    with pytest.raises(CodebookFileError, match=r"line 2: expected an order number.*found '00002 S000    7"):
        load("icd10cm", folder=tmp_path)


def test_a_tabular_of_another_release_than_the_order_file_is_refused(tmp_path: Path) -> None:
    rewritten(tmp_path, TABULAR, "<name>S01</name>", "<name>S02</name>")
    with pytest.raises(CodebookFileError, match="not in the order file"):
        load("icd10cm", ORDER, folder=tmp_path)


def test_a_last_line_without_end_is_warned_of(tmp_path: Path) -> None:
    rewritten(tmp_path, ORDER, "of the order file\r\n", "of the or")
    assert any("no line end" in warning for warning in load("icd10cm", folder=tmp_path).warnings)
