"""What is asked in each mode, and what becomes of the answer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from inference.llm.errors import ServerAwayError
from inference.llm_engine import NOT_MEASURED, EnsembleEngine
from inference.proposers.vllm import checks
from inference.schema import Band, LabFact, MedicationFact
from tests.fake_llm import FakeLlm, Reply
from tests.unit.llm_proposer.conftest import Asking, chart, codes, item, lettered, said, shown_candidates

GOUT = item("M10.9", "Gout, left foot")
NEUROPATHY = item("E11.40", "Type 2 diabetes mellitus with diabetic neuropathy")


def test_a_constrained_answer_chooses_among_candidates_of_the_prompt(ask: Asking, fake: FakeLlm) -> None:
    fake.answer = lambda body: said(NEUROPATHY)
    outcome = ask()
    (proposal,) = outcome.proposals
    assert (proposal.code, proposal.code_system) == ("E1140", "ICD-10-CM")
    assert [span.text for span in proposal.evidence] == ["Type 2 diabetes mellitus with diabetic neuropathy"]
    (body,) = fake.requests
    schema = body["response_format"]["json_schema"]["schema"]
    properties = schema["properties"]["codes"]["items"]["properties"]
    assert list(properties) == ["quotes", "reason", "attributes", "code_system", "code"]
    assert properties["code"]["enum"] == shown_candidates(body)
    assert {"E11.40", "I10", "M10.9"} <= set(properties["code"]["enum"])


def test_what_is_no_candidate_falls_in_constrained_mode_and_stands_in_free_mode(ask: Asking, fake: FakeLlm) -> None:
    rare = item("M10.072", "Gout, left foot")
    fake.answer = lambda body: said(rare)
    outcome = ask()
    if "M10.072" not in shown_candidates(fake.requests[0]):
        assert codes(outcome) == set()
        assert outcome.dropped[checks.NOT_A_CANDIDATE] == 1
    assert codes(ask(mode="free")) == {"M10072"}
    assert "enum" not in json.dumps(
        fake.requests[-1]["response_format"]["json_schema"]["schema"]["properties"]["codes"]["items"]["properties"][
            "code"
        ]
    )


def test_two_steps_find_statements_and_choose_a_code_for_each(ask: Asking, fake: FakeLlm) -> None:
    def answer(body: dict[str, Any]) -> str:
        if "structured_outputs" in body:
            letters = lettered(body)
            return letters.get("I10") or letters.get("M10.9") or letters["none of these"]
        stated = ["Hypertension", "Gout, left foot", "words that stand nowhere"]
        return json.dumps({"statements": [{"quote": quote, "certainty": "confirmed"} for quote in stated]})

    fake.answer = answer
    outcome = ask(mode="two-step")
    assert codes(outcome) == {"I10", "M109"}
    assert outcome.dropped["statement not in note"] == 1
    first, *others = fake.requests
    assert len(others) == 2
    for body in others:
        assert body["structured_outputs"]["choice"] == list(lettered(body).values())
        assert body["messages"][0] == first["messages"][0]
        prefix = first["messages"][1]["content"].removesuffix("\nStep 1.")
        assert body["messages"][1]["content"].startswith(prefix)
    assert outcome.usage.cached > 0


def test_medications_and_results_are_part_of_the_chart(ask: Asking, fake: FakeLlm) -> None:
    fake.answer = lambda body: said(item("M10.9", "allopurinol 100 mg"))
    text = chart(
        medications=(MedicationFact("allopurinol", "100 mg"),), labs=(LabFact("Uric acid", "9.1", "mg/dL", "H"),)
    )
    outcome = ask(text)
    content = fake.requests[0]["messages"][1]["content"]
    assert "- allopurinol 100 mg" in content
    assert "- Uric acid 9.1 mg/dL H" in content
    assert codes(outcome) == set(), "a medication list outside the notes is no evidence"


def test_the_adapter_is_asked_for_by_its_name(ask: Asking, fake: FakeLlm) -> None:
    fake.answer = lambda body: said(GOUT)
    outcome = ask(adapter="icd-lora")
    assert fake.requests[0]["model"] == "icd-lora"
    assert (outcome.base_model, outcome.adapter) == ("org/base-7b", "icd-lora")
    assert "base-7b+icd-lora constrained-" in outcome.model_version
    assert outcome.prompt_version.startswith("constrained-")


def test_without_a_measured_calibration_everything_is_low_and_says_so(ask: Asking, fake: FakeLlm) -> None:
    fake.answer = lambda body: Reply(said(GOUT, NEUROPATHY), logprob=0.0)
    outcome = ask()
    assert {proposal.band for proposal in outcome.proposals} == {Band.LOW}
    assert all(NOT_MEASURED in proposal.reason for proposal in outcome.proposals)
    assert all(proposal.confidence <= 0.3 for proposal in outcome.proposals)
    assert outcome.model_version.endswith("uncalibrated")


def test_the_ensemble_leaves_the_built_in_coders_bands_and_adds_the_models_codes_as_low(
    ask: Asking, fake: FakeLlm
) -> None:
    alone = ask.builtin.propose(chart())
    obesity = chart().notes[0].text + "\n4. Obesity.\n"
    fake.answer = lambda body: Reply(said(item("M10.072", "Gout, left foot"), NEUROPATHY), logprob=0.0)
    outcome = ask(kind=EnsembleEngine, mode="free")
    assert obesity
    mine = {each.code: each for each in outcome.proposals}
    for each in alone.proposals:
        got = mine[each.code]
        assert (got.confidence, got.band) == (each.confidence, each.band)
        assert got.evidence[: len(each.evidence)] == each.evidence
    added = set(mine) - codes(alone)
    assert all(mine[code].band is Band.LOW for code in added)
    assert "language model" in mine["E1140"].reason
    assert outcome.engine == "ensemble"
    assert ask.builtin.model_version in outcome.model_version


def test_a_server_that_is_away_is_said_and_not_hidden(ask: Asking, fake: FakeLlm) -> None:
    fake.stop()
    with pytest.raises(ServerAwayError):
        ask(kind=EnsembleEngine)


def test_several_answers_agree_or_not(ask: Asking, fake: FakeLlm) -> None:
    def answer(body: dict[str, Any]) -> list[str | Reply]:
        assert body["n"] == 4
        assert body["temperature"] > 0
        sure = Reply(said(GOUT, NEUROPATHY), logprob=0.0)
        return [sure, sure, Reply(said(GOUT), logprob=0.0), Reply(said(GOUT), logprob=0.0)]

    fake.answer = answer
    outcome = ask(samples=4)
    confidence = {proposal.code: proposal.confidence for proposal in outcome.proposals}
    assert confidence["M109"] == pytest.approx(0.3)
    assert confidence["E1140"] == pytest.approx(0.15)


def test_the_same_chart_gives_the_same_question(ask: Asking, fake: FakeLlm) -> None:
    ask.all([chart(), replace(chart())])
    first, second = fake.requests
    assert first == second
