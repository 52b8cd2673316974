"""Fractures by healing, burns, wounds."""

from __future__ import annotations

import pytest

from inference.engine import Engine
from tests.unit.inference.snippets import Snippet, cases, check, visit


@pytest.mark.parametrize(
    "snippet",
    cases(
        visit("1. Closed displaced fracture of the shaft of the right tibia, initial encounter.", "S82201A"),
        visit("1. Open fracture of the left distal radius.", "S52502B", "S52502A"),
        visit("1. Right distal radius fracture, 6 weeks out, healing well, routine follow-up.", "S52501D", "S52501A"),
        visit("1. Nonunion of left femoral shaft fracture.", "S72302K", "S72302A"),
        visit("1. Malunion of right distal radius fracture.", "S52501P", "S52501A"),
        visit("1. Delayed healing of a closed left tibial shaft fracture.", "S82202G", "S82202A"),
        visit(
            "1. Age-related osteoporosis with current pathological fracture of the T12 vertebra.", "M8008XA", "S22089A"
        ),
        visit("1. Osteoporotic compression fracture of lumbar vertebra.", "M8008XA", "M810"),
        visit(
            "1. Pathological fracture of the right femur due to metastatic bone disease.", "M84551A C7951", "S7291XA"
        ),
        visit("1. Displaced intertrochanteric fracture of the right femur.", "S72141A"),
        visit("1. Left femoral neck fracture.", "S72002A"),
        visit("1. Nondisplaced fracture of the lateral malleolus of the right fibula.", "S8264XA"),
        visit("1. Stress fracture of the left tibia.", "M84362A"),
        visit("1. Post-traumatic arthritis of the right ankle, sequela of old ankle fracture.", "M19171", "S82891A"),
        visit("1. Second degree burn of the right forearm.", "T22211A"),
        visit("1. Third-degree burn of the left thigh involving 5% of total body surface area.", "T24312A T310"),
        visit("1. Full thickness burns of the chest wall, 25% TBSA with 12% third degree.", "T2131XA T3121"),
        visit("1. Superficial burn of the left hand.", "T23102A"),
        visit("1. Foreign body in the right ear canal.", "T161XXA"),
        visit("1. Corneal foreign body, left eye.", "T1502XA"),
        visit("1. Laceration of the right forearm without foreign body.", "S51811A"),
        visit("1. Laceration of the scalp.", "S0101XA"),
        visit("1. Puncture wound of the left foot with retained foreign body.", "S91342A"),
        visit("1. Nonunion of a right scaphoid fracture.", "S62001K", "S62001A"),
        visit("1. Follow-up of a left ankle fracture with routine healing.", "S82892D", "S82892A"),
        visit("1. Malunion of left clavicle fracture.", "S42002P", "S42002A"),
        visit("1. Blistering second-degree burn of the right hand, 2% TBSA.", "T23201A T310", "T300"),
        visit("1. First degree burn of the face.", "T2010XA", "T300"),
        visit("1. Third degree burn of the left foot.", "T25322A"),
    ),
)
def test_degree_extent_and_healing_decide(builtin: Engine, snippet: Snippet) -> None:
    check(builtin, snippet)
