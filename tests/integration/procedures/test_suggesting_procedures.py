"""Procedures beside the diagnoses of a stored chart: which release, what is stored, what accepting one does."""

from __future__ import annotations

from datetime import date

import pytest

from inference import procedures, registry
from inference.schema import ChartText, NoteText, Setting
from medcode.codebook.models import CodeSystem, Release
from review import engines
from review.actions import claiming, deciding, suggesting
from review.models import AssignedCode, Role
from tests.codebooks import small_release
from tests.factories import received, user

OFFICE = """ASSESSMENT AND PLAN
1. Type 2 diabetes mellitus. Continue metformin.
2. Palpitations. EKG performed in the office today shows sinus rhythm.
3. Ceftriaxone 1 g IM given in clinic for gonorrhea.
"""
OPERATION = """OPERATIVE REPORT
POSTOPERATIVE DIAGNOSIS: Acute appendicitis.
PROCEDURE PERFORMED: Laparoscopic appendectomy.
"""
ON = date(2026, 5, 1)
APPENDIX = [
    ("0DT", "Gastrointestinal System, Resection"),
    ("0DTJ0ZZ", "Resection of Appendix, Open Approach"),
    ("0DTJ4ZZ", "Resection of Appendix, Percutaneous Endoscopic Approach"),
]


def chart_text(text: str, setting: Setting) -> ChartText:
    return ChartText((NoteText("note", text),), setting=setting, date_of_service=ON)


@pytest.mark.django_db
def test_services_are_stored_beside_the_diagnoses_and_after_them() -> None:
    chart = received(OFFICE)
    assert suggesting.run(chart.pk)
    ranks = {each.code: (each.code_system, each.rank) for each in chart.suggestions.all()}
    assert ranks["93000"][0] == CodeSystem.CPT
    assert ranks["J0696"][0] == CodeSystem.HCPCS
    assert ranks["96372"][0] == CodeSystem.CPT
    diagnoses = [rank for system, rank in ranks.values() if system == CodeSystem.ICD10CM]
    assert max(diagnoses) < min(ranks[code][1] for code in ("93000", "J0696", "96372"))


@pytest.mark.django_db
def test_units_of_a_drug_stand_in_the_reason_and_evidence_in_the_note() -> None:
    chart = received(OFFICE)
    assert suggesting.run(chart.pk)
    drug = chart.suggestions.get(code="J0696")
    assert "1 g: 4 × 250 mg" in drug.reason
    for span in drug.evidence.all():
        assert span.note.text[span.begin : span.end] == span.text


@pytest.mark.django_db
def test_an_accepted_service_is_no_principal_diagnosis() -> None:
    chart = received(OFFICE)
    assert suggesting.run(chart.pk)
    chart.refresh_from_db()
    coder = user(Role.CODER)
    claiming.claim(chart, by=coder)
    deciding.accept(chart.suggestions.get(code="93000"), by=coder)
    diagnosis = chart.suggestions.filter(code_system=CodeSystem.ICD10CM).order_by("rank").first()
    assert diagnosis is not None
    deciding.accept(diagnosis, by=coder)
    assigned = {each.code: (each.kind, each.sequence) for each in chart.assigned_codes.all()}
    assert assigned["93000"] == (AssignedCode.Kind.SERVICE, 1)
    assert assigned[diagnosis.code] == (AssignedCode.Kind.DIAGNOSIS, 1)


@pytest.mark.django_db
def test_inpatients_get_icd_10_pcs_of_the_release_of_their_day() -> None:
    small_release("new", date(2026, 4, 1), APPENDIX, code_system=CodeSystem.ICD10PCS)
    small_release("old", date(2025, 4, 1), APPENDIX[:2], code_system=CodeSystem.ICD10PCS)
    chart = chart_text(OPERATION, Setting.INPATIENT)
    new, old = registry.builtin(ON), registry.builtin(date(2025, 5, 1))
    assert "0DTJ4ZZ" in {item.code for item in new.propose(chart).proposals}
    assert "0DTJ4ZZ" not in {item.code for item in old.propose(chart).proposals}


@pytest.mark.django_db
def test_a_system_that_is_not_loaded_gives_nothing() -> None:
    Release.objects.exclude(code_system=CodeSystem.ICD10CM).update(is_complete=False)
    assert procedures.load(ON) is None
    assert registry.builtin(ON) is registry.diagnoses(ON)
    found = registry.builtin(ON).propose(chart_text(OPERATION + OFFICE, Setting.INPATIENT)).proposals
    assert {item.code_system for item in found} == {CodeSystem.ICD10CM}


@pytest.mark.django_db
def test_the_version_names_the_procedure_rules_and_the_engine_is_one_object() -> None:
    coder = registry.builtin(ON)
    assert "+procedures-" in coder.model_version
    assert coder.model_version.startswith(registry.diagnoses(ON).model_version)
    assert registry.builtin(ON) is coder
    assert coder.propose(chart_text(OFFICE, Setting.OUTPATIENT)).model_version == coder.model_version


@pytest.mark.django_db
def test_diagnoses_are_the_same_with_and_without_procedures() -> None:
    chart = chart_text(OFFICE, Setting.OUTPATIENT)
    alone = engines.diagnoses(ON).propose(chart).proposals
    assert engines.builtin(ON).propose(chart).proposals[: len(alone)] == alone


@pytest.mark.django_db
def test_what_is_improbable_is_counted_with_the_other_refusals() -> None:
    loaded = procedures.load(ON)
    assert loaded is not None
    dropped = {"improbable": 1}
    # Neither performed here for sure nor denied: too little to show.
    assert loaded.propose(chart_text("EKG unremarkable.\n", Setting.OUTPATIENT), dropped) == ()
    assert dropped == {"improbable": 2}


@pytest.mark.django_db
def test_warming_up_reads_everything_and_proposes_afterwards() -> None:
    engine = registry.builtin(ON)
    engine.warm_up()
    assert engine.propose(chart_text(OFFICE, Setting.OUTPATIENT)).proposals
