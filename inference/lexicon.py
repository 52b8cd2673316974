"""The lexicon of the code book in the normal form that notes are matched in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from inference.text.tokens import norms
from inference.text.wordlists import EVERYDAY
from medcode.codebook.lexicon import tables


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`targets`: phrase → dotted code; `abbreviations`: normal form → normal forms; `digest`: of all tables."""

    targets: dict[str, str]
    abbreviations: dict[str, tuple[str, ...]]
    digest: str


def load(folder: Path = tables.FOLDER) -> Lexicon:
    """The whole lexicon. Raises `tables.LexiconError` on a malformed line."""
    return Lexicon(tables.targets(folder), _normal(tables.abbreviations(folder)), tables.digest(tables.tables(folder)))


def _normal(written: dict[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for abbreviation, expansion in written.items():
        short = norms(abbreviation)
        # An abbreviation of several words ("w/o", "s/p") cannot be told from words in running text.
        if len(short) == 1 and short[0] not in EVERYDAY:
            found.setdefault(short[0], tuple(norms(expansion)))
    return found
