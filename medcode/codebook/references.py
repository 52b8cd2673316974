"""Which codes an instruction of the tabular names: "(E08-E13)", "(O24.4-)", "(T36-T50 with fifth character 5)".

The tabular writes references in brackets at the end of a note, now and then bare in its text. A dash
at the end stands for "and everything below", as does a category or subcategory without one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from medcode.codebook.snapshot import undotted

CODE = r"[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?"
REFERENCE = re.compile(rf"\b({CODE})(?:(?:-| - )({CODE}))?(?![0-9A-Z])")
BRACKETS = re.compile(r"\(([^()]*[A-Z][0-9][0-9A-Z][^()]*)\)?")
POSITIONS = {"fifth": 4, "5th": 4, "sixth": 5, "six": 5, "6th": 5, "seventh": 6, "7th": 6}
DRUG_CHARACTER = re.compile(r"with fifth or six(?:th)? character (\w)(?:-(\w))?")
ONE_CHARACTER = re.compile(r"with (fifth|5th|sixth|6th|seventh|7th) character (\w)(?:-(\w))?")
ENDING = re.compile(r"with final characters -?(\w+)")
TAIL = re.compile(r"\.([0-9A-Z]{1,4})(?:-\.([0-9A-Z]{1,4}))?")
# "The fifth or sixth character" of T36-T50 is the last one before the placeholders and the 7th.
INTENT = -1
TAIL_OF_CATEGORY = -2
END_OF_CODE = -3
# How a note of several lines opens a new list: "code to identify: …", ", if applicable, …".
OPENS = re.compile(r"^(,|codes?\b|code\(s\)|any of the following)|:$", re.IGNORECASE)
SOFT = re.compile(
    r"if applicable|if known|if any|\bany\b|such as|when |to identify:|\(for\)|for:|\(if|if desired|to further specify"
)


@dataclass(frozen=True, slots=True)
class Span:
    """Codes from `low` to `high`, ends included, and all below them.

    `position` narrows them: the character there, or the intent of a drug code, the tail after the
    category, or the end of the code, must be one of `allowed`. None: no narrowing.
    """

    low: str
    high: str
    position: int | None = None
    allowed: frozenset[str] = frozenset()

    def covers(self, code: str) -> bool:
        """Whether a stored code is one of these, or below one of them."""
        if not self.low <= code[: len(self.low)] or code[: len(self.high)] > self.high:
            return False
        return self.position is None or self._narrowed(code)

    def _narrowed(self, code: str) -> bool:
        if self.position == INTENT:
            return intent(code) in self.allowed
        if self.position == TAIL_OF_CATEGORY:
            return any(code[3:].startswith(tail) for tail in self.allowed)
        if self.position == END_OF_CODE:
            return code.endswith(tuple(self.allowed))
        return self.position is not None and code[self.position : self.position + 1] in self.allowed

    def __str__(self) -> str:
        return self.low if self.low == self.high else f"{self.low}-{self.high}"


def intent(code: str) -> str:
    """The character of a T36-T65 code that says accident, self-harm, assault, undetermined, adverse effect or
    underdosing ("1" to "6"); "" when the code stops short of it."""
    stem = code[:6].rstrip("X")
    return stem[-1] if len(stem) >= 5 else ""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction as it stands at `at`: a note with the codes it names.

    Notes that list their items line by line are one instruction. `definite`: it asks for its codes
    whatever the case, where "if applicable" or "such as" leave it to the coder.
    """

    at: str
    kind: str
    text: str
    spans: tuple[Span, ...]
    definite: bool

    def covers(self, code: str) -> bool:
        return any(span.covers(code) for span in self.spans)


@lru_cache(maxsize=60_000)
def spans(text: str) -> tuple[Span, ...]:
    """The codes that a note names; () when it names none, or only some by a condition that is not understood."""
    inside = BRACKETS.findall(text)
    found: list[Span] = []
    for part in inside or [text]:
        found.extend(_spans_of(part))
    return tuple(dict.fromkeys(found))


def _spans_of(part: str) -> list[Span]:
    position, allowed = _narrowing(part)
    if position is None and " with " in f" {part}" and "with C3" not in part:
        return []  # "E08-E10 with ketoacidosis": the codes alone would be too many
    named = part.split("with ")[0]
    return [Span(undotted(low), undotted(high or low), position, allowed) for low, high in REFERENCE.findall(named)]


def _narrowing(part: str) -> tuple[int | None, frozenset[str]]:
    if found := DRUG_CHARACTER.search(part):
        return INTENT, _run(found[1], found[2])
    if found := ONE_CHARACTER.search(part):
        return POSITIONS[found[1]], _run(found[2], found[3])
    if found := ENDING.search(part):
        return END_OF_CODE, frozenset({found[1]})
    if "with ." in part or "with final characters ." in part:
        tails = TAIL.findall(part.split("with ", 1)[1])
        return TAIL_OF_CATEGORY, frozenset(tail for low, high in tails for tail in _numbers(low, high or low))
    return None, frozenset()


def _run(low: str, high: str) -> frozenset[str]:
    return frozenset(map(chr, range(ord(low), ord(high or low) + 1)))


def _numbers(low: str, high: str) -> list[str]:
    if low.isdigit() and high.isdigit():
        return [str(number).zfill(len(low)) for number in range(int(low), int(high) + 1)]
    return [low, high]


@lru_cache(maxsize=60_000)
def instructions(at: str, notes: tuple[tuple[str, str], ...]) -> tuple[Instruction, ...]:
    """The instructions of the notes (kind, text) that stand at one place, in their order."""
    found: list[Instruction] = []
    for kind in dict.fromkeys(kind for kind, _ in notes):
        texts = [text for each, text in notes if each == kind]
        lists = [[text] for text in texts] if kind.startswith("excludes") else _lists(texts)
        found.extend(_instruction(at, kind, lines) for lines in lists)
    return tuple(found)


def _lists(texts: Iterable[str]) -> list[list[str]]:
    """Lines grouped under the line that opens them."""
    grouped: list[list[str]] = []
    for text in texts:
        if not grouped or OPENS.search(text):
            grouped.append([text])
        else:
            grouped[-1].append(text)
    return grouped


def _instruction(at: str, kind: str, lines: list[str]) -> Instruction:
    named = tuple(dict.fromkeys(span for line in lines for span in spans(line)))
    definite = len(lines) == 1 and bool(named) and not SOFT.search(lines[0])
    return Instruction(at, kind, "; ".join(lines), named, definite)
