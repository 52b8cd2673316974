"""Edits from their official files to the coder's finding: bundling, units, add-on codes, POA exemption."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from medcode.codebook import facts, shapes
from medcode.codebook.models import AddOn, Mue, PoaExempt, PtpEdit, TableEdition
from medcode.codebook.rules import Case, Finding, check
from tests.integration.codebook.loading import load

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 2)
OCTOBER = date(2026, 10, 1)


def found(*typed: str, rule: str, on: date = ON, setting: str = "outpatient") -> list[Finding]:
    case = Case(shapes.read(typed, service_date=on), on, setting)  # type: ignore[arg-type]
    return [finding for finding in check(case, facts.gather(case, on)) if finding.rule.startswith(rule)]


def edition(table: str, variant: str = "") -> TableEdition:
    return TableEdition.objects.create(
        table=table, variant=variant, name="2026-Q4", valid_from=OCTOBER, source="a test", is_complete=True
    )


def pair(indicator: str, *, effective: date = OCTOBER, deleted: date | None = None) -> None:
    PtpEdit.objects.create(
        edition=edition("ncci-ptp", "practitioner"), column1="47563", column2="74300",
        effective=effective, deleted=deleted, modifier_indicator=indicator,
    )  # fmt: skip


def test_47563_with_74300_is_bundled_once_a_row_says_so() -> None:
    assert found("47563", "74300", rule="ncci.ptp") == []
    assert [each.rule for each in found("47563", "74300", rule="ncci")] == ["ncci.not_loaded"]
    pair("1")
    (finding,) = found("47563", "74300", rule="ncci.ptp")
    assert finding.severity == "error"
    assert finding.codes == ("47563", "74300")
    assert finding.fix is not None
    assert (finding.fix.action, finding.fix.code, finding.fix.value) == ("add_modifier", "74300", "59")
    # The order of typing is not the order of the columns.
    assert found("74300", "47563", rule="ncci.ptp")


@pytest.mark.parametrize(
    ("indicator", "codes", "rules"),
    [
        ("0", ("47563", "74300-59"), ["ncci.ptp"]),
        ("1", ("47563", "74300-59"), ["ncci.ptp_modifier"]),
        ("1", ("47563", "74300-XU"), ["ncci.ptp_modifier"]),
        ("1", ("47563", "74300-26"), ["ncci.ptp"]),
        ("9", ("47563", "74300"), []),
    ],
)
def test_the_modifier_indicator_decides(indicator: str, codes: tuple[str, ...], rules: list[str]) -> None:
    pair(indicator)
    assert [finding.rule for finding in found(*codes, rule="ncci")] == rules


@pytest.mark.parametrize(("on", "bundled"), [(date(2026, 9, 30), False), (OCTOBER, True), (date(2026, 12, 31), True)])
def test_an_edit_holds_between_its_dates(on: date, bundled: bool) -> None:
    pair("1", deleted=date(2026, 12, 31))
    assert bool(found("47563", "74300", rule="ncci.ptp", on=on)) is bundled


def test_units_beyond_the_limit_are_found() -> None:
    Mue.objects.create(edition=edition("ncci-mue", "practitioner"), code="74300", units=1, indicator="2")
    assert found("74300", rule="ncci.mue") == []
    (finding,) = found("74300x2", rule="ncci.mue")
    assert "1 is the most" in finding.sentence


def test_an_add_on_code_needs_its_primary() -> None:
    table = edition("add-on")
    for primary in ("47562", "47563"):
        AddOn.objects.create(edition=table, code="47001", primary=primary, kind="1", effective=OCTOBER)
    assert found("47001", rule="ncci.add_on")
    assert found("47001", "47563", rule="ncci.add_on") == []


def test_an_exempt_diagnosis_carries_no_indicator() -> None:
    PoaExempt.objects.create(edition=edition("poa-exempt"), code="Z794")
    rules = {finding.rule for finding in found("J18.9:Y", "Z79.4:Y", rule="poa", setting="inpatient")}
    assert rules
    assert not found("J18.9:Y", "Z79.4:1", rule="poa", setting="inpatient")


def test_the_official_files_reach_the_rules(tmp_path: Path) -> None:
    load(
        "ncci-ptp", "ccipra-v323r0-f1.txt", "ccipra-v323r0-f2.txt", folder=tmp_path, start=OCTOBER, release="2026-Q4",
        variant="practitioner",
    )  # fmt: skip
    row = PtpEdit.objects.filter(deleted__isnull=True, modifier_indicator="1", effective__lte=ON).first()
    assert row is not None
    assert found(row.column1, row.column2, rule="ncci.ptp")
