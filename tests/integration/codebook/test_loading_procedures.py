"""HCPCS and CPT."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.models import Code
from tests.integration.codebook.loading import load, rewritten

pytestmark = pytest.mark.django_db
HCPCS = "HCPC2026_JAN_ANWEB.txt"
JANUARY = date(2026, 1, 1)


def test_continuation_records_go_on_with_the_description(tmp_path: Path) -> None:
    loaded = load("hcpcs", HCPCS, folder=tmp_path, start=JANUARY)
    code = Code.objects.get(release_id=loaded.edition.pk, code="A0021")
    assert code.title.endswith("the long description goes on in a second record")
    assert code.short_title == "Outside state ambulance serv"
    assert "1 modifiers were read and not stored." in loaded.warnings


def test_a_terminated_code_ends_on_its_day(tmp_path: Path) -> None:
    loaded = load("hcpcs", HCPCS, folder=tmp_path, start=JANUARY)
    assert Code.objects.get(release_id=loaded.edition.pk, code="J0135").valid_to == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("A0021001003", "A0021001009", "line 1: expected a code in column 1, a record type"),
        ("A0021002004", "A0022002004", "line 2: expected a first record of A0022"),
        ("20260331", "20260231", "line 3: expected a date YYYYMMDD"),
    ],
    ids=["record type", "orphan continuation", "date"],
)
def test_a_malformed_record_is_named(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    rewritten(tmp_path, HCPCS, old, new)
    with pytest.raises(CodebookFileError, match=sentence):
        load("hcpcs", folder=tmp_path, start=JANUARY)


def test_the_file_of_last_year_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CodebookFileError, match="year 2026, but --from is 2025-01-01"):
        load("hcpcs", HCPCS, folder=tmp_path, start=date(2025, 1, 1))


def test_licensed_cpt_files_give_long_and_short_descriptors(tmp_path: Path) -> None:
    loaded = load("cpt", "LONGULT.txt", "SHORTU.txt", folder=tmp_path, start=JANUARY)
    assert list(Code.objects.filter(release_id=loaded.edition.pk).values_list("code", "title", "short_title")) == [
        ("0999T", "Third descriptor, invented", "THIRD INVENTED"),
        ("99990", "First descriptor, invented for the tests", "FIRST INVENTED"),
        ("99991", "Second descriptor, invented", "SECOND INVENTED"),
    ]


def test_cpt_files_of_two_editions_are_refused(tmp_path: Path) -> None:
    rewritten(tmp_path, "SHORTU.txt", "99991", "99992")
    with pytest.raises(CodebookFileError, match="disagree on 2 codes"):
        load("cpt", "LONGULT.txt", folder=tmp_path, start=JANUARY)


def test_the_demo_labels_say_that_they_are_no_descriptors() -> None:
    code = Code.objects.select_related("release").get(code="47563", release__name="Demo labels")
    assert "not CPT descriptors" in code.release.source
