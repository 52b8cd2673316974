"""Visits of many specialties, coded as a certified coder would.

Bands and weights are fitted on other notes and change with them; so a visit asks that its codes are found among
the suggestions that a coder reads first, and that what nobody would code is never shown as more than LOW.
"""

from __future__ import annotations

import pytest

from inference.engine import Engine
from inference.evaluation import CATEGORY, agreement
from inference.schema import Band, ChartText, NoteText
from medcode.codebook.snapshot import Snapshot
from tests.unit.inference.visits import Visit, visits

READ_FIRST = 10  # suggestions
VISITS = visits()


@pytest.fixture(scope="module")
def coded(builtin: Engine) -> dict[str, dict[str, Band]]:
    """Visit → its suggested codes in order, with their bands."""
    return {visit.name: _bands(builtin, visit) for visit in VISITS}


def _bands(builtin: Engine, visit: Visit) -> dict[str, Band]:
    chart = ChartText(notes=(NoteText("visit", visit.text),), sex=visit.sex, age=visit.age)
    return {proposal.code: proposal.band for proposal in builtin.propose(chart).proposals}


def test_every_visit_asks_for_codes_that_exist(snapshot: Snapshot) -> None:
    asked = {code for visit in VISITS for code in visit.codes | visit.missed | visit.never}
    assert {code for code in asked if code not in snapshot.entries or not snapshot.entries[code].billable} == set()


def test_no_two_visits_share_a_name() -> None:
    assert len({visit.name for visit in VISITS}) == len(VISITS)


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.name)
def test_its_codes_are_among_the_first(coded: dict[str, dict[str, Band]], visit: Visit) -> None:
    assert visit.codes <= set(list(coded[visit.name])[:READ_FIRST])


@pytest.mark.parametrize("visit", [v for v in VISITS if v.never], ids=lambda visit: visit.name)
def test_what_nobody_codes_stays_low(coded: dict[str, dict[str, Band]], visit: Visit) -> None:
    assert {code for code in visit.never if coded[visit.name].get(code, Band.LOW) is not Band.LOW} == set()


def test_visits_as_a_whole_are_coded_well(coded: dict[str, dict[str, Band]]) -> None:
    gold = {visit.name: visit.codes | visit.missed for visit in VISITS}
    shown = {name: [code for code, band in found.items() if band is not Band.LOW] for name, found in coded.items()}
    assert agreement(gold, shown).f1 >= 0.9
    assert agreement(gold, shown, CATEGORY).f1 >= 0.92
