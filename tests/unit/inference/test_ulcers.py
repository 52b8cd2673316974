"""Pressure and other ulcers by site and depth."""

from __future__ import annotations

import pytest

from inference.engine import Engine
from tests.unit.inference.snippets import Snippet, cases, check, stay, visit


@pytest.mark.parametrize(
    "snippet",
    cases(
        stay("1. Stage 3 pressure ulcer of the sacrum.", "L89153", "L89159"),
        stay("1. Unstageable pressure ulcer of the left heel.", "L89620", "L89629"),
        stay("1. Stage II decubitus ulcer of right buttock.", "L89312"),
        stay("1. Deep tissue injury of the right heel.", "L89616"),
        visit("1. Non-pressure chronic ulcer of the left calf with fat layer exposed.", "L97222", "L97229"),
        visit("1. Diabetic ulcer of the right heel with necrosis of muscle, type 2 diabetes.", "E11621 L97413"),
        visit("1. Chronic ulcer of the right ankle limited to breakdown of skin.", "L97311", "L97319"),
        visit("1. Venous stasis ulcer of the left ankle with varicose veins.", "I83023"),
        visit("1. Stage 4 pressure ulcer, left ischium.", "L89324"),
        visit("1. Stage 1 pressure injury of the right ankle.", "L89511"),
        visit("1. Chronic ulcer of the left foot with bone involvement without necrosis.", "L97526"),
    ),
)
def test_site_side_and_depth_decide(builtin: Engine, snippet: Snippet) -> None:
    check(builtin, snippet)
