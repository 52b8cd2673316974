"""A retrained coder is put to use by an admin, on record, and can be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from inference import adopted, calibration
from inference.calibration import Artefact, Weights
from inference.ranking import store
from review import engines
from review.actions import adopting
from review.actions.errors import ConflictError, InvalidInputError, NotAllowedError
from review.models import AuditEvent
from tests.factories import World

TODAY = date(2026, 6, 1)


def retrained(bias: float = -3.0, better: bool | None = True) -> Artefact:
    shipped = calibration.load()
    weights = Weights(bias, shipped.weights.by_feature)
    return replace(shipped, weights=weights, card={**shipped.card, "better": better})


@pytest.fixture(autouse=True)
def _packaged_again(world: World) -> object:
    """The engine of this process outlives the test's transaction."""
    yield
    engine = engines.builtin(TODAY)
    engine.use(adopted.packaged())
    engine.adoption = 0


def test_an_adopted_artefact_answers_from_the_next_chart_on(world: World) -> None:
    before = engines.builtin(TODAY).model_version
    artefact = retrained()
    adopting.adopt(artefact, by=world.admin)
    assert adopted.name() == store.name_of(artefact)
    assert engines.builtin(TODAY).model_version != before
    assert adopted.in_use() == artefact


def test_adopting_is_on_record_with_the_person(world: World) -> None:
    adopting.adopt(retrained(), by=world.admin)
    event = AuditEvent.objects.get(event="model.adopted")
    assert event.actor == world.admin
    assert event.detail["replaced"] == "packaged"
    assert event.detail["digest"] == retrained().digest


def test_one_can_go_back_and_forth(world: World) -> None:
    before = engines.builtin(TODAY).model_version
    row = adopting.adopt(retrained(), by=world.admin)
    adopting.go_back(by=world.admin)
    assert adopted.name() == "packaged"
    assert engines.builtin(TODAY).model_version == before
    adopting.go_back(by=world.admin)
    assert adopted.name() == row.name


def test_going_back_needs_something_to_go_back_from(world: World) -> None:
    with pytest.raises(ConflictError, match="nothing to go back to"):
        adopting.go_back(by=world.admin)


def test_only_admins_adopt(world: World) -> None:
    with pytest.raises(NotAllowedError):
        adopting.adopt(retrained(), by=world.coder)
    with pytest.raises(NotAllowedError):
        adopting.go_back(by=world.coder)
    assert adopted.name() == "packaged"


@pytest.mark.parametrize("better", [False, None], ids=["no better", "never compared"])
def test_what_is_not_better_is_refused_unless_forced(world: World, better: bool | None) -> None:
    with pytest.raises(InvalidInputError, match="better"):
        adopting.adopt(retrained(better=better), by=world.admin)
    adopting.adopt(retrained(better=better), by=world.admin, force=True)
    assert AuditEvent.objects.get(event="model.adopted").detail["forced"] is True


def test_the_artefact_in_use_is_not_adopted_again(world: World) -> None:
    adopting.adopt(retrained(), by=world.admin)
    with pytest.raises(ConflictError, match="already"):
        adopting.adopt(retrained(), by=world.admin)


def test_a_file_that_is_no_artefact_is_refused(world: World, tmp_path: Path) -> None:
    file = tmp_path / "strange.json"
    with pytest.raises(InvalidInputError):
        adopting.adopt_file(file, by=world.admin)
    file.write_text('{"format": 2}', encoding="utf-8")
    with pytest.raises(InvalidInputError, match="sound"):
        adopting.adopt_file(file, by=world.admin)
