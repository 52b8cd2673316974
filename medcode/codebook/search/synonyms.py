"""What people type, and the words that titles use for it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from medcode.codebook.lexicon import tables
from medcode.codebook.search.words import words

FILE = Path(__file__).with_name("synonyms.tsv")

Expansion = tuple[str, ...]


@cache
def synonyms() -> dict[tuple[str, ...], tuple[Expansion, ...]]:
    """The typed words → the ways in which titles put it, each a group of words that must all stand there."""
    found: dict[tuple[str, ...], tuple[Expansion, ...]] = {}
    for row in tables.rows(FILE):
        found[tuple(words(row.phrase))] = tuple(tuple(words(each)) for each in row.target.split("|"))
    for short, long in tables.abbreviations().items():
        found.setdefault(tuple(words(short)), (tuple(words(long)),))
    return {typed: ways for typed, ways in found.items() if typed}
