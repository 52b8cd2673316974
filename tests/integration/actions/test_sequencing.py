"""Order of each kind of code, and what a claim says of a service."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from medcode.codebook.models import CodeSystem
from review.actions import deciding, finalizing, sequencing, undoing
from review.actions.errors import ConflictError, InvalidInputError, NotAllowedError
from review.models import AssignedCode, AuditEvent, Chart, DiagnosisPointer, Role
from tests.factories import World


@pytest.fixture
def visit(world: World) -> Chart:
    """An outpatient chart: two diagnoses, then a service, then a third diagnosis and a second service."""
    for code, system in (
        ("Z87.891", CodeSystem.ICD10CM),
        ("Z79.4", CodeSystem.ICD10CM),
        ("99213", CodeSystem.CPT),
        ("I25.2", CodeSystem.ICD10CM),
        ("J1885", CodeSystem.HCPCS),
    ):
        deciding.add(world.outpatient, by=world.coder, code=code, code_system=system)
    world.outpatient.refresh_from_db()
    return world.outpatient


def order(chart: Chart) -> list[tuple[str, int, str]]:
    return [(each.kind, each.sequence, each.display) for each in chart.assigned_codes.all()]


def visit_code(chart: Chart) -> AssignedCode:
    return chart.assigned_codes.get(code="99213")


def test_each_kind_has_an_order_of_its_own(visit: Chart) -> None:
    assert order(visit) == [
        ("diagnosis", 1, "Z87.891"),
        ("diagnosis", 2, "Z79.4"),
        ("diagnosis", 3, "I25.2"),
        ("service", 1, "99213"),
        ("service", 2, "J1885"),
    ]


def test_a_service_never_becomes_the_first_listed_diagnosis(visit: Chart, world: World) -> None:
    sequencing.move(visit.assigned_codes.get(code="J1885"), by=world.coder, to=1)
    assert order(visit)[0] == ("diagnosis", 1, "Z87.891")
    assert order(visit)[3] == ("service", 1, "J1885")
    with pytest.raises(InvalidInputError, match="between 1 and 2"):
        sequencing.move(visit_code(visit), by=world.coder, to=3)


def test_what_is_taken_off_leaves_no_gap_in_its_kind(visit: Chart, world: World) -> None:
    undoing.undo(visit, by=world.coder, decision=visit.assigned_codes.get(code="Z87891").decision)
    assert order(visit)[:2] == [("diagnosis", 1, "Z79.4"), ("diagnosis", 2, "I25.2")]
    assert order(visit)[2:] == [("service", 1, "99213"), ("service", 2, "J1885")]


def test_a_stale_move_is_refused(visit: Chart, world: World) -> None:
    with pytest.raises(ConflictError, match="has changed"):
        sequencing.move(visit_code(visit), by=world.coder, to=2, version=visit.version - 1)


def test_a_service_carries_modifiers_units_pointers_date_and_provider(visit: Chart, world: World) -> None:
    service = sequencing.detail(
        visit_code(visit),
        by=world.coder,
        modifiers="25, lt",
        units=2,
        pointers=[3, 1],
        performed_on=date(2026, 6, 1),
        performed_by=" Dr. Test ",
        version=visit.version,
    )
    assert (service.modifier_list, service.units, service.performed_by) == (("25", "LT"), 2, "Dr. Test")
    assert [each.diagnosis.display for each in service.pointers.all()] == ["I25.2", "Z87.891"]
    event = AuditEvent.objects.get(event="code.detailed")
    assert event.detail == {"code": "99213", "modifiers": ["25", "LT"], "units": 2}


def test_pointers_follow_the_diagnosis_when_the_order_changes(visit: Chart, world: World) -> None:
    sequencing.detail(visit_code(visit), by=world.coder, pointers=[3])
    sequencing.move(visit.assigned_codes.get(code="I252"), by=world.coder, to=1)
    assert [each.diagnosis.sequence for each in visit_code(visit).pointers.all()] == [1]
    undoing.undo(visit, by=world.coder, decision=visit.assigned_codes.get(code="I252").decision)
    assert not visit_code(visit).pointers.exists()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"modifiers": "25 59 LT RT 76"}, "four modifiers"),
        ({"modifiers": "2"}, "two letters or digits"),
        ({"modifiers": "<b>"}, "two letters or digits"),
        ({"units": 0}, "whole number"),
        ({"units": 1000}, "whole number"),
        ({"pointers": [4]}, "no diagnosis 4"),
        ({"pointers": [0]}, "no diagnosis 0"),
        ({"performed_on": date(2026, 6, 2)}, "not within"),
        ({"performed_on": date(2026, 5, 1)}, "not within"),
        ({"performed_by": "x" * 121}, "120 characters"),
    ],
    ids=["five", "short", "markup", "none", "many", "absent", "zero", "after", "before", "long"],
)
def test_what_no_claim_takes_is_refused(visit: Chart, world: World, values: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidInputError, match=sentence):
        sequencing.detail(visit_code(visit), by=world.coder, **values)  # type: ignore[arg-type]
    assert not visit_code(visit).modifiers


def test_a_diagnosis_has_no_line_and_a_service_no_poa(visit: Chart, world: World) -> None:
    with pytest.raises(InvalidInputError, match="A diagnosis has neither"):
        sequencing.detail(visit.assigned_codes.get(code="Z794"), by=world.coder, modifiers="25")
    with pytest.raises(InvalidInputError, match="diagnoses of inpatients"):
        sequencing.set_poa(visit_code(visit), by=world.coder, poa="Y")


def test_only_coders_change_lines(visit: Chart, world: World) -> None:
    with pytest.raises(NotAllowedError):
        sequencing.detail(visit_code(visit), by=world.users[Role.AUDITOR], units=2)


def test_the_rules_see_modifiers_and_units(visit: Chart, world: World) -> None:
    sequencing.detail(visit_code(visit), by=world.coder, modifiers="LT RT")
    assert "modifier.contradiction" in {finding.rule for finding in finalizing.findings(visit)}


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("99213", {"modifiers": "25 59 LT RT 76"}),
        ("99213", {"modifiers": "2!"}),
        ("99213", {"units": 0}),
        ("99213", {"poa": "Y"}),
        ("Z794", {"modifiers": "25"}),
        ("Z794", {"units": 2}),
        ("Z794", {"performed_by": "Dr. Test"}),
    ],
    ids=["five", "form", "units", "poa", "modified", "counted", "performed"],
)
def test_the_database_refuses_bad_lines(visit: Chart, code: str, values: dict[str, object]) -> None:
    with pytest.raises(DatabaseError, match=r"violates|too long"), transaction.atomic():
        visit.assigned_codes.filter(code=code).update(**values)


def test_the_database_refuses_pointers_that_lead_nowhere(visit: Chart, world: World) -> None:
    deciding.add(world.inpatient, by=world.coder, code="I25.2")
    elsewhere = world.inpatient.assigned_codes.get()
    for target in (elsewhere, visit.assigned_codes.get(code="J1885")):
        with pytest.raises(IntegrityError, match="a pointer leads"), transaction.atomic():
            DiagnosisPointer.objects.create(service=visit_code(visit), diagnosis=target, position=1)
