"""Charts that do not fit: cut where it hurts least, or read in windows; never a word of the instructions."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from inference import prompts
from inference.proposers.vllm import windows
from inference.proposers.vllm.chart import CUT, Piece
from inference.proposers.vllm.questions import ChartTooLongError
from inference.schema import ChartText, NoteText
from tests.fake_llm import FakeLlm, Reply, tokens_of
from tests.unit.llm_proposer.conftest import Asking, chart, codes, item, said

COURSE = "".join(f"Day {day}: he was seen by nurse {day} and walked in the hall.\n\n" for day in range(400))
LONG = f"""HPI
Seen for gout of the left foot.

HOSPITAL COURSE
{COURSE}
DISCHARGE DIAGNOSES
1. Hypertension.
2. Asthma.
"""
SAID = said(item("I10", "Hypertension"), item("J45.909", "Asthma"))


def shown(text: ChartText, pieces: tuple[Piece, ...]) -> str:
    return "".join(text.notes[piece.note].text[piece.begin : piece.end] for piece in pieces)


def prompt_tokens(body: dict[str, Any]) -> int:
    return sum(len(tokens_of(message["content"])) + 4 for message in body["messages"])


def test_the_hospital_course_is_cut_first_and_the_diagnoses_stay(ask: Asking, fake: FakeLlm) -> None:
    fake.answer = lambda body: SAID
    fake.context = 4_000
    outcome = ask(chart(LONG), mode="free")
    assert codes(outcome) == {"I10", "J45909"}
    (body,) = fake.requests
    content = body["messages"][1]["content"]
    assert body["messages"][0]["content"] == prompts.load("free").text
    assert CUT in content
    assert "gout of the left foot" in content
    assert "Day 0:" in content
    assert "Day 399:" in content
    assert "Day 200:" not in content
    assert "1. Hypertension.\n2. Asthma." in content
    assert prompt_tokens(body) + body["max_tokens"] <= 4_000


@pytest.mark.parametrize("room", [200, 1_000, 5_000, 20_000])
def test_a_cut_keeps_its_promise_and_its_order(room: int) -> None:
    text = chart(LONG)
    pieces = windows.cut(text, room)
    assert windows.length(pieces) <= room
    assert windows.length(pieces) >= 0.75 * room
    assert all(a.end <= b.begin for a, b in pairwise(pieces))
    if room >= 1_000:
        assert "1. Hypertension.\n2. Asthma." in shown(text, pieces)


def test_a_note_without_a_course_loses_its_middle(ask: Asking) -> None:
    text = chart("HPI\n" + "begin " * 500 + "middle " * 500 + "end " * 500 + "\nASSESSMENT\n1. Gout.\n")
    kept = shown(text, windows.cut(text, 5_000))
    assert kept.startswith("HPI\nbegin")
    assert "1. Gout." in kept
    assert kept.count("middle") < 250


def test_of_several_notes_the_longest_gives_way(ask: Asking) -> None:
    short = "ASSESSMENT\n1. Gout.\n"
    text = ChartText(notes=(NoteText("a", short), NoteText("b", LONG)))
    pieces = windows.cut(text, 3_000)
    assert pieces[0] == Piece(0, 0, len(short))


def test_windows_overlap_hold_every_word_and_are_merged(ask: Asking, fake: FakeLlm) -> None:
    text = LONG.replace("Day 200:", "Gout. Day 200:")
    sure, unsure = Reply(said(item("M10.9", "Gout")), logprob=0.0), said(item("M10.9", "gout of the left foot"))

    def answer(body: dict[str, Any]) -> str | Reply:
        content = body["messages"][1]["content"]
        return sure if "Gout. Day" in content else unsure if "gout of the left" in content else SAID

    fake.answer = answer
    fake.context = 4_000
    outcome = ask(chart(text), mode="free", long_notes="windows")
    assert len(fake.requests) > 2
    assert codes(outcome) == {"M109", "I10", "J45909"}
    gout = next(each for each in outcome.proposals if each.code == "M109")
    assert gout.confidence == pytest.approx(0.3), "the surest window counts"
    assert {span.text for span in gout.evidence} == {"Gout", "gout of the left foot"}, "the evidence of all windows"
    seen = "".join(body["messages"][1]["content"] for body in fake.requests)
    assert all(f"Day {day}:" in seen for day in range(400))
    for body in fake.requests:
        assert prompt_tokens(body) + body["max_tokens"] <= 4_000


@pytest.mark.parametrize("room", [300, 1_000, 7_000])
def test_windows_stay_within_the_room_and_miss_nothing(room: int) -> None:
    text = ChartText(notes=(NoteText("a", "x" * 2_500 + " y\n\n" + LONG), NoteText("b", "Asthma.")))
    found = windows.windows(text, room)
    assert all(windows.length(pieces) <= room for pieces in found)
    for place, note in enumerate(text.notes):
        seen = {at for pieces in found for it in pieces if it.note == place for at in range(it.begin, it.end)}
        assert seen == set(range(len(note.text)))


def test_without_a_tokenizer_lengths_are_estimated_and_a_refusal_makes_them_shorter(
    ask: Asking, fake: FakeLlm
) -> None:
    fake.tokenizes = False
    fake.answer = lambda body: SAID
    fake.context = 4_000
    assert codes(ask(chart(LONG.replace("Day", "D a y")), mode="free")) == {"I10", "J45909"}


def test_a_context_too_short_for_any_chart_is_said(ask: Asking, fake: FakeLlm) -> None:
    fake.context = 1_000
    with pytest.raises(ChartTooLongError):
        ask(chart(LONG))


def test_the_settings_may_say_less_than_the_server(ask: Asking, fake: FakeLlm) -> None:
    fake.answer = lambda body: SAID
    ask(chart(LONG), mode="free", context=3_500)
    assert prompt_tokens(fake.requests[0]) + fake.requests[0]["max_tokens"] <= 3_500
