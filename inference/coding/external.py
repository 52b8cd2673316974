"""External causes: how an injury came about, and where, where the note says so plainly.

Source: Guidelines I.C.20: never first-listed, only beside an injury; the cause, the place (Y92), the activity
(Y93) and the status (Y99.0, at work) where known, once, at the initial encounter (I.C.20.a to I.C.20.c).
"""

from __future__ import annotations

from collections.abc import Iterator
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
ACTIVITY, PLACE, WORK = "Y93", "Y92", "Y99"
# What a chart may have one of: each kind with the flags of its code. Coders add a place less often than a cause.
KINDS = ((ACTIVITY, "external"), (PLACE, "place"), (WORK, "at work"), ("", "external"))
# Chapter 20 as ordinary mentions name it; Y62 to Y84 belong to complications of care.
STORIES = ("V", "W", "X", "Y0", "Y1", "Y2", "Y3", "Y92", "Y93", "Y99")
# Words of a sentence that tells of a mishap; an activity or a place counts only beside them.
MISHAP = word_set(
    "fell fall injury injured hurt twisted pop popped sprained tripped slipped accident hit struck landed rolled when "
    "while during jammed collided burned cut strained dropped stepped game elbow tackled"
)
LONG_AGO = (frozenset({"year", "ago"}), frozenset({"month", "ago"}), frozenset({"last", "year"}), frozenset({"child"}),
            frozenset({"childhood"}), frozenset({"teenager"}))  # fmt: skip
# A trade or a worry around a mishap, not the mishap: "car accident lawyer".
TRADES = word_set(
    "lawyer attorney law firm insurance adjuster investigator prevention safety investigation reconstruction "
    "litigation paralegal"
)


def load() -> Index:
    """The names of causes, places and activities as an index of their own."""
    names = {normal_name(row.phrase, {}): (undotted(row.target), "external") for row in rows(TABLE)}
    return Index(names, {})


def apply(case: Case, causes: Index) -> None:
    """Add the one best-told cause, place and activity, if the chart has an injury in its first treatment."""
    injuries = _injuries(case)
    named = {(m.note, m.begin, m.end) for candidate in injuries for m in candidate.mentions}
    ordinary = list(_ordinary(case))
    if not injuries:
        return
    told: dict[str, list[Mention]] = {}
    for code, mention in [pair for reading in case.readings for pair in _told(reading, causes)] + ordinary:
        if not _within(mention, named):
            told.setdefault(code, []).append(mention)
    for prefix, flag in KINDS:
        chosen = [code for code in told if code.startswith(prefix)]
        _add_first(case, chosen, told, injuries, flag)
        told = {code: mentions for code, mentions in told.items() if code not in chosen}


def _injuries(case: Case) -> list[Candidate]:
    """The injuries under active treatment; none where the listed ones are all in aftercare."""
    found = case.matching(*INJURIES)
    listed = [candidate for candidate in found if candidate.problem]
    return [candidate for candidate in listed or found if candidate.code.endswith("A")]


def _ordinary(case: Case) -> Iterator[tuple[str, Mention]]:
    """Takes out the causes that the dictionary found: they count as told ones do, beside an injury."""
    sentences = {
        (reading.key, sentence.begin, sentence.end): frozenset(word.norm for word in words)
        for reading in (case.readings if case.matching(*STORIES) else ())
        for sentence, words in reading.sentences
    }
    for candidate in case.matching(*STORIES):
        case.drop(candidate)
        for mention in candidate.mentions:
            around = next(
                (w for (key, b, e), w in sentences.items() if key == mention.note and b <= mention.begin < e),
                frozenset(),
            )
            if mention.kind in TOLD and mention.status is Status.AFFIRMED and _happened(around):
                yield candidate.code, mention


def _happened(words: frozenset[str]) -> bool:
    """Whether a sentence with these words can tell of a mishap of late."""
    return words.isdisjoint(TRADES) and not any(past <= words for past in LONG_AGO)


def _within(mention: Mention, named: set[tuple[str, int, int]]) -> bool:
    """Whether the words are the injury's own name ("tick bite"), which tells of no mishap."""
    return any(note == mention.note and begin < mention.end and mention.begin < end for note, begin, end in named)


def _add_first(
    case: Case, codes: list[str], told: dict[str, list[Mention]], injuries: list[Candidate], flag: str
) -> None:
    # The most telling phrase wins ("slipped on ice" over "fall"), then the first told.
    if codes:
        best = max(codes, key=lambda code: max(mention.name.count(" ") for mention in told[code]))
        listed = "listed" if any(candidate.problem for candidate in injuries) else "unlisted"
        case.add(best, told[best], flag, listed)


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
        if not _happened(frozenset(near)):
            continue
        for begin, end, name in spans:
            code = causes.names[name][0]
            status = assertion.status_of(words, opened, begin, end)
            if status is not Status.AFFIRMED:
                continue
            if code.startswith((ACTIVITY, PLACE)) and MISHAP.isdisjoint(near):
                continue
            mention = Mention(
                reading.key, begin, end, name, code, "external", status, sentence.kind, "", near, problem=False
            )
            found.append((code, mention))
    return found
