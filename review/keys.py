"""The keys of the chart page: what each act is called, its usual key, and which keys nobody may take.

A key is one character as it is typed ("a", "N", "/"), so that letters work on every keyboard layout. Keys with
Ctrl, Alt or Meta, function keys, Tab, Enter, Space, Escape and arrows are the browser's, the system's or the
screen reader's; "Ctrl+Enter", which no browser takes, is the one exception and is not changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DIGITS = frozenset("12345678")  # reasons of a rejection, and the remedies of a finding
HELP = "?"
SUBMIT = "Ctrl+Enter"


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a key does. `group` is its heading in the overlay."""

    name: str
    label: str
    key: str
    group: str


ACTS = (
    Act("next", "next suggestion", "j", "Decide"),
    Act("previous", "previous suggestion", "k", "Decide"),
    Act("accept", "accept", "a", "Decide"),
    Act("modify", "modify", "m", "Decide"),
    Act("reject", "reject, then 1–8 for the reason", "r", "Decide"),
    Act("undo", "undo what was done last", "u", "Decide"),
    Act("add", "add a code (from the selected words)", "/", "Codes"),
    Act("principal", "make the selected code principal", "p", "Codes"),
    Act("poa", "change its POA indicator", "o", "Codes"),
    Act("line", "modifiers, units, day of a procedure", "l", "Codes"),
    Act("book", "code book at the selected code", "b", "Codes"),
    Act("findings", "guideline findings, then 1–8 to fix", "g", "Findings"),
    Act("fix", "first fix of the selected suggestion", "x", "Findings"),
    Act("evidence", "next evidence of the suggestion", "e", "Read"),
    Act("next_note", "next note", "n", "Read"),
    Act("previous_note", "previous note", "N", "Read"),
    Act("search", "search in this chart", "s", "Read"),
)
USUAL: Mapping[str, str] = {act.name: act.key for act in ACTS}


def keys(chosen: Mapping[str, str]) -> dict[str, str]:
    """Act → key for a person who has chosen some."""
    return {name: chosen.get(name, key) for name, key in USUAL.items()}


def problem(chosen: Mapping[str, str]) -> str:
    """What is wrong with a full choice of keys, as a sentence; "" when nothing is."""
    labels = {act.name: act.label for act in ACTS}
    taken: dict[str, str] = {}
    for name, key in chosen.items():
        if name not in labels:
            return "There is no such act."
        if len(key) != 1 or not key.isprintable() or key.isspace():
            return f"“{labels[name]}” needs one character: other keys belong to the browser."
        if key in DIGITS or key == HELP:
            return f"{key} is taken: 1–8 choose reasons and ? shows the keys."
        if key in taken:
            return f"{key} would both {taken[key]} and {labels[name]}."
        taken[key] = labels[name]
    return ""
