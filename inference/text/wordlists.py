"""Word lists as one reads them: a line of words instead of a column of quotes."""

from __future__ import annotations


def word_set(listing: str, *, separator: str | None = None) -> frozenset[str]:
    """The words, or phrases between `separator`, of a listing."""
    return frozenset(listing.split(separator))
