"""Where a missed code was lost: each stage on a chart small enough to see why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inference.engine import Engine
from inference.evaluation import stages
from inference.evaluation.rows import Gold, Key, Predicted, diagnosis
from inference.evaluation.stages import Fault, Missed, Stage
from inference.proposers.base import RawProposal
from inference.proposers.builtin import Builtin
from inference.schema import Band, ChartText, NoteText
from tests.unit.inference.evaluating import keys, predicted


def lost(engine: Engine, text: str, code: str) -> Missed:
    """What became of one gold code in a note."""
    chart = ChartText(notes=(NoteText("note", text),))
    ranked = [
        Predicted(Key(item.code_system, item.code), item.confidence, item.band)
        for item in engine.propose(chart).proposals
    ]
    shown = frozenset(item.key for item in ranked if item.band is not Band.LOW)
    (found,) = stages.missed_codes(Gold(keys(code)), ranked, shown, stages.trace(engine, chart))
    return found


def test_a_code_that_nothing_names_is_not_retrieved(builtin: Engine) -> None:
    found = lost(builtin, "ASSESSMENT\n1. Hypertension.", "N20.0")
    assert (found.stage, found.detail, found.spans) == (Stage.NOT_RETRIEVED, "no mention, no candidate", ())


@pytest.mark.parametrize(
    ("text", "code", "status"),
    [
        ("HPI\nThe patient denies asthma.", "J45.909", "negated"),
        ("FAMILY HISTORY\nMother with asthma.", "J45.909", "family"),
    ],
    ids=["negated", "family"],
)
def test_a_mention_that_does_not_count_is_lost_by_its_assertion(
    builtin: Engine, text: str, code: str, status: str
) -> None:
    found = lost(builtin, text, code)
    assert (found.stage, found.detail) == (Stage.ASSERTION, status)
    begin, end = found.spans[0]
    assert text[begin:end] == "asthma"


def test_another_code_of_the_category_is_wrong_specificity(builtin: Engine) -> None:
    found = lost(builtin, "ASSESSMENT\n1. Type 2 diabetes.", "E11.22")
    assert found.stage is Stage.SPECIFICITY
    assert "E11.9" in found.detail
    assert found.near[0].key == diagnosis("E11.9")


def test_a_rule_that_takes_the_mention_names_its_flags(builtin: Engine) -> None:
    found = lost(builtin, "ASSESSMENT\n1. Hypertension.\n2. Chronic systolic heart failure.", "I10")
    assert found.stage is Stage.RULE
    assert "I11.0" in found.detail


def test_a_code_below_the_bands_was_outranked(builtin: Engine) -> None:
    ranked = [predicted("R05.9", 0.2, Band.LOW, (0, 5, "cough"))]
    (found,) = stages.missed_codes(Gold(keys("R05.9")), ranked, frozenset(), None)
    assert (found.stage, found.detail, found.spans) == (
        Stage.OUTRANKED,
        "proposed at 0.20 in band LOW",
        ((0, 5),),
    )


def test_a_candidate_below_the_floor_was_outranked(builtin: Engine) -> None:
    strict = Engine(builtin.snapshot, builtin.proposer, replace(builtin.calibrated, floor=1.1, high=1.2, medium=1.1))
    found = lost(strict, "ASSESSMENT\n1. Gout.", "M10.9")
    assert found.stage is Stage.OUTRANKED
    assert "below the floor" in found.detail
    assert found.spans


class Misquoting(Builtin):
    """The built-in proposer with a score that no check lets pass."""

    def propose(self, chart: ChartText) -> list[RawProposal]:
        return [replace(claim, score=7.0) for claim in super().propose(chart)]


def test_a_claim_that_grounding_refuses_says_why(builtin: Engine) -> None:
    inner = builtin.proposer
    assert isinstance(inner, Builtin)
    spoiled = Misquoting.__new__(Misquoting)
    spoiled.__dict__.update(inner.__dict__)
    found = lost(Engine(builtin.snapshot, spoiled, builtin.calibrated), "ASSESSMENT\n1. Gout.", "M10.9")
    assert (found.stage, found.detail) == (Stage.GROUNDING, "score out of range")


@pytest.mark.parametrize(("code", "detail"), [("E11", "is a heading"), ("Q99.99", "unknown to it")])
def test_gold_that_the_release_lacks_is_no_fault_of_the_engine(builtin: Engine, code: str, detail: str) -> None:
    found = lost(builtin, "ASSESSMENT\n1. Type 2 diabetes.", code)
    assert (found.stage, found.detail) == (Stage.NOT_IN_RELEASE, detail)


def test_of_other_engines_only_the_proposals_are_known() -> None:
    ranked = [predicted("E11.9", 0.9)]
    gold, shown = Gold(keys("E11.65 N20.0")), frozenset({diagnosis("E11.9")})
    near, far = stages.missed_codes(gold, ranked, shown, None)
    assert (near.stage, near.detail) == (Stage.SPECIFICITY, "shown instead: E11.9")
    assert (far.stage, far.near) == (Stage.NOT_PROPOSED, ())
    assert stages.trace(object(), ChartText(notes=())) is None  # type: ignore[arg-type]


def test_false_codes_by_kind_and_seconded_by_another_coder() -> None:
    ranked = [predicted(code, 0.9) for code in ("E11.9", "E78.5", "R05.9", "I10")]
    shown = frozenset(item.key for item in ranked)
    found = stages.false_codes(Gold(keys("E11.65 I10")), ranked, shown, Gold(keys("R05.9")))
    assert [(each.predicted.key.shown, each.fault, each.seconded) for each in found] == [
        ("E11.9", Fault.SPECIFICITY, False),
        ("E78.5", Fault.CHAPTER, False),
        ("R05.9", Fault.UNCODED, True),
    ]
