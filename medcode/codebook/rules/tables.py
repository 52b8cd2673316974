"""Reads the rules that are data: tab-separated tables in `data/`, with codes written as spans.

A span is a dotted code ("E11.9", which stands for everything below it too), a range ("E08-E13"), or
either with the intents that a drug code may have ("T36-T50/5", see `references.intent`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from medcode.codebook.references import INTENT, Span
from medcode.codebook.snapshot import undotted

FOLDER = Path(__file__).parent / "data"


class RuleTableError(ValueError):
    """A table line that cannot be read; the message names file, line and reason."""


@lru_cache(maxsize=4096)
def spans(text: str) -> tuple[Span, ...]:
    """The spans that a cell of a table writes, separated by blanks."""
    return tuple(_span(part) for part in text.split())


@lru_cache(maxsize=4096)
def by_letter(text: str) -> dict[str, tuple[Span, ...]]:
    """The spans of a cell by the first letters of their codes: most codes are ruled out by theirs."""
    found: dict[str, list[Span]] = defaultdict(list)
    for span in spans(text):
        for letter in range(ord(span.low[0]), ord(span.high[0]) + 1):
            found[chr(letter)].append(span)
    return {letter: tuple(listed) for letter, listed in found.items()}


def _span(part: str) -> Span:
    codes, _, intents = part.partition("/")
    low, _, high = codes.partition("-")
    narrowed = (INTENT, frozenset(intents)) if intents else (None, frozenset[str]())
    return Span(undotted(low), undotted(high or low), *narrowed)


def words(text: str) -> frozenset[str]:
    """The words of a cell or a constant, such as a list of modifiers."""
    return frozenset(text.split())


def covers(text: str, code: str) -> bool:
    """Whether a stored code is in the spans that `text` writes."""
    return any(span.covers(code) for span in by_letter(text).get(code[:1], ()))


def rows(name: str, columns: int) -> Iterator[tuple[str, ...]]:
    """The rows of a table, comments and blank lines left out. Raises `RuleTableError` on another number of columns."""
    for number, line in enumerate((FOLDER / name).read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = tuple(cell.strip() for cell in line.split("\t"))
        if len(cells) != columns:
            raise RuleTableError(f"{name}, line {number}: expected {columns} columns, found {len(cells)}.")
        yield cells
