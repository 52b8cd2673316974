"""The code book from the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from medcode.codebook.models import Release

pytestmark = pytest.mark.django_db
DATE = "--date=2026-05-01"


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    call_command("codebook", *words, DATE)
    return capsys.readouterr().out


def data(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    return json.loads(ask(capsys, *words, "--json"))


def test_lookup_tells_all_about_a_code(capsys: pytest.CaptureFixture[str]) -> None:
    found = data(capsys, "lookup", "e1122")
    assert found["title"] == "Type 2 diabetes mellitus with diabetic chronic kidney disease"
    assert found["standing"] == "billable"
    assert any(note["kind"] == "use_additional" and "N18" in note["text"] for note in found["notes"])
    assert [line["code"] for line in found["ancestors"]][:2] == ["E11.2", "E11"]


def test_lookup_for_a_person_reads_well(capsys: pytest.CaptureFixture[str]) -> None:
    out = ask(capsys, "lookup", "S72.001")
    assert out.startswith("S72.001  Fracture of unspecified part of neck of right femur\n")
    assert "A initial encounter for closed fracture → S72.001A" in out


def test_lookup_of_what_is_no_code_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert data(capsys, "lookup", "E11.650")["standing"] == "unknown"


def test_search_prints_the_best_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert data(capsys, "search", "afib", "--system", "ICD-10-CM")[0]["code"] == "I48.91"
    assert ask(capsys, "search", "qqqqzzzz").startswith("Nothing matches.")


def test_check_prints_a_list_of_findings(capsys: pytest.CaptureFixture[str]) -> None:
    alone = data(capsys, "check", "E11.22")
    assert any("N18" in each["sentence"] for each in alone)
    assert set(alone[0]) == {"rule", "severity", "codes", "sentence", "source", "fix"}
    together = data(capsys, "check", "E11.22", "N18.30")
    assert not any(each["rule"] in {one["rule"] for one in alone} and "N18.-" in each["sentence"] for each in together)


def test_check_tells_codes_that_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    def excluded(*codes: str) -> bool:
        return any("xclude" in each["sentence"] for each in data(capsys, "check", *codes) if len(each["codes"]) == 2)

    assert excluded("J13", "J18.1")
    assert not excluded("J13", "J18.9")


@pytest.mark.parametrize(
    ("codes", "drg"), [(["J18.9", "I10"], "195"), (["J18.9", "J96.01"], "193"), (["A40.3", "J13"], "871")]
)
def test_group_prints_the_drg(capsys: pytest.CaptureFixture[str], codes: list[str], drg: str) -> None:
    found = data(capsys, "group", "--principal", *codes, "--sex", "F", "--age", "71")
    assert found["drg"] == drg
    assert found["weight"] is not None


def test_group_for_a_person_names_what_counted(capsys: pytest.CaptureFixture[str]) -> None:
    out = ask(capsys, "group", "--principal", "J18.9", "J96.01", "--sex", "f", "--age", "71")
    assert out.startswith("DRG 193")
    assert "J96.01: MCC" in out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["check", "E11 22?"], "is not a code"),
        (["check", "LOINC:1234-5"], "is no code system|is not a code"),
        (["group", "--principal", "J18.9"], "give --sex and --age"),
        (["compare", "1999", "2000"], "No ICD-10-CM release"),
        (["lookup", "12345", "--system", "CPT"], "No CPT release"),
    ],
)
def test_refusals_are_sentences(words: list[str], reason: str) -> None:
    Release.objects.filter(code_system="CPT").update(is_complete=False)
    with pytest.raises(CommandError, match=reason):
        call_command("codebook", *words, DATE)
