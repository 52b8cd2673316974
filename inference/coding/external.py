"""External causes: how an injury came about, where the note says so plainly.

Source: Guidelines I.C.20: never first-listed, only beside an injury; the cause, and the activity (Y93)
where known, once, at the initial encounter (I.C.20.a, I.C.20.c).
"""

from __future__ import annotations

from pathlib import Path

from inference.candidates import Candidate, Case
from inference.index import Index, normal_name
from inference.mentions import Mention, Reading, matches
from inference.text import assertion
from inference.text.assertion import Status
from inference.text.sections import Kind
from inference.text.wordlists import word_set
from medcode.codebook.lexicon.tables import rows
from medcode.codebook.snapshot import undotted

TABLE = Path(__file__).with_name("external.tsv")
TOLD = frozenset({Kind.HPI, Kind.CHIEF_COMPLAINT, Kind.ASSESSMENT, Kind.OTHER, Kind.COURSE, Kind.DIAGNOSES})
INJURIES = ("S", "T0", "T1", "T2", "T3")
ACTIVITY = "Y93"
# Words of a sentence that tells of a mishap; an activity counts only beside them.
MISHAP = word_set(
    "fell fall injury injured hurt twisted pop popped sprained tripped slipped accident hit struck landed rolled when "
    "while during jammed collided"
)
LONG_AGO = frozenset({"year", "ago"})


def load() -> Index:
    """The names of causes and activities as an index of their own."""
    names = {normal_name(row.phrase, {}): (undotted(row.target), "external") for row in rows(TABLE)}
    return Index(names, {})


def apply(case: Case, causes: Index) -> None:
    """Add the one best-told cause and the one activity, if the chart has an injury."""
    injuries = [c for c in case.matching(*INJURIES) if c.code.endswith("A")]
    if not injuries:
        return
    told: dict[str, list[Mention]] = {}
    named = {(m.note, m.begin, m.end) for candidate in injuries for m in candidate.mentions}
    for reading in case.readings:
        for code, mention in _told(reading, causes):
            if not _within(mention, named):
                told.setdefault(code, []).append(mention)
    activities = [code for code in told if code.startswith(ACTIVITY)]
    _add_first(case, [code for code in told if code not in activities], told, injuries)
    _add_first(case, activities, told, injuries)


def _within(mention: Mention, named: set[tuple[str, int, int]]) -> bool:
    """Whether the words are the injury's own name ("tick bite"), which tells of no mishap."""
    return any(note == mention.note and begin < mention.end and mention.begin < end for note, begin, end in named)


def _add_first(case: Case, codes: list[str], told: dict[str, list[Mention]], injuries: list[Candidate]) -> None:
    # The most telling phrase wins ("slipped on ice" over "fall"), then the first told.
    if codes:
        best = max(codes, key=lambda code: max(mention.name.count(" ") for mention in told[code]))
        listed = "listed" if any(candidate.problem for candidate in injuries) else "unlisted"
        case.add(best, told[best], "external", listed)


def _told(reading: Reading, causes: Index) -> list[tuple[str, Mention]]:
    found = []
    for sentence, words in reading.sentences:
        if sentence.kind not in TOLD:
            continue
        spans = matches(reading.text, words, causes)
        if not spans:
            continue
        opened = assertion.scopes(words)
        near = tuple(word.norm for word in words)
        if LONG_AGO.issubset(near) or ("last" in near and "year" in near):
            continue
        for begin, end, name in spans:
            code = causes.names[name][0]
            status = assertion.status_of(words, opened, begin, end)
            if status is not Status.AFFIRMED:
                continue
            if code.startswith(ACTIVITY) and MISHAP.isdisjoint(near):
                continue
            mention = Mention(
                reading.key, begin, end, name, code, "external", status, sentence.kind, "", near, problem=False
            )
            found.append((code, mention))
    return found
