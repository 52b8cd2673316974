"""The table of statuses, and its picture in the docs."""

from __future__ import annotations

from pathlib import Path

from review.models import Chart
from review.transitions import CHART_TRANSITIONS, diagram, target


def test_the_diagram_in_the_docs_is_the_table() -> None:
    text = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert diagram() in text


def test_final_is_the_end() -> None:
    assert not [action for (status, action) in CHART_TRANSITIONS if status == Chart.Status.FINAL]


def test_only_finalize_leads_to_final() -> None:
    assert {action for (_, action), after in CHART_TRANSITIONS.items() if after == Chart.Status.FINAL} == {"finalize"}


def test_an_impossible_move_has_no_target() -> None:
    assert target(Chart.Status.RECEIVED, "finalize") is None
