"""Stored charts through the ensemble: procedures beside the diagnoses, each facility's prompts apart from others'."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from inference import registry
from inference.llm import session
from inference.models import Routing
from inference.schema import Outcome
from medcode.codebook.models import CodeSystem
from review.actions.chart_text import read
from tests.factories import received
from tests.fake_llm import FakeLlm

pytestmark = pytest.mark.django_db
ON = date(2026, 6, 1)
OFFICE = """ASSESSMENT AND PLAN
1. Type 2 diabetes mellitus. Continue metformin.
2. Palpitations. EKG performed in the office today shows sinus rhythm.
3. Ceftriaxone 1 g IM given in clinic for gonorrhea.
"""


@pytest.fixture
def fake(settings: Any) -> Iterator[FakeLlm]:
    with FakeLlm() as server:
        settings.VLLM_URLS = [server.url]
        settings.VLLM_MODEL = server.model
        settings.CODER_ENGINE = Routing.Engine.ENSEMBLE
        session.reset()
        yield server
        session.reset()


def asked(**changes: Any) -> Outcome:
    """What the ensemble answers about a chart that came in like this."""
    chart_text, _ = read(received(OFFICE, **changes))
    return registry.ensemble(ON).propose(chart_text)


def test_procedures_stand_beside_and_after_the_diagnoses(fake: FakeLlm) -> None:
    found = [(each.code_system, each.code) for each in asked().proposals]
    assert (CodeSystem.CPT, "93000") in found
    assert (CodeSystem.HCPCS, "J0696") in found
    systems = [system for system, _ in found]
    diagnoses = systems.count(CodeSystem.ICD10CM)
    assert diagnoses > 0
    assert set(systems[:diagnoses]) == {CodeSystem.ICD10CM}


def test_the_model_is_asked_for_no_procedure_and_the_version_names_who_found_them(fake: FakeLlm) -> None:
    outcome = asked()
    engine = registry.ensemble(ON)
    assert engine.procedures is not None
    assert engine.procedures.version[:8] in outcome.model_version
    assert registry.vllm(ON).procedures is None


def salts(fake: FakeLlm, **changes: Any) -> set[str]:
    """The salts of all requests about one chart."""
    before = len(fake.requests)
    asked(**changes)
    said = [body.get("cache_salt", "") for body in fake.requests[before:]]
    assert said
    return set(said)


def test_prompts_of_one_facility_share_a_cache_and_those_of_another_do_not(fake: FakeLlm) -> None:
    (north,) = salts(fake, facility="North Hospital")
    assert salts(fake, facility="North Hospital") == {north}
    (south,) = salts(fake, facility="South Hospital")
    assert north
    assert south
    assert north != south


def test_without_a_facility_nothing_is_salted(fake: FakeLlm) -> None:
    assert salts(fake, facility="") == {""}


def test_the_salt_is_no_part_of_what_the_model_reads(fake: FakeLlm) -> None:
    asked(facility="Unmistakable Hospital")
    assert fake.requests
    assert not any("Unmistakable" in str(body["messages"]) for body in fake.requests)
