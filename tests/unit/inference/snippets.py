"""Short clinical texts and the codes that the rules make of them, whatever the weights of the ranking."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from inference.engine import Engine
from inference.proposers.builtin import Builtin
from inference.schema import ChartText, NoteText, Setting

HEADINGS = ("DIAGNOSES", "HPI")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text, the codes it must lead to and those it must not. `stay`: an inpatient's; `sex` as in a chart."""

    text: str
    codes: str
    never: str = ""
    stay: bool = False
    sex: str = ""


def stay(text: str, codes: str, never: str = "", sex: str = "") -> Snippet:
    """An inpatient whose discharge diagnoses are these."""
    head = "" if any(heading in text for heading in HEADINGS) else "DISCHARGE DIAGNOSES\n"
    return Snippet(head + text, codes, never, stay=True, sex=sex)


def visit(text: str, codes: str, never: str = "", sex: str = "") -> Snippet:
    """An outpatient whose assessment is this."""
    head = "" if any(heading in text for heading in HEADINGS) else "ASSESSMENT\n"
    return Snippet(head + text, codes, never, sex=sex)


def cases(*snippets: Snippet) -> list[object]:
    """The snippets as parameters, each named by its last line."""
    return [pytest.param(each, id=f"{n:02}-{each.text.splitlines()[-1][:60]}") for n, each in enumerate(snippets)]


def check(builtin: Engine, snippet: Snippet) -> None:
    """Assert that the rules give every expected code and none of the excluded ones."""
    proposer = builtin.proposer
    assert isinstance(proposer, Builtin)
    setting = Setting.INPATIENT if snippet.stay else Setting.OUTPATIENT
    chart = ChartText(notes=(NoteText("note", snippet.text + "\n"),), setting=setting, sex=snippet.sex)
    found = set(proposer.case(chart).candidates)
    assert (set(snippet.codes.split()) - found, set(snippet.never.split()) & found) == (set(), set())
