"""A model's claim stands only with a real code, a real number and real words."""

from __future__ import annotations

import math

import pytest

from inference import grounding
from inference.proposers.base import Quote, RawProposal
from inference.schema import ChartText, NoteText
from medcode.codebook.snapshot import Snapshot

CHART = ChartText(notes=(NoteText("a", "Has asthma."), NoteText("b", "Asthma again: has asthma.")))


def claim(code: str = "I10", score: float = 0.5, *quotes: Quote) -> RawProposal:
    return RawProposal(code, score, quotes or (Quote("asthma"),))


def test_a_sound_claim_stands(snapshot: Snapshot) -> None:
    kept, dropped = grounding.ground([claim("E11.9")], CHART, snapshot)
    assert [item.entry.code for item in kept] == ["E119"]
    assert [(e.note, e.begin, e.text) for e in kept[0].evidence] == [("a", 4, "asthma")]
    assert dropped == {}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (claim("X99.9Z"), grounding.UNKNOWN),
        (claim(""), grounding.UNKNOWN),
        (claim("E11"), grounding.NOT_BILLABLE),
        (claim("I10", math.nan), grounding.OUT_OF_RANGE),
        (claim("I10", 1e308), grounding.OUT_OF_RANGE),
        (claim("I10", -0.1), grounding.OUT_OF_RANGE),
        (claim("I10", 0.5, Quote("gout")), grounding.QUOTE_MISSING),
        (claim("I10", 0.5, Quote("")), grounding.QUOTE_MISSING),
    ],
)
def test_an_unsound_claim_is_dropped_and_counted(snapshot: Snapshot, bad: RawProposal, reason: str) -> None:
    kept, dropped = grounding.ground([bad], CHART, snapshot)
    assert kept == []
    assert dropped[reason] == 1


def test_a_code_claimed_twice_counts_once(snapshot: Snapshot) -> None:
    kept, dropped = grounding.ground([claim("I10", 0.9), claim("I10", 0.2)], CHART, snapshot)
    assert [item.score for item in kept] == [0.9]
    assert dropped == {grounding.REPEATED: 1}


def test_a_missing_quote_costs_only_itself(snapshot: Snapshot) -> None:
    kept, dropped = grounding.ground([claim("I10", 0.5, Quote("gout"), Quote("asthma"))], CHART, snapshot)
    assert [e.text for e in kept[0].evidence] == ["asthma"]
    assert dropped == {grounding.QUOTE_MISSING: 1}


def test_a_quote_must_stand_where_it_says_it_does() -> None:
    assert grounding.locate(Quote("asthma", "b", 18), CHART.notes) is not None
    assert grounding.locate(Quote("asthma", "b", 3), CHART.notes) is None
    assert grounding.locate(Quote("asthma", "c"), CHART.notes) is None
    assert grounding.locate(Quote("asthma", "a", -7), CHART.notes) is None
