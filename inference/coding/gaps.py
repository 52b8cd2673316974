"""Findings that ask for a diagnosis which nobody wrote down.

Source: Guidelines III.B and IV.D (abnormal findings are not coded unless the provider says what they mean;
the coder may ask). So what a drug and a value point to is shown as a question, with the gap named, and
never as a code to take over: such a candidate has the flag GAP, which the proposer keeps below MEDIUM.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from inference.candidates import Case
from inference.mentions import Mention, Reading
from inference.text.assertion import Status
from inference.text.sections import Kind
from inference.text.wordlists import word_set

GAP = "drug and value without a documented diagnosis"
HIGHEST_SCORE = 0.05  # keeps the question in the lowest band under any calibration
NUMBER = r"[^\d\n]{0,25}?(\d{1,4}(?:\.\d{1,2})?)"


@dataclass(frozen=True, slots=True)
class Clue:
    """What points to `code`: a value beyond its limit, and a drug given for it; either alone is too little.

    `answered`: codes any of which documents the matter already.
    """

    code: str
    value: re.Pattern[str]
    low: float
    high: float
    drugs: frozenset[str]
    answered: tuple[str, ...]


def _clue(code: str, value: str, limits: tuple[float, float], drugs: str, answered: str) -> Clue:
    pattern = re.compile(rf"\b(?:{value})\b{NUMBER}", re.IGNORECASE)
    return Clue(code, pattern, *limits, word_set(drugs), tuple(answered.split()))


ANTIDIABETIC = (
    "metformin glipizide glyburide glimepiride sitagliptin januvia empagliflozin jardiance dapagliflozin farxiga "
    "pioglitazone linagliptin insulin lantus glargine humalog novolog semaglutide ozempic dulaglutide trulicity"
)
STATINS = "atorvastatin rosuvastatin simvastatin pravastatin lovastatin lipitor crestor zocor ezetimibe"
CLUES = (
    _clue("E119", "hemoglobin a1c|hba1c|hgba1c|a1c", (6.5, 20), ANTIDIABETIC, "E08 E09 E10 E11 E13 O24 R73"),
    _clue("E039", "tsh", (5, 500), "levothyroxine synthroid", "E00 E01 E02 E03 E06 E89"),
    _clue("E785", "ldl", (130, 500), STATINS, "E78"),
    _clue("M109", "uric acid", (7, 20), "allopurinol febuxostat colchicine", "M10 M1A E79"),
    _clue("E559", "vitamin d", (1, 19.9), "cholecalciferol ergocalciferol", "E55"),
)


def apply(case: Case) -> None:
    """Add a question for every clue that the chart leaves unanswered."""
    for clue in CLUES:
        if case.matching(*clue.answered):
            continue
        values = [mention for reading in case.readings for mention in _values(reading, clue)]
        given = [mention for mention in case.drugs if mention.name in clue.drugs]
        if values and given:
            case.add(clue.code, [*given[:1], *values[:1]], GAP)


def _values(reading: Reading, clue: Clue) -> Iterator[Mention]:
    """Where the note states the value beyond its limit."""
    for match in clue.value.finditer(reading.text):
        if clue.low <= float(match[1]) <= clue.high:
            yield Mention(reading.key, match.start(), match.end(), "", clue.code, "value", Status.AFFIRMED,
                          Kind.RESULTS, "", (), problem=False)  # fmt: skip
