"""HTML as text, whatever state it is in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.intake.html import text_of_html

PIECES = [
    "<",
    "<!",
    "<!--",
    "<![CDATA[",
    "<a ",
    "</",
    "</a",
    "&",
    "<!DOCTYPE [",
    "<div>",
    "<script>",
    "<head>",
    "<pre>",
    "&#9",
]


def test_blocks_become_lines_and_cells_are_set_off() -> None:
    document = (
        "<!DOCTYPE html><html><head><title>x</title><style>p{}</style></head><body><h1>Plan</h1>"
        "<p>Aspirin  &amp;\n rest</p><table><tr><td>K</td><td>3.1</td></tr></table><SCRIPT>alert(1)</SCRIPT>"
        "<pre>a\n  <b>b</b></pre>end<br/>last</body></html>"
    )
    assert text_of_html(document) == "Plan\n\nAspirin & rest\n\nK\t3.1\n\na\nb\nend\nlast"


def test_a_sign_is_no_tag() -> None:
    assert text_of_html("<p>BP < 140 and > 90, 3<4</p>") == "BP < 140 and > 90, 3<4"


def test_comments_and_instructions_are_no_words() -> None:
    assert text_of_html("<?xml version='1.0'?><p>a<!-- secret <p> -->b</p>") == "ab"


def test_cdata_is_words() -> None:
    assert text_of_html("<p><![CDATA[a < b]]></p>") == "a < b"


def test_a_head_that_is_never_closed_hides_nothing() -> None:
    assert text_of_html("<head><title>x</title><p>words</p>") == "x\n\nwords"


def test_entities_of_its_own_are_not_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><p>&b;</p>'
    assert text_of_html(bomb) == "&b;"


def test_a_character_number_beyond_all_bounds_stays_as_it_is() -> None:
    assert text_of_html(f"&#{'9' * 5000};").startswith("&#99")


@pytest.mark.timeout(60)  # a reader that backtracks needs minutes for these
@pytest.mark.parametrize("piece", PIECES)
def test_broken_documents_come_to_an_end(piece: str) -> None:
    document = piece * (500_000 // len(piece))
    assert len(text_of_html(document)) <= len(document)


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.sampled_from([*PIECES, ">", "/>", "x", "</script>", "</pre>", "]]>", "-->", "\n", "&lt;"])))
def test_any_tangle_ends_in_text(pieces: list[str]) -> None:
    assert isinstance(text_of_html("".join(pieces)), str)
