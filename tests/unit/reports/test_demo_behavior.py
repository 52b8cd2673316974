"""Simulated coders: what they do with a right, a near and a wrong suggestion."""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from inference.schema import Band
from review.demo.behavior import Coder, Offer, decide
from review.demo.people import invented_name, rename

CAREFUL = Coder("test", "Test", slip=0.0, pace=1.0)
CARELESS = Coder("test", "Test", slip=0.5, pace=1.0)
CODES = st.sampled_from(["I10", "E1165", "E119", "E1122", "N1832", "N179", "J45909", "R509"])
OFFERS = st.lists(st.tuples(CODES, st.sampled_from(list(Band))), unique_by=lambda pair: pair[0], max_size=8)


def offer(code: str, band: Band = Band.HIGH) -> Offer:
    return Offer(code, 0.9, band)


def test_a_careful_coder_accepts_changes_rejects_and_adds() -> None:
    offers = [offer("I10"), offer("E119"), offer("R509")]
    acts = list(decide(offers, ["I10", "E1165", "N1832"], CAREFUL, random.Random(1)))
    assert [(choice.act, choice.code, choice.final) for choice in acts[:3]] == [
        ("accept", "I10", "I10"),
        ("modify", "E119", "E1165"),
        ("reject", "R509", ""),
    ]
    assert acts[1].reason == "less_specific"
    assert acts[2].reason
    assert {(choice.act, choice.final) for choice in acts[3:]} <= {("add", "N1832")}


@given(OFFERS, st.lists(CODES, unique=True, min_size=1), st.integers(0, 10_000))
def test_whatever_is_offered_the_chart_can_be_closed(
    offered: list[tuple[str, Band]], gold: list[str], seed: int
) -> None:
    offers = [offer(code, band) for code, band in offered]
    choices = list(decide(offers, gold, CARELESS, random.Random(seed)))
    finals = Counter(choice.final for choice in choices if choice.final)
    assert finals[gold[0]] == 1
    assert max(finals.values()) == 1
    decided = {choice.code for choice in choices}
    assert decided >= {each.code for each in offers if each.band != Band.LOW}
    assert all(choice.reason for choice in choices if choice.act in ("modify", "reject"))
    assert all(2 <= choice.seconds <= 300 for choice in choices)


def test_renaming_moves_what_stands_behind_a_name() -> None:
    text = "Ms. Okafor is 71. Ruth Okafor has gout; Okaforia is no name."
    renamed = rename(text, "Okafor, Ruth", "Weatherby-Long, Jo")
    assert renamed.text == "Ms. Weatherby-Long is 71. Jo Weatherby-Long has gout; Okaforia is no name."
    begin = text.index("gout")
    assert renamed.text[renamed.place(begin) : renamed.place(begin + 4)] == "gout"


def test_names_are_family_comma_given_also_for_an_unknown_sex() -> None:
    for sex in ("F", "M", "U"):
        family, given = invented_name(random.Random(3), sex).split(", ")
        assert family.isalpha()
        assert given.isalpha()
