"""One release and one engine for all tests of this folder; building them costs seconds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inference import engine
from inference.coding.book import Book
from inference.engine import Engine
from inference.schema import ChartText, NoteText, Outcome, Setting
from medcode.codebook.loaders import icd10cm
from medcode.codebook.snapshot import Snapshot

Propose = Callable[..., Outcome]


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    return icd10cm.snapshot()


@pytest.fixture(scope="session")
def book(snapshot: Snapshot) -> Book:
    return Book(snapshot)


@pytest.fixture(scope="session")
def builtin(snapshot: Snapshot) -> Engine:
    return engine.load(snapshot)


@pytest.fixture(scope="session")
def propose(builtin: Engine) -> Propose:
    """`propose("note text", setting=…)` → the outcome for a chart of one note."""

    def run(text: str, setting: Setting = Setting.OUTPATIENT, sex: str = "F") -> Outcome:
        return builtin.propose(ChartText(notes=(NoteText("note", text),), setting=setting, sex=sex, age=60))

    return run


def codes(outcome: Outcome) -> set[str]:
    return {proposal.code for proposal in outcome.proposals}
