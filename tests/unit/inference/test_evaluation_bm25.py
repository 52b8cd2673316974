"""The look-up baseline: plain BM25 over titles and inclusion terms."""

from __future__ import annotations

import pytest

from inference.evaluation.bm25 import Bm25, lines
from inference.schema import ChartText, NoteText
from medcode.codebook.snapshot import CodeEntry, Snapshot

SMALL = Snapshot.of(
    "ICD-10-CM",
    "test",
    [
        CodeEntry("M10", "Gout", billable=False),
        CodeEntry("M109", "Gout, unspecified", billable=True),
        CodeEntry("J45909", "Unspecified asthma, uncomplicated", billable=True, terms=("Bronchial asthma NOS",)),
        CodeEntry("J4520", "Mild intermittent asthma", billable=True),
        CodeEntry("R059", "Cough, unspecified", billable=True),
    ],
)


def propose(text: str) -> list[str]:
    outcome = Bm25(SMALL).propose(ChartText(notes=(NoteText("n", text),)))
    for item in outcome.proposals:
        (span,) = item.evidence
        assert text[span.begin : span.end] == span.text
        assert 0 < item.confidence < 1
    return [item.code for item in outcome.proposals]


def test_the_rarer_and_the_more_numerous_words_win() -> None:
    assert propose("Mild asthma.")[0] == "J4520"
    assert propose("Bronchial asthma.")[0] == "J45909"


def test_headings_are_never_proposed() -> None:
    assert propose("Gout.") == ["M109"]


def test_negated_words_are_not_looked_up() -> None:
    assert propose("Patient denies cough.") == []
    assert [words for _, words in lines(NoteText("n", "No cough. Has gout."))] == [["gout"]]


@pytest.mark.parametrize("text", ["Zzz.", "...", "\x00\ud800 <script>"], ids=["unknown", "no words", "hostile"])
def test_a_note_that_names_nothing_gives_nothing(text: str) -> None:
    assert propose(text) == []
