"""MUE, add-on codes, POA exemptions, Table 5, HCC maps, conversion tables and indexes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.models import (
    AddOn,
    Conversion,
    DrgWeight,
    HccMapping,
    IndexEntry,
    Mue,
    PoaExempt,
    TableEdition,
)
from tests.integration.codebook.loading import load, rewritten

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)
# Other than the packaged editions' first days.
EARLIER = date(2025, 10, 2)
MUE = "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv"
AOC = "AOC_V2026Q4-MCR.txt"
HCC = "2026 Midyear Final ICD-10-CM Mappings.csv"


def test_mue_below_a_notice_in_one_quoted_cell(tmp_path: Path) -> None:
    edition = load("ncci-mue", MUE, folder=tmp_path, start=OCTOBER).edition
    assert isinstance(edition, TableEdition)
    assert edition.variant == "practitioner"
    assert list(Mue.objects.filter(edition_id=edition.pk).values_list("code", "units", "indicator")) == [
        ("99990", 1, "2"),
        ("J0135", 8, "3"),
    ]


def test_mue_from_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["CPT copyright notice"],
        ["HCPCS/CPT Code", "Outpatient Hospital Services MUE Values", "MUE Adjudication Indicator", "MUE Rationale"],
        [99990, 3, "1 Line Edit", "Anatomic"],
    ):
        sheet.append(row)
    book.save(tmp_path / "MCR_MUE_OutpatientHospitalServices_Eff_10-01-2026.xlsx")
    edition = load("ncci-mue", folder=tmp_path, start=OCTOBER).edition
    assert Mue.objects.filter(edition_id=edition.pk).values_list("code", "units", "indicator").get() == (
        "99990",
        3,
        "1",
    )


def test_mue_given_as_ptp_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CodebookFileError, match="no NCCI procedure-to-procedure table"):
        load("ncci-ptp", MUE, folder=tmp_path, start=OCTOBER, variant="practitioner")


def test_a_mue_line_without_units_is_named(tmp_path: Path) -> None:
    rewritten(tmp_path, MUE, "J0135,8,", "J0135,,", "cp1252")
    with pytest.raises(CodebookFileError, match="line 6: expected a code, a number of units"):
        load("ncci-mue", folder=tmp_path, start=OCTOBER)


def test_add_on_codes_with_their_dates_and_contractor_primaries(tmp_path: Path) -> None:
    edition = load("add-on", AOC, folder=tmp_path, start=OCTOBER).edition
    began = date(2013, 4, 1)
    assert list(AddOn.objects.filter(edition_id=edition.pk).order_by("pk").values_list()) == [
        (row[0], edition.pk, *row[1:])
        for row in zip(
            AddOn.objects.filter(edition_id=edition.pk).order_by("pk").values_list("pk", flat=True),
            ("99991", "99991", "99993", "99994"),
            ("99990", "99992", "", "99990"),
            ("1", "1", "2", "3"),
            (began,) * 4,
            (None, date(2020, 12, 31), None, date(2024, 1, 1)),
            strict=True,
        )
    ]


def test_the_add_on_table_of_another_quarter_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CodebookFileError, match="quarter 4 of 2026, but --from is 2026-07-01"):
        load("add-on", AOC, folder=tmp_path, start=date(2026, 7, 1))


def test_poa_exemptions(tmp_path: Path) -> None:
    edition = load("poa-exempt", "POAexemptCodesFY26.txt", folder=tmp_path).edition
    assert list(PoaExempt.objects.filter(edition_id=edition.pk).values_list("code", flat=True)) == [
        "B900",
        "B901",
        "Z66",
    ]


def test_the_capped_weight_of_table_5_is_the_weight(tmp_path: Path) -> None:
    edition = load("drg-weights", "table_5_fy2026.txt", folder=tmp_path, start=EARLIER).edition
    found = {each.drg: each for each in DrgWeight.objects.filter(edition_id=edition.pk)}
    assert found["010"].weight == Decimal("7.1757")
    assert (found["193"].post_acute, found["193"].kind, found["193"].mdc) == (True, "MED", "04")
    assert found["999"].weight is None


def test_an_hcc_map_takes_the_column_of_its_variant_and_what_counts(tmp_path: Path) -> None:
    edition = load("hcc", HCC, folder=tmp_path, start=EARLIER, variant="V28").edition
    assert list(HccMapping.objects.filter(edition_id=edition.pk).values_list("code", "hcc")) == [
        ("E1122", "37"),
        ("E119", "38"),
    ]


def test_an_hcc_map_without_its_variant_asks_for_it(tmp_path: Path) -> None:
    with pytest.raises(CodebookFileError, match="needs --variant: one of V28, V24"):
        load("hcc", HCC, folder=tmp_path, start=EARLIER)


@pytest.mark.parametrize(
    ("name", "variant", "steps"),
    [
        (
            "ICD-10-CM Conversion Table FY2026.txt",
            "ICD-10-CM",
            [("G35", "G35A"), ("H02101", "H02881"), ("H02102", "H02881"), ("H02103", "H02881"), ("B948", "U099")],
        ),
        (
            "icd10pcs_conversion_table_FY2026.txt",
            "ICD-10-PCS",
            [("0DTJ0ZY", "0DTJ0ZZ"), ("0DTJ0ZX", "0DTJ0ZZ")],
        ),
        ("2018_I9gem.txt", "I9-I10", [("0010", "A000"), ("0011", "A001"), ("0012", "")]),
    ],
    ids=["cm", "pcs", "gem"],
)
def test_conversions(tmp_path: Path, name: str, variant: str, steps: list[tuple[str, str]]) -> None:
    edition = load("conversion", name, folder=tmp_path, variant=variant).edition
    assert (
        list(Conversion.objects.filter(edition_id=edition.pk).order_by("pk").values_list("source", "target")) == steps
    )


def test_the_alphabetic_index_keeps_its_tree(tmp_path: Path) -> None:
    edition = load("index", "icd10cm_index_2026.xml", folder=tmp_path).edition
    entries = list(IndexEntry.objects.filter(edition_id=edition.pk).select_related("parent"))
    assert [(each.path, each.depth, each.code) for each in entries] == [
        ("Dementia", 0, "F03.90"),
        ("Dementia, in", 1, ""),
        ("Dementia, in, Alzheimer's disease", 2, "G30.9"),
        ("Diabetes, diabetic", 0, "E11.9"),
    ]
    assert (entries[0].nonessential, entries[2].manifestation) == ("(degenerative)", "F02.80")
    assert entries[2].parent == entries[1]


def test_the_neoplasm_table_keeps_its_columns(tmp_path: Path) -> None:
    edition = load("neoplasms", "icd10cm_neoplasm_2026.xml", folder=tmp_path).edition
    entry = IndexEntry.objects.get(edition_id=edition.pk, term="abdomen, abdominal")
    assert entry.cells == ["C76.2", "C79.8-", "", "D36.7", "D48.7", "D49.89"]


def test_the_neoplasm_table_given_as_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CodebookFileError, match="a table with columns, which is not the kind asked for"):
        load("index", "icd10cm_neoplasm_2026.xml", folder=tmp_path)


def test_the_pcs_index_carries_the_beginning_of_codes(tmp_path: Path) -> None:
    edition = load("pcs-index", "icd10pcs_index_2026.xml", folder=tmp_path).edition
    assert IndexEntry.objects.filter(edition_id=edition.pk, see="Resection, Appendix 0DTJ").exists()
