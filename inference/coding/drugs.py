"""Drugs named in the notes: supporting evidence for the conditions they are given for."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from inference.mentions import Mention, Reading
from inference.text import assertion
from inference.text.assertion import Status
from inference.text.sections import Kind
from inference.text.tokens import Token, norms

TABLE = Path(__file__).with_name("drugs.tsv")
# Words that stand before a drug which is not, or no longer, taken.
STOPPED = frozenset({"discontinue", "discontinued", "stop", "stopped", "allergic", "allergy", "hold"})


@cache
def indications() -> dict[str, tuple[str, ...]]:
    """Drug (normal form) → stored prefixes of the conditions it is usually given for."""
    table = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            drug, prefixes = line.split("\t")
            table[norms(drug)[0]] = tuple(prefixes.split())
    return table


def mentions(reading: Reading) -> list[Mention]:
    """The drugs that the patient takes according to this note; `name` is the drug, `target` empty."""
    known = indications()
    found = []
    for sentence, words in reading.sentences:
        hits = [word for word in words if word.norm in known]
        if not hits or sentence.kind in (Kind.ALLERGIES, Kind.FAMILY):
            continue
        opened = assertion.scopes(words)
        near = tuple(word.norm for word in words)
        for hit in hits:
            status = assertion.status_of(words, opened, hit.begin, hit.end)
            if status not in (Status.NEGATED, Status.RESOLVED) and STOPPED.isdisjoint(near):
                found.append(_mention(reading.key, sentence.kind, hit, near))
    return found


def _mention(key: str, kind: Kind, hit: Token, near: tuple[str, ...]) -> Mention:
    return Mention(key, hit.begin, hit.end, hit.norm, "", "drug", Status.AFFIRMED, kind, "", near, problem=False)


def supports(drug: str, code: str) -> bool:
    """Whether this drug (normal form) is usually given for the condition of this stored code."""
    return code.startswith(indications().get(drug, ("?",)))
