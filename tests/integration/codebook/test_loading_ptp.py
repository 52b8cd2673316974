"""NCCI pairs: their layout, and a load that dies half way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from medcode.codebook.loaders import table_store
from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.loaders.job import Job, TableKind
from medcode.codebook.loaders.kinds import KINDS
from medcode.codebook.models import PtpEdit, TableEdition
from tests.integration.codebook.loading import load, rewritten

pytestmark = pytest.mark.django_db
PARTS = ("ccipra-v323r0-f1.txt", "ccipra-v323r0-f2.txt")
OCTOBER = date(2026, 10, 1)
JOB = Job("2026-Q4", OCTOBER, variant="practitioner", allow_small=True)
ROWS = 10


class KilledError(Exception):
    """Stands for a process that ends in the middle."""


def pairs(count: int = ROWS, dies_after: int | None = None) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        if number == dies_after:
            raise KilledError
        yield f"{10000 + number}", "20000", date(2020, 1, 1), None, "1", ""


def ptp() -> TableKind:
    kind = KINDS["ncci-ptp"]
    assert isinstance(kind, TableKind)
    return kind


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_store, "CHUNK_ROWS", 3)


def test_all_parts_of_a_quarter_make_one_edition(tmp_path: Path) -> None:
    edition = load("ncci-ptp", *PARTS, folder=tmp_path, start=OCTOBER).edition
    assert isinstance(edition, TableEdition)
    assert (edition.variant, edition.row_count, edition.is_complete) == ("practitioner", 3, True)
    found = PtpEdit.objects.filter(edition=edition).order_by("pk")
    assert list(found.values_list("column1", "column2", "effective", "deleted", "modifier_indicator")) == [
        ("99990", "99991", date(2020, 1, 1), None, "1"),
        ("99990", "99992", date(1996, 1, 1), date(2019, 12, 31), "0"),
        ("99993", "99994", date(2020, 1, 1), date(2020, 1, 1), "9"),
    ]


def test_a_cut_off_last_record_is_named(tmp_path: Path) -> None:
    rewritten(tmp_path, PARTS[0], "\t19960101\t20191231\t0\tMore extensive procedure\r\n", "\t1996")
    with pytest.raises(CodebookFileError, match="line 8: expected column 1, column 2"):
        load("ncci-ptp", folder=tmp_path, start=OCTOBER)


def test_the_quarter_of_the_version_must_be_that_of_the_dates(tmp_path: Path) -> None:
    with pytest.raises(CodebookFileError, match="quarter 4 of 2026, but --from is 2026-01-01"):
        load("ncci-ptp", *PARTS, folder=tmp_path, start=date(2026, 1, 1))


def test_practitioner_edits_do_not_load_as_outpatient(tmp_path: Path) -> None:
    with pytest.raises(CodebookFileError, match="holds practitioner edits"):
        load("ncci-ptp", *PARTS, folder=tmp_path, start=OCTOBER, variant="outpatient")


def test_a_pair_that_comes_twice_is_named(tmp_path: Path) -> None:
    rewritten(tmp_path, PARTS[1], "99993\t99994", "99990\t99991")
    with pytest.raises(CodebookFileError, match="same row twice: 99990, 99991, 2020-01-01"):
        load("ncci-ptp", PARTS[0], folder=tmp_path, start=OCTOBER)


def test_a_killed_load_stays_invisible_and_goes_on_where_it_stopped() -> None:
    with pytest.raises(KilledError):
        table_store.store(ptp(), pairs(dies_after=7), JOB, "same content")
    left = TableEdition.objects.get(table="ncci-ptp")
    assert (left.is_complete, left.row_count) == (False, 6)
    first = list(PtpEdit.objects.order_by("pk").values_list("pk", flat=True))
    loaded = table_store.store(ptp(), pairs(), JOB, "same content")
    assert loaded.edition == left
    assert ("continued after", "6 rows of an earlier, interrupted load") in loaded.facts
    assert list(PtpEdit.objects.order_by("pk").values_list("pk", flat=True))[:6] == first
    assert PtpEdit.objects.count() == ROWS
    left.refresh_from_db()
    assert left.is_complete


def test_another_file_after_a_killed_load_starts_from_the_beginning() -> None:
    with pytest.raises(KilledError):
        table_store.store(ptp(), pairs(dies_after=7), JOB, "old content")
    table_store.store(ptp(), pairs(4), JOB, "new content")
    edition = TableEdition.objects.get(table="ncci-ptp")
    assert (edition.content_hash, edition.row_count, PtpEdit.objects.count()) == ("new content", 4, 4)


def test_two_loads_at_once_do_not_mix() -> None:
    def disturbed() -> Iterator[tuple[object, ...]]:
        for number, row in enumerate(pairs()):
            if number == 5:
                TableEdition.objects.filter(table="ncci-ptp").update(row_count=99)
            yield row

    with pytest.raises(CodebookFileError, match="being loaded by somebody else"):
        table_store.store(ptp(), disturbed(), JOB, "same content")
