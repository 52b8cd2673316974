"""Class names become sentences where people read them."""

from __future__ import annotations

import pytest

from inference.llm import errors
from inference.proposers.vllm.questions import ChartTooLongError
from review import failures

OURS = [
    ChartTooLongError,
    errors.BadAnswerError,
    errors.RequestRefusedError,
    errors.ServerAwayError,
    errors.UnknownModelError,
    TimeoutError,
    MemoryError,
]


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_what_is_known_is_said_without_its_name(kind: type[Exception]) -> None:
    said = failures.sentence(kind.__name__)
    assert "Error" not in said
    assert said.endswith(".")


def test_nothing_known_means_that_the_worker_died() -> None:
    assert failures.sentence("") == "The worker died while reading it."


def test_what_is_unknown_is_named() -> None:
    assert failures.sentence("OddError") == "The coder failed (OddError)."
