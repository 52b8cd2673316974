"""The code book as the resolver walks it: children, folded titles, what is left unspecified."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from itertools import pairwise

from inference.text.tokens import DETERMINERS, norms
from inference.text.wordlists import word_set
from medcode.codebook.snapshot import CodeEntry, Snapshot

ASIDE = re.compile(r"\([^()]*\)|\[[^\][]*\]")
# What follows "without" is not there: "Obesity without hypoventilation" must not ask for the word.
ABSENT = re.compile(r"\b(?:without|not|no)\b[^,]*", re.IGNORECASE)
PLAIN = word_set(
    "unspecified other with due to and or in by for on at as from nec nos specified elsewhere classified not "
    "encounter initial subsequent sequela type site region part form"
)


class Book:
    """A release, with the views of it that code resolution needs. Codes are in stored form."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.entries = snapshot.entries

    @cached_property
    def below(self) -> dict[str, list[str]]:
        """Stored code → codes directly below it."""
        return self.snapshot.children()

    def get(self, code: str) -> CodeEntry | None:
        """The entry, or None for a code this release does not have."""
        return self.entries.get(code)

    def billable(self, code: str) -> bool:
        """Whether the code may stand on a claim."""
        entry = self.entries.get(code)
        return entry is not None and entry.billable

    def title(self, code: str) -> str:
        """The official title, "" for an unknown code."""
        entry = self.entries.get(code)
        return entry.title if entry else ""

    def siblings(self, code: str) -> list[str]:
        """The codes that share this code's parent, itself included."""
        entry = self.entries.get(code)
        return self.below.get(entry.parent, []) if entry and entry.parent else []

    def vague(self, code: str) -> bool:
        """Whether the title leaves something open ("unspecified")."""
        return "unspecified" in self.title(code).lower()


@lru_cache(maxsize=50_000)
def title_words(title: str) -> frozenset[str]:
    """The telling words of a title: asides, absences and stock words left out."""
    kept = ABSENT.sub(" ", ASIDE.sub(" ", title))
    return frozenset(norms(kept)) - PLAIN - DETERMINERS


@lru_cache(maxsize=50_000)
def title_pairs(title: str) -> tuple[tuple[str, str], ...]:
    """Neighbouring words of a title."""
    return tuple(pairwise(norms(ASIDE.sub(" ", title))))
