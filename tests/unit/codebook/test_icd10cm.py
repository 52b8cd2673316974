"""The loader refuses files that are not what they should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from medcode.codebook.loaders import icd10cm
from medcode.codebook.loaders.errors import CodebookFileError

TABULAR = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular><version>2026</version>
<chapter><name>19</name><desc>Injury (S00-T88)</desc>
<section id="S00-S09"><desc>Injuries to the head (S00-S09)</desc>
<diag><name>S00</name><desc>Superficial injury of head</desc>
<excludes1><note>open wound of head (S01.-)</note></excludes1>
<sevenChrNote><note>Add the 7th character</note></sevenChrNote>
<sevenChrDef><extension char="A">initial encounter</extension><extension char="S">sequela</extension></sevenChrDef>
<diag><name>S00.0</name><desc>Superficial injury of scalp</desc></diag>
</diag></section></chapter></ICD10CM.tabular>
"""
CODE_LIST = "19\nS00-S09\nS00\nS00.0\nS00.0XXA\nS00.0XXS\n"


def files(folder: Path, tabular: str = TABULAR, code_list: str = CODE_LIST) -> tuple[Path, Path]:
    xml, codes = folder / "tabular.xml", folder / "codes.txt"
    xml.write_text(tabular, encoding="utf-8")
    codes.write_text(code_list, encoding="utf-8")
    return xml, codes


def test_placeholders_and_extensions_make_billable_codes(tmp_path: Path) -> None:
    nodes = {node.code: node for node in icd10cm.read(*files(tmp_path))}
    assert [code for code, node in nodes.items() if node.billable] == ["S000XXA", "S000XXS"]
    assert nodes["S000XXA"].title == "Superficial injury of scalp, initial encounter"
    assert nodes["S000XXA"].parent == "S000"
    assert nodes["S00"].notes == [
        ("excludes1", "open wound of head (S01.-)"),
        ("seventh_character", "Add the 7th character"),
    ]


def test_a_code_the_tabular_cannot_explain_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(CodebookFileError, match="S001XXA"):
        icd10cm.read(*files(tmp_path, code_list=CODE_LIST + "S00.1XXA\n"))
    with pytest.raises(CodebookFileError, match="no seventh character D"):
        icd10cm.read(*files(tmp_path, code_list=CODE_LIST + "S00.0XXD\n"))


def test_a_truncated_code_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CodebookFileError, match="not in the code list"):
        icd10cm.read(*files(tmp_path, code_list="19\nS00-S09\nS00\n"))


def test_another_xml_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CodebookFileError, match=r"expected <ICD10CM\.tabular>"):
        icd10cm.read(*files(tmp_path, tabular="<html/>"))


def test_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><ICD10CM.tabular>&b;</ICD10CM.tabular>'
    with pytest.raises(CodebookFileError, match="entities"):
        icd10cm.read(*files(tmp_path, tabular=bomb))
