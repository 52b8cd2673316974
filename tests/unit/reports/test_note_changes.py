"""Word-level comparison of two versions of a note: nothing is lost, and only what changed is marked."""

from __future__ import annotations

import itertools
import random

import pytest

from review.reports.note_changes import MOST_LINES, MOST_WORDS, Piece, diff


def old_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if piece.kind != "new")


def new_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if piece.kind != "gone")


def test_one_word_is_one_change() -> None:
    assert diff("She denies chest pain.\n", "She reports chest pain.\n") == [
        Piece("same", "She "),
        Piece("gone", "denies"),
        Piece("new", "reports"),
        Piece("same", " chest pain.\n"),
    ]


def test_equal_texts_are_one_piece() -> None:
    assert diff("Same.\nText.", "Same.\nText.") == [Piece("same", "Same.\nText.")]


def test_a_note_that_was_withdrawn_is_all_gone() -> None:
    assert diff("Old.", "") == [Piece("gone", "Old.")]
    assert diff("", "") == []


def test_a_number_is_compared_as_a_whole() -> None:
    assert Piece("gone", "120") in diff("BP 120/80", "BP 140/80")


@pytest.mark.parametrize("seed", range(30))
def test_both_versions_can_be_read_back(seed: int) -> None:
    rng = random.Random(seed)
    words = ["pain", "no", "\n", " ", "\r\n", "é", "🙂", "1.2", "-", "\t", "DM", "<b>", "\u2028"]
    old, new = ("".join(rng.choices(words, k=rng.randint(0, 80))) for _ in range(2))
    pieces = diff(old, new)
    assert (old_of(pieces), new_of(pieces)) == (old, new)
    assert all(one.kind != other.kind for one, other in itertools.pairwise(pieces))


def test_a_monstrous_change_is_shown_as_replaced_as_a_whole() -> None:
    old, new = "a " * MOST_WORDS, "b " * MOST_WORDS
    assert [piece.kind for piece in diff(old, new)] == ["gone", "new"]
    long = "x\n" * (MOST_LINES + 1)
    assert [piece.kind for piece in diff(long, long + "y\n")] == ["gone", "new"]
