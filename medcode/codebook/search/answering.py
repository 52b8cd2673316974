"""Type-ahead: what is typed, however unfinished or misspelt → the codes that are meant, best first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from medcode.codebook.models import CodeSystem, Release
from medcode.codebook.search import indexing, ranking
from medcode.codebook.search.explaining import Text, pieces_of, readings, why_of
from medcode.codebook.search.matching import Matcher
from medcode.codebook.search.ranking import Query, Ranked
from medcode.codebook.search.words import MAX_CHARACTERS, words
from medcode.codebook.snapshot import dotted

SHORTEST = 2  # one letter matches a tenth of the book and helps nobody
CODE_SHAPE = re.compile(r"[A-Z0-9]{2,10}")


@dataclass(frozen=True, slots=True)
class Hit:
    """A code that answers a search. `code` is the stored form, `display` the dotted one.

    `pieces` is the title cut into (text, is it a match?) for the screen to mark. `why` says what is
    not plain from the title ("afib = atrial fibrillation"), else "". `below`: of a category, how
    many billable codes begin with it; 0 for a billable code.
    """

    code: str
    display: str
    title: str
    billable: bool
    code_system: str
    pieces: tuple[tuple[str, bool], ...]
    why: str
    below: int = 0


def search(text: str, *, on: date, code_systems: Sequence[str] = (CodeSystem.ICD10CM,), limit: int = 20) -> list[Hit]:
    """The codes valid on that day whose code begins with `text`, or whose names its words mean.

    Never raises for any text; a code system without a loaded release is left out. Billable codes
    come first, then categories, each the best first.
    """
    typed = text[:MAX_CHARACTERS].replace("\x00", " ").strip()
    if len(typed) < SHORTEST:
        return []
    books = [(release.code_system, indexing.matcher(release)) for release in releases(code_systems, on)]
    query = _read(text, [matcher for _, matcher in books])
    day = on.toordinal()
    answers = [
        _by_code(matcher, typed, day, limit) or ranking.rank(matcher, query, on=day, limit=limit)
        for _, matcher in books
    ]
    if len(query.words) > 1 and not any(answer.entries for answer in answers):
        answers = [ranking.rank(matcher, query, on=day, limit=limit, forgive=True) for _, matcher in books]
    found = [
        (bool(not books[book][1].arrays.billable[entry]), -score, book, entry)
        for book, answer in enumerate(answers)
        for entry, score in zip(answer.entries, answer.scores, strict=True)
    ]
    return [_hit(books[book][1], answers[book], entry, books[book][0]) for *_, book, entry in sorted(found)[:limit]]


def _read(text: str, matchers: list[Matcher]) -> Query:
    """The words, misspelt ones as the books have them."""
    cut = text[:MAX_CHARACTERS]
    return ranking.respelt(matchers, Query(tuple(words(cut)), unfinished=not cut.endswith(" ")))


def releases(code_systems: Sequence[str], on: date) -> list[Release]:
    """What `lookup.release_for` says for each code system, in one query; systems without a release left out."""
    newest_first = Release.objects.filter(code_system__in=code_systems, is_complete=True).order_by("-valid_from")
    listed = list(newest_first)
    chosen = []
    for code_system in dict.fromkeys(code_systems):
        own = [release for release in listed if release.code_system == code_system]
        started = next((release for release in own if release.valid_from <= on), None)
        if own:
            chosen.append(started or own[-1])
    return chosen


def _by_code(matcher: Matcher, typed: str, on: int, limit: int) -> Ranked | None:
    """Codes that begin with what is typed, in the order of the book; None when it is no beginning of a code."""
    shape = re.sub(r"[.\s-]", "", typed).upper()
    if not CODE_SHAPE.fullmatch(shape) or not any(letter.isdigit() for letter in shape):
        return None
    under = matcher.under(shape)
    valid = [entry for entry in range(under.start, under.stop) if matcher.is_valid(entry, on)]
    if not valid:
        return None
    codes = [entry for entry in valid if matcher.arrays.billable[entry]]
    headers = [entry for entry in valid if not matcher.arrays.billable[entry]]
    kept = max(limit - len(codes), min(len(headers), max(1, limit // 10)))
    listed = codes[: limit - kept] + headers[:kept]
    # Scores that keep the order, above those of words: a code that was typed is what is meant.
    return Ranked(Query((), False), [], listed, [100.0 - place for place in range(len(listed))])


def _hit(matcher: Matcher, answer: Ranked, entry: int, code_system: str) -> Hit:
    arrays = matcher.arrays
    code = arrays.codes[entry].decode()
    billable = bool(arrays.billable[entry])
    text = Text(matcher.title(entry), matcher.names(entry))
    read = readings(text, answer)
    return Hit(
        code=code,
        display=dotted(code, code_system),
        title=text.title,
        billable=billable,
        code_system=code_system,
        pieces=pieces_of(text, read),
        why=why_of(text, answer, read),
        below=0 if billable else int(arrays.billable[matcher.under(code)].sum()),
    )
