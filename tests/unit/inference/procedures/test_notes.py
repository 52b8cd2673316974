"""The hand-made notes: every code they support is found, and what is wrong is never above LOW."""

from __future__ import annotations

import pytest

from inference.procedures import Procedures
from inference.schema import Band, Setting
from tests.unit.inference.procedures.notes import Example, examples, proposed

BOTH = [(setting, example) for setting in Setting for example in examples(setting)]
NAMES = [f"{setting.value}-{example.name}" for setting, example in BOTH]


@pytest.mark.parametrize(("setting", "example"), BOTH, ids=NAMES)
def test_the_codes_of_a_note_are_found_and_nothing_wrong_is_above_low(
    procedures: Procedures, setting: Setting, example: Example
) -> None:
    found = proposed(procedures, example.text, setting)
    assert example.codes <= {item.code for item in found}
    assert {item.code for item in found if item.band is not Band.LOW} <= example.codes


@pytest.mark.parametrize(("setting", "example"), BOTH, ids=NAMES)
def test_every_suggestion_has_verbatim_evidence_and_a_reason(
    procedures: Procedures, setting: Setting, example: Example
) -> None:
    for item in proposed(procedures, example.text, setting):
        assert item.evidence
        assert all(example.text[span.begin : span.end] == span.text for span in item.evidence)
        assert item.reason.startswith("performed, by ")
        assert item.description == procedures.books[item.code_system].title(item.code)


@pytest.mark.parametrize(("setting", "example"), BOTH, ids=NAMES)
def test_nothing_is_high_without_a_measured_precision(
    procedures: Procedures, setting: Setting, example: Example
) -> None:
    assert all(item.band is not Band.HIGH for item in proposed(procedures, example.text, setting))


def test_there_are_enough_notes_to_mean_something() -> None:
    assert len(BOTH) >= 60
