"""Text that nobody would write: the coder answers, grounded and bounded, whatever it is given.

No clock is asserted here. What grows faster than the text would run into the timeout of the test.
"""

from __future__ import annotations

import random

import pytest

from inference.engine import Engine
from inference.schema import ChartText, NoteText, Setting
from tests.unit.inference.conftest import Propose

LENGTH = 30_000  # code points
MOST_SUGGESTIONS = 400

ZERO_WIDTH, RIGHT_TO_LEFT = "\u200b\u200c\u200d\ufeff", "\u202e\u2067"
NAMES = ("hypertension", "type 2 diabetes", "CKD stage 3", "left knee pain", "no fever", "gout", "heart failure")


def filled(part: str) -> str:
    return (part * (LENGTH // len(part) + 1))[:LENGTH]


def shuffled(seed: int) -> str:
    rng = random.Random(seed)
    marks = ["\n", "\n\n", ": ", "- ", "1. ", "ASSESSMENT\n", "PLAN:\n", "(", ")", "[", "]", "\x00", "\ud800"]
    parts = [*NAMES, *marks, "denies "]
    return "".join(rng.choice(parts) + " " for _ in range(LENGTH // 8))


HOSTILE = {
    "one letter": filled("a"),
    "digits": "1234567890" * 10_000,
    "numbers in list form": filled("1. "),
    "open brackets": filled("("),
    "nested brackets": "(" * (LENGTH // 2) + "gout" + ")" * (LENGTH // 2),
    "no no no": filled("no "),
    "denies denies": filled("denies "),
    "history of history of": filled("history of "),
    "one condition without line breaks": filled("hypertension "),
    "conditions without line breaks": filled(" ".join(NAMES) + " "),
    "an endless list": filled("1. Hypertension.\n"),
    "an endless list of nothing known": filled("1. Gizmo of the frobnicator.\n"),
    "only headings": filled("ASSESSMENT:\n"),
    "headings in one line": filled("ASSESSMENT: PLAN: HPI: "),
    "only line breaks": filled("\n"),
    "only tabs": filled("\t"),
    "bullets": filled("• - * "),
    "colons": filled("a: "),
    "zero width": filled("hyper" + ZERO_WIDTH + "tension "),
    "right to left": filled(RIGHT_TO_LEFT + "gout "),
    "NULs": filled("gout\x00"),
    "lone surrogates": filled("\ud800gout "),
    "combining marks": filled("e\u0301"),
    "astral letters": filled("𝒽𝓎𝓅𝑒𝓇 "),
    "apostrophes": filled("crohn's's "),
    "slashes": filled("w/o w/ s/p "),
    "abbreviations": filled("HTN DM2 CKD CHF COPD "),
    "sides": filled("left right bilateral knee "),
    "words that start many names": filled("acute chronic "),
    "words of many names": filled("of the in and with "),
    "stops": filled(". "),
    "semicolons": filled("gout; "),
    "shuffled": shuffled(1),
    "shuffled again": shuffled(2),
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", sorted(HOSTILE))
@pytest.mark.parametrize("setting", list(Setting), ids=str)
def test_hostile_text_is_answered_within_bounds(propose: Propose, kind: str, setting: Setting) -> None:
    text = HOSTILE[kind]
    outcome = propose(text, setting=setting)
    assert len(outcome.proposals) <= MOST_SUGGESTIONS
    for proposal in outcome.proposals:
        assert 1 <= len(proposal.evidence) <= 6
        for span in proposal.evidence:
            assert text[span.begin : span.end] == span.text
            assert span.end - span.begin < 2_000


@pytest.mark.timeout(120)
def test_thousands_of_notes_in_one_chart_are_answered(builtin: Engine) -> None:
    notes = tuple(NoteText(f"note-{n}", "ASSESSMENT\n1. Gout.\n2. Hypertension.\n") for n in range(2_000))
    outcome = builtin.propose(ChartText(notes=notes))
    assert {proposal.code for proposal in outcome.proposals} >= {"M109", "I10"}
