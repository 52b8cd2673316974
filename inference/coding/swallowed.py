"""Conditions that a longer name took into itself.

"Anaemia due to colon cancer" is one name of the dictionary; the cancer is a diagnosis of its own (Guidelines
I.C.2.c.1, I.A.17 "code also"). A name that states an absence ("concussion without loss of consciousness") is no
denial. And what a sentence denies ("asthma, no status asthmaticus") tells nothing about the
condition that it stands beside.
"""

from __future__ import annotations

import re
from dataclasses import replace

from inference.candidates import Candidate, Case, resolve
from inference.coding.around import Around, Clause
from inference.index import Index
from inference.mentions import Mention, matches, nearest_side
from inference.text import assertion
from inference.text.assertion import Status
from inference.text.sections import Kind

CAUSE = re.compile(r"\b(?:due to|secondary to|from|because of|caused by|with|in)\b", re.IGNORECASE)
DENIALS = frozenset({"without", "no", "non"})
# Code of the longer name → prefixes of the cause that it may hide.
JOINING: dict[str, tuple[str, ...]] = {
    "D630": ("C",), "J910": ("C",), "R180": ("C",), "G893": ("C",), "D6481": ("C",), "I851": ("K7",),
    "A41": ("J", "N", "L0", "K"), "R652": ("J", "N", "L0", "K"),
}  # fmt: skip
COUNTED = frozenset({Kind.ASSESSMENT, Kind.DIAGNOSES, Kind.COURSE, Kind.PLAN, Kind.HPI, Kind.OTHER})


def apply(case: Case, around: Around, index: Index) -> None:
    """Bring back what longer names hide."""
    for reading in case.readings:
        for mention in reading.mentions:
            if mention.status is Status.NEGATED and not DENIALS.isdisjoint(mention.name.split(" ")):
                _absence(case, around, mention)
    for prefix, causes in JOINING.items():
        for candidate in case.matching(prefix):
            for mention in list(candidate.mentions):
                if mention.kind in COUNTED and " " in mention.name:
                    _cause(case, around, mention, index, causes)
    for candidate in list(case.candidates.values()):
        _denied(case, around, candidate)


def _absence(case: Case, around: Around, mention: Mention) -> None:
    """Affirm a name whose only denial stands inside it."""
    clause = around.clause(mention)
    if clause is None:
        return
    inside = [w for w in clause.words if mention.begin <= w.begin < mention.end and w.norm in DENIALS]
    if not inside or inside[0].begin == mention.begin:
        return
    head = (mention.begin, inside[0].begin)
    if assertion.status_of(clause.words, assertion.scopes(clause.words), *head) is Status.AFFIRMED:
        affirmed = replace(mention, status=Status.AFFIRMED)
        for code in resolve(case, affirmed):
            case.add(code, [affirmed])


def _cause(case: Case, around: Around, mention: Mention, index: Index, causes: tuple[str, ...]) -> None:
    clause = around.clause(mention)
    if clause is None:
        return
    for found in CAUSE.finditer(clause.text):
        begin = clause.sentence.begin + found.end()
        if mention.begin < begin < mention.end:
            _named_after(case, clause, mention, index, causes, begin)
            return


def _named_after(
    case: Case, clause: Clause, mention: Mention, index: Index, causes: tuple[str, ...], begin: int
) -> None:
    words = [word for word in clause.words if word.begin >= begin]
    opened = assertion.scopes(clause.words)
    for first, last, name in matches(clause.reading.text, words, index):
        target, source = index.names[name]
        if first >= mention.end or target[:3] == mention.target[:3] or not target.startswith(causes):
            continue
        if assertion.status_of(clause.words, opened, first, last) is not Status.AFFIRMED:
            continue
        side = nearest_side(clause.words, first, last)
        own = replace(mention, begin=first, end=last, name=name, target=target, source=source, side=side)
        for code in resolve(case, own):
            case.add(code, [own])


def _denied(case: Case, around: Around, candidate: Candidate) -> None:
    """Take a mention to the code that it has without the words that its sentence denies."""
    for mention in list(candidate.mentions):
        clause = around.clause(mention)
        if clause is None or not mention.target or len(clause.affirmed) == len(clause.words):
            continue
        own = [i for i, word in enumerate(clause.words) if mention.begin <= word.begin < mention.end]
        if own and clause.lacking.issuperset(own):
            _leave(case, candidate, mention)
            continue
        denied = {word.norm for word in clause.words} - clause.affirmed - set(mention.name.split(" "))
        near = tuple(word for word in mention.near if word not in denied)
        if len(near) < len(mention.near):
            _move(case, candidate, mention, resolve(case, replace(mention, near=near)))


def _move(case: Case, candidate: Candidate, mention: Mention, codes: list[str]) -> None:
    if codes and candidate.code in resolve(case, mention) and candidate.code not in codes:
        for code in codes:
            case.add(code, [mention], *candidate.flags)
        _leave(case, candidate, mention)


def _leave(case: Case, candidate: Candidate, mention: Mention) -> None:
    candidate.mentions.remove(mention)
    if not candidate.mentions:
        case.drop(candidate)
