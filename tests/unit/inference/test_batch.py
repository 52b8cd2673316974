"""Lines of notes in, lines of suggestions out, and errors that say where."""

from __future__ import annotations

import json
import re

import pytest

from inference import batch
from inference.engine import Engine

GOOD = json.dumps({"id": "n1", "text": "ASSESSMENT\n1. Hypertension.", "sex": "female", "age": "50"})


def test_a_line_gives_its_suggestions_dotted_and_with_offsets(builtin: Engine) -> None:
    note = json.dumps({"id": "n2", "text": "ASSESSMENT\n1. Type 2 diabetes."})
    first, second = batch.code_lines([GOOD, "", note], builtin)
    assert (first["id"], second["id"]) == ("n1", "n2")
    best = second["suggestions"][0]
    assert (best["code_system"], best["code"]) == ("ICD-10-CM", "E11.9")
    assert set(best) == {"code_system", "code", "description", "confidence", "band", "evidence"}
    assert best["evidence"][0] == {"begin": 14, "end": 29, "text": "Type 2 diabetes"}


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        ("{", "(line)", "is not valid JSON"),
        ("[]", "(line)", "must be a JSON object"),
        ('{"text": "x"}', "id", "is missing"),
        ('{"id": "a"}', "text", "is missing"),
        ('{"id": "a", "text": 5}', "text", "must be a non-empty string"),
        ('{"id": "a", "text": " "}', "text", "must be a non-empty string"),
        ('{"id": "a", "text": "x", "setting": "moon"}', "setting", "must be one of"),
    ],
)
def test_a_bad_line_is_named(builtin: Engine, line: str, field: str, reason: str) -> None:
    with pytest.raises(batch.BatchLineError, match=re.escape(reason)) as caught:
        list(batch.code_lines([GOOD, line], builtin))
    assert (caught.value.line, caught.value.field) == (2, field)
    assert "Line 2" in str(caught.value)


@pytest.mark.parametrize(("age", "years"), [("62.0", 62), (41, 41), ("22-month", None), (None, None), ("inf", None)])
def test_an_age_in_other_words_is_unknown(age: object, years: int | None) -> None:
    _, chart = batch.parse(json.dumps({"id": "a", "text": "x", "age": age}), 1)
    assert chart.age == years
