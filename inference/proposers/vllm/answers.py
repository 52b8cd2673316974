"""What a model wrote, read leniently once and believed never.

An answer may be cut in the middle, wrapped in prose or a code fence, or be nonsense: whole items before a cut are
kept, everything else is counted by what was wrong with it. Work is bounded by the text's length, whatever it holds.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from inference.llm.wire import Sample
from inference.proposers.vllm import schemas
from inference.proposers.vllm.confidence import Spelled

TRUNCATED = "truncated answer"
UNREADABLE = "unreadable answer"
MALFORMED = "malformed item"
TOO_MANY = "too many codes in one answer"
LONGEST_QUOTE = 400  # code points; a longer one is a passage, not evidence
LONGEST_REASON = 200
LONGEST_CODE = 16
MOST_READ = 200  # items of one answer; no chart has more codes
BLANK = re.compile(r"[\s,]*")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Item:
    """A code as an answer names it. `probability`: of this spelling; None where the server said nothing."""

    code_system: str
    code: str
    quotes: tuple[str, ...]
    reason: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A passage that states a condition, with the certainty that the model reads in it."""

    quote: str
    certainty: str


def items(sample: Sample, wrong: Counter[str]) -> list[Item]:
    """The codes of an answer in its order. What was wrong is counted in `wrong`."""
    spelled = Spelled(sample)
    found = []
    for begin, end, value in _values(sample, "codes", wrong):
        item = _item(value, spelled, begin, end)
        if item is None:
            wrong[MALFORMED] += 1
        else:
            found.append(item)
    return found


def statements(sample: Sample, wrong: Counter[str]) -> list[Statement]:
    """The statements of an answer in its order."""
    found = []
    for _, _, value in _values(sample, "statements", wrong):
        quote = _quote(value.get("quote"))
        if quote:
            found.append(Statement(quote, str(value.get("certainty", ""))[:LONGEST_CODE]))
        else:
            wrong[MALFORMED] += 1
    return found[: schemas.MOST_STATEMENTS]


def _item(value: dict[str, Any], spelled: Spelled, begin: int, end: int) -> Item | None:
    code, system, quotes = value.get("code"), value.get("code_system", ""), value.get("quotes")
    if not isinstance(code, str) or not code.strip() or len(code) > LONGEST_CODE or not isinstance(system, str):
        return None
    listed = quotes if isinstance(quotes, list) else [quotes]
    said = tuple(quote for each in listed[: schemas.MOST_QUOTES] if (quote := _quote(each)))
    reason = value.get("reason")
    return Item(
        system.strip().upper()[:LONGEST_CODE],
        code.strip(),
        said,
        _sentence(reason) if isinstance(reason, str) else "",
        _attributes(value.get("attributes")),
        spelled.probability(code, begin, end),
    )


def _quote(value: object) -> str:
    """A quote without what models put around it. Too long a one is none."""
    if not isinstance(value, str) or len(value) > LONGEST_QUOTE:
        return ""
    return value.strip().strip("\"“”'…").removeprefix("...").removesuffix("...").strip()


def _sentence(text: str) -> str:
    return " ".join(CONTROL.sub(" ", text[: 4 * LONGEST_REASON]).split())[:LONGEST_REASON]


def _attributes(value: object) -> dict[str, str]:
    """The attributes that are spelled as they should be and say something."""
    said = value if isinstance(value, dict) else {}
    return {
        name: said[name]
        for name, allowed in schemas.ATTRIBUTES.items()
        if isinstance(said.get(name), str) and said[name] in allowed and said[name] != schemas.NONE
    }


def _values(sample: Sample, name: str, wrong: Counter[str]) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Begin, end and value of every whole object in the list of this name."""
    text = sample.text
    opened = re.search(rf'"{name}"\s*:\s*\[', text) or re.search(r"\[\s*(?=[{\]])", text)
    if opened is None:
        wrong[TRUNCATED if text.strip() and not sample.complete else UNREADABLE] += 1
        return
    place, count = opened.end(), 0
    while True:
        place = _after_blanks(text, place)
        if text[place : place + 1] == "]":
            return
        if count == MOST_READ:
            wrong[TOO_MANY] += text.count('"code"', place)
            return
        try:
            value, end = _object_at(text, place)
        except (ValueError, RecursionError):
            wrong[UNREADABLE if sample.complete and not _cut(text, place) else TRUNCATED] += 1
            return
        yield place, end, value
        place, count = end, count + 1


def _after_blanks(text: str, place: int) -> int:
    match = BLANK.match(text, place)
    return match.end() if match else place


def _object_at(text: str, place: int) -> tuple[dict[str, Any], int]:
    """The object that begins here, and where it ends. `ValueError` where there is none."""
    if text[place : place + 1] != "{":
        raise ValueError("no object")
    value, end = DECODER.raw_decode(text, place)
    return value, end


def _cut(text: str, place: int) -> bool:
    """Whether the text simply ends within the item that begins here."""
    return not text[place:].strip() or text.rstrip()[-1:] not in "}]`"


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


DECODER = json.JSONDecoder(parse_constant=_refuse)
