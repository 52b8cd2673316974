"""What was planned, declined, earlier or somebody else's is no procedure of this encounter."""

from __future__ import annotations

import pytest

from inference.procedures import Procedures
from inference.schema import Setting
from tests.unit.inference.procedures.notes import codes

CHOLECYSTECTOMY = {"0FT40ZZ", "0FT44ZZ"}

NOT_PERFORMED = {
    "planned": "HOSPITAL COURSE: Laparoscopic cholecystectomy is planned for next week.",
    "scheduled": "HOSPITAL COURSE: She was scheduled for laparoscopic cholecystectomy.",
    "recommended": "HOSPITAL COURSE: Surgery recommended laparoscopic cholecystectomy.",
    "refused": "HOSPITAL COURSE: He refused laparoscopic cholecystectomy.",
    "declined after": "HOSPITAL COURSE: Laparoscopic cholecystectomy was offered and declined.",
    "cancelled": "HOSPITAL COURSE: Laparoscopic cholecystectomy was cancelled because of fever.",
    "not performed": "HOSPITAL COURSE: Laparoscopic cholecystectomy was not performed.",
    "deferred": "HOSPITAL COURSE: Laparoscopic cholecystectomy deferred.",
    "status post": "HOSPITAL COURSE: Status post laparoscopic cholecystectomy, now with a hernia.",
    "years ago": "HOSPITAL COURSE: Laparoscopic cholecystectomy was done three years ago.",
    "a year": "HOSPITAL COURSE: Laparoscopic cholecystectomy in 2011.",
    "surgical history": "PAST SURGICAL HISTORY: Laparoscopic cholecystectomy.",
    "family": "FAMILY HISTORY: Mother underwent laparoscopic cholecystectomy.",
    "question": "PLAN: Discuss laparoscopic cholecystectomy with surgery.",
    "outside": "HOSPITAL COURSE: Laparoscopic cholecystectomy was performed at an outside hospital.",
    "later today": "PLAN: Laparoscopic cholecystectomy later today.",
    "intended": "PLANNED PROCEDURE: Laparoscopic cholecystectomy.",
    "consent": "HOSPITAL COURSE: The risks of laparoscopic cholecystectomy were discussed.",
    "instructions": "DISCHARGE INSTRUCTIONS: Care after laparoscopic cholecystectomy was explained.",
}
PERFORMED = {
    "title": "PROCEDURE PERFORMED: Laparoscopic cholecystectomy.",
    "course": "HOSPITAL COURSE: She underwent laparoscopic cholecystectomy on hospital day 2.",
    "postoperative day": "HOSPITAL COURSE: Status post laparoscopic cholecystectomy, POD 2, doing well.",
    "planned and done": "HOSPITAL COURSE: The plan was explained; laparoscopic cholecystectomy was performed.",
    "list": "PROCEDURES:\n1. Laparoscopic cholecystectomy.\n2. EGD.\n",
    "operation": "OPERATION: Laparoscopic cholecystectomy.",
}


@pytest.mark.parametrize("text", NOT_PERFORMED.values(), ids=list(NOT_PERFORMED))
def test_what_was_not_done_here_is_not_suggested(procedures: Procedures, text: str) -> None:
    assert not codes(procedures, text, Setting.INPATIENT) & CHOLECYSTECTOMY


@pytest.mark.parametrize("text", PERFORMED.values(), ids=list(PERFORMED))
def test_what_was_done_is_suggested(procedures: Procedures, text: str) -> None:
    assert "0FT44ZZ" in codes(procedures, text, Setting.INPATIENT)
