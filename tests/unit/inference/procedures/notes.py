"""The hand-made notes with the codes that they support, and one way to have a text coded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from inference.procedures import Procedures
from inference.schema import ChartText, NoteText, Proposal, Setting

FOLDER = Path(__file__).parents[3] / "data" / "procedures"
ON = date(2026, 5, 1)


@dataclass(frozen=True)
class Example:
    name: str
    codes: frozenset[str]
    text: str


def examples(setting: Setting) -> list[Example]:
    """The notes of a setting: "### name: codes", then the text."""
    found = []
    for part in (FOLDER / f"{setting.value}.txt").read_text(encoding="utf-8").split("\n### ")[1:]:
        head, _, text = part.partition("\n")
        name, _, codes = head.partition(":")
        found.append(Example(name, frozenset(filter(None, map(str.strip, codes.split(",")))), text))
    return found


def proposed(
    procedures: Procedures, text: str, setting: Setting, dropped: dict[str, int] | None = None
) -> tuple[Proposal, ...]:
    chart = ChartText((NoteText("note", text),), setting=setting, date_of_service=ON)
    return procedures.propose(chart, {} if dropped is None else dropped)


def codes(procedures: Procedures, text: str, setting: Setting) -> set[str]:
    return {item.code for item in proposed(procedures, text, setting)}
