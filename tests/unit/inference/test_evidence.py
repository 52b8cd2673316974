"""Which words are shown for a code: verbatim, the most convincing first, few."""

from __future__ import annotations

from itertools import pairwise

import pytest

from inference import grounding
from inference.engine import Engine
from inference.proposers.base import Quote, RawProposal
from inference.schema import ChartText, NoteText
from medcode.codebook.snapshot import Snapshot
from tests.unit.inference.conftest import Propose


def spans(propose: Propose, text: str, code: str) -> list[str]:
    found = {proposal.code: proposal.evidence for proposal in propose(text).proposals}
    return [span.text for span in found[code]]


@pytest.mark.parametrize(
    ("text", "code", "best"),
    [
        (
            "HPI\nLong-standing type 2 diabetes.\nASSESSMENT\n1. Diabetes.\n2. CKD stage 4 due to diabetes.\n",
            "E1122",
            "CKD stage 4 due to diabetes",
        ),
        (
            "ASSESSMENT\n1. Type 2 diabetes mellitus with diabetic polyneuropathy.\n2. Gout.\n",
            "E1142",
            "Type 2 diabetes mellitus with diabetic polyneuropathy",
        ),
        ("HPI\nHas hypertension.\nASSESSMENT\n1. Essential hypertension.\n", "I10", "Essential hypertension"),
        (
            "ASSESSMENT\n1. Acute on chronic systolic heart failure.\n",
            "I5023",
            "Acute on chronic systolic heart failure",
        ),
        ("ASSESSMENT\n1. Pain in the right knee.\n", "M25561", "Pain in the right knee"),
    ],
    ids=["complication", "combined statement", "assessment before history", "whole name", "with its side"],
)
def test_the_best_span_comes_first(propose: Propose, text: str, code: str, best: str) -> None:
    assert spans(propose, text, code)[0] == best


def test_a_span_does_not_reach_over_a_comma_into_another_condition(propose: Propose) -> None:
    text = "ASSESSMENT\n1. Asthma.\nHPI\nHistory of asthma, gout, and mild persistent asthma.\n"
    for proposal in propose(text).proposals:
        if proposal.code.startswith("J45"):
            assert all("gout" not in span.text for span in proposal.evidence)


def test_spans_are_few_and_never_overlap(propose: Propose) -> None:
    text = "ASSESSMENT\n" + "".join(f"{n}. Hypertension, essential hypertension {n}.\n" for n in range(1, 30))
    for proposal in propose(text).proposals:
        assert 1 <= len(proposal.evidence) <= grounding.MOST_SPANS
        ordered = sorted(proposal.evidence, key=lambda span: span.begin)
        assert all(a.end <= b.begin for a, b in pairwise(ordered))


def test_the_same_words_twice_in_a_note_are_shown_once(propose: Propose) -> None:
    assert spans(propose, "HPI\nHas gout.\nASSESSMENT\n1. Gout.\nThe gout is quiet.\n", "M109") == ["Gout"]


def test_every_note_can_speak_for_itself(builtin: Engine) -> None:
    notes = (NoteText("a", "HPI\nHas gout.\n"), NoteText("b", "ASSESSMENT\n1. Gout.\n"))
    outcome = builtin.propose(ChartText(notes=notes))
    assert [span.note for span in outcome.proposals[0].evidence] == ["b", "a"]


def test_of_overlapping_claims_the_first_stays(snapshot: Snapshot) -> None:
    chart = ChartText(notes=(NoteText("a", "Severe persistent asthma."),))
    quotes = (Quote("persistent asthma"), Quote("Severe persistent"), Quote("asthma"), Quote("Severe"))
    kept, dropped = grounding.ground([RawProposal("J45.909", 0.5, quotes)], chart, snapshot)
    assert [span.text for span in kept[0].evidence] == ["persistent asthma", "Severe"]
    assert dropped == {}
