"""Word lists as one reads them: a line of words instead of a column of quotes."""

from __future__ import annotations


def word_set(listing: str, *, separator: str | None = None) -> frozenset[str]:
    """The words, or phrases between `separator`, of a listing."""
    return frozenset(listing.split(separator))


# Short names that are everyday words unless written in capitals.
EVERYDAY = word_set(
    "all as pe ms ra ed or us it is in on at an be do go he me my no of so to we was had has can may per had mi "
    "ards pad dm ar mr tr pr ps ad aids ild cold cp sob sle dic dry pain aa ca ct pt bed cva fall falls hip mass "
    "pat top low ache cut hit pet tic shock male burn sore"
)
