"""ICD-10-PCS from the order file, the tables and the definitions, and from the package."""

from __future__ import annotations

from pathlib import Path

import pytest

from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.models import Code, PcsDefinition, PcsRow
from tests.integration.codebook.loading import load, rewritten

pytestmark = pytest.mark.django_db
ORDER, TABLES, TERMS = "icd10pcs_order_2026.txt", "icd10pcs_tables_2026.xml", "icd10pcs_definitions_2026.xml"


def test_all_three_files_together(tmp_path: Path) -> None:
    edition = load("icd10pcs", ORDER, TABLES, TERMS, folder=tmp_path).edition
    assert list(Code.objects.filter(release_id=edition.pk).values_list("code", "billable")) == [
        ("0DT", False),
        ("0DTJ0ZZ", True),
        ("0DTJ4ZZ", True),
    ]
    row = PcsRow.objects.get(release_id=edition.pk)
    assert row.labels == ["Medical and Surgical", "Gastrointestinal System", "Resection"]
    assert row.axes[1] == {"name": "Approach", "values": [["0", "Open"], ["4", "Percutaneous Endoscopic"]]}
    assert PcsDefinition.objects.get(release_id=edition.pk, term="Appendix").includes == "Vermiform appendix; Vermix"


def test_tables_alone_make_the_codes(tmp_path: Path) -> None:
    edition = load("icd10pcs", TABLES, folder=tmp_path).edition
    code = Code.objects.get(release_id=edition.pk, code="0DTJ4ZZ")
    assert code.title.endswith("Resection: Appendix, Percutaneous Endoscopic, No Device, No Qualifier")


def test_a_row_that_makes_other_codes_than_it_declares_is_refused(tmp_path: Path) -> None:
    rewritten(tmp_path, TABLES, 'codes="2"', 'codes="3"')
    with pytest.raises(CodebookFileError, match="table 0DT: a row declares 3 codes but makes 2"):
        load("icd10pcs", folder=tmp_path)


def test_tables_and_order_file_of_two_releases_are_refused(tmp_path: Path) -> None:
    rewritten(tmp_path, TABLES, 'code="J">Appendix', 'code="H">Appendix')
    with pytest.raises(CodebookFileError, match=r"disagree on 4 codes, such as 0DTH0ZZ"):
        load("icd10pcs", ORDER, folder=tmp_path)


def test_the_packaged_list_says_of_which_release_it_is(procedure_codes: None) -> None:
    codes = Code.objects.filter(release__code_system="ICD-10-PCS")
    assert codes.filter(billable=True).count() == 78_638
    assert codes.get(code="0DT").title == "Gastrointestinal System, Resection"
    assert codes.get(code="0DTJ4ZZ").release.name == "April 2024 (as packaged in drg 1.0.0)"
