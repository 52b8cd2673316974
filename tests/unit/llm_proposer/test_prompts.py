"""The fixed part of a prompt is the same to the byte for every chart, so that a server's cache holds it once."""

from __future__ import annotations

from datetime import date

import pytest

from inference import prompts
from inference.schema import ChartText, LabFact, MedicationFact, NoteText, Setting
from tests.fake_llm import FakeLlm, tokens_of
from tests.unit.llm_proposer.conftest import NOTE, Asking, chart

MODES = ("constrained", "free", "two-step")
SHARE = 0.9  # of the instructions' tokens, at least, in the common prefix
CHARTS: list[ChartText] = [
    chart(),
    chart("ASSESSMENT\n1. Asthma.\n", setting=Setting.INPATIENT, sex="M", age=3),
    chart("Nothing to see.", sex="", age=None, date_of_service=date(2026, 1, 2)),
    chart(NOTE, medications=(MedicationFact("insulin", "10 units"),), labs=(LabFact("HbA1c", "9", "%", "H"),)),
    ChartText(notes=(NoteText("a", NOTE, "Progress note"), NoteText("b", NOTE, "Discharge summary"))),
]


def common(one: str, other: str) -> str:
    """The longest prefix of both; of the first and last in order it is the prefix of all."""
    ends = (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return one[: next(ends, min(len(one), len(other)))]


@pytest.mark.parametrize("mode", MODES)
def test_instructions_are_a_byte_identical_prefix_over_charts(ask: Asking, fake: FakeLlm, mode: str) -> None:
    ask.all(CHARTS, mode=mode)
    whole = ["\n".join(message["content"] for message in body["messages"]) for body in fake.requests]
    shared = common(min(whole), max(whole))
    fixed = prompts.load(mode).text
    assert shared.startswith(fixed)
    # Instructions behind the chart: what stands in every message after its data.
    tails = [text.rpartition(">")[2] for text in whole]
    assert len(set(tails)) == 1
    instructions = len(tokens_of(fixed)) + len(tokens_of(tails[0]))
    assert len(tokens_of(fixed)) / instructions >= SHARE


@pytest.mark.parametrize("mode", MODES)
def test_the_second_chart_finds_the_instructions_in_the_cache(ask: Asking, fake: FakeLlm, mode: str) -> None:
    first, second = ask.all([chart("Nothing to see."), chart("Something else entirely, asthma.")], mode=mode)
    assert first.usage.cached == 0
    assert second.usage.cached >= SHARE * len(tokens_of(prompts.load(mode).text))


@pytest.mark.parametrize("mode", MODES)
def test_the_version_is_stored_and_names_the_text(ask: Asking, fake: FakeLlm, mode: str) -> None:
    version = ask(mode=mode).prompt_version
    template = prompts.load(mode)
    assert version == template.version
    assert version.startswith(f"{mode}-")
    assert prompts.Template(mode, template.text + " ").version != version


def test_only_modes_have_instructions() -> None:
    assert prompts.names() == set(MODES)
    with pytest.raises(KeyError):
        prompts.load("../settings")
