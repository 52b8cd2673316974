"""What an answer must look like, as JSON schemas that guided decoding enforces.

The properties stand in the order in which they are written: a model that copies its evidence first reads before it
codes. Only keywords that xgrammar and llguidance both support are used. The server's guidance is a help and never
trusted: `answers` reads whatever comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

MOST_ITEMS = 40  # codes of one answer
MOST_QUOTES = 3
MOST_STATEMENTS = 40
LONGEST_QUOTE = 300  # characters; a model that repeats itself inside a string would write until its answer is full
LONGEST_REASON = 240

NONE = "none"
LATERALITIES = (NONE, "left", "right", "bilateral")
EPISODES = (NONE, "initial", "subsequent", "sequela")
ACUITIES = (NONE, "acute", "chronic", "acute on chronic")
CONFIRMED, UNCERTAIN, HISTORY, RULED_OUT = "confirmed", "uncertain", "history", "ruled out"
CERTAINTIES = (CONFIRMED, UNCERTAIN, HISTORY, RULED_OUT)
ATTRIBUTES = {"laterality": LATERALITIES, "episode": EPISODES, "acuity": ACUITIES, "certainty": CERTAINTIES}

Schema = dict[str, Any]


def coding(code_system: str, codes: Sequence[str] = (), *, fewest: int = 0) -> Schema:
    """An answer that names `fewest` codes or more: of `codes` (as they are displayed), or any where none are given."""
    properties: Schema = {
        "quotes": {"type": "array", "items": _words(LONGEST_QUOTE), "minItems": 1, "maxItems": MOST_QUOTES},
        "reason": _words(LONGEST_REASON),
        "attributes": _object({name: {"enum": list(values)} for name, values in ATTRIBUTES.items()}),
        "code_system": {"enum": [code_system]},
        "code": {"enum": list(codes)} if codes else {"type": "string"},
    }
    return _listing("codes", properties, fewest, MOST_ITEMS)


def statements(*, fewest: int = 0) -> Schema:
    """An answer that only finds what is stated, for models that are too small to code in one go."""
    properties: Schema = {"quote": _words(LONGEST_QUOTE), "certainty": {"enum": list(CERTAINTIES)}}
    return _listing("statements", properties, fewest, MOST_STATEMENTS)


def _words(longest: int) -> Schema:
    return {"type": "string", "maxLength": longest}


def _listing(name: str, properties: Schema, fewest: int, most: int) -> Schema:
    return _object({name: {"type": "array", "items": _object(properties), "minItems": fewest, "maxItems": most}})


def _object(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
