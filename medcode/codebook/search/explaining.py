"""Marks what matched in a title, and says why a code is found when the title does not show it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache

from medcode.codebook.search.matching import Group
from medcode.codebook.search.ranking import Ranked
from medcode.codebook.search.words import spellings, words

Pieces = tuple[tuple[str, bool], ...]


class Text:
    """A title and the other names of the same code, each also as its words between blanks."""

    def __init__(self, title: str, names: tuple[str, ...]) -> None:
        self.title = title
        self.names = names
        self.spaced = _spaced(title)

    @cached_property
    def spaced_names(self) -> list[tuple[str, str]]:
        """Each other name with its words."""
        return [(name, _spaced(name)) for name in self.names]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a group of typed words stands in a title: as typed, or as `words` that mean the same, or not at all."""

    group: Group
    words: tuple[str, ...]
    is_plain: bool


def readings(text: Text, answer: Ranked) -> list[Reading]:
    """One for each group of the query."""
    found = []
    for group in answer.groups:
        plain = _plainly(text.spaced, group)
        found.append(Reading(group, plain or _otherwise(text.spaced, group), bool(plain)))
    return found


def pieces_of(text: Text, read: list[Reading]) -> Pieces:
    """The title cut into (text, is it a match?): beginnings of words, as typed or as they were read."""
    title = text.title
    wanted = tuple(sorted({word for each in read for word in each.words}, key=lambda word: (-len(word), word)))
    if not wanted:
        return ((title, False),)
    pieces: list[tuple[str, bool]] = []
    end = 0
    for match in _pattern(wanted).finditer(_folded(title)):
        pieces += [(title[end : match.start()], False), (title[match.start() : match.end()], True)]
        end = match.end()
    return tuple(piece for piece in [*pieces, (title[end:], False)] if piece[0])


@lru_cache(maxsize=512)
def _pattern(wanted: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(wanted)})")


def why_of(text: Text, answer: Ranked, read: list[Reading]) -> str:
    """What is not plain from the title: other spelling, abbreviation, other name, or a word that was left out."""
    said = [f"“{typed}” read as “{meant}”" for typed, meant in answer.query.respelt.items()]
    unseen: list[str] = []
    for each in read:
        if each.is_plain:
            continue
        meant = each.words or next((_otherwise(spaced, each.group) for _, spaced in text.spaced_names), ())
        if meant:
            said.append(f"{' '.join(each.group.typed)} = {' '.join(meant)}")
        else:
            unseen += each.group.typed
    if unseen:
        name = _name_with(text, unseen, [word for each in read for word in each.group.typed])
        said += [f"also called “{name}”"] if name else []
    said += [f"without “{word}”" for word in answer.query.left_out]
    return "; ".join(said)


def _plainly(spaced: str, group: Group) -> tuple[str, ...]:
    """The typed words, in the spelling in which they all stand in the text, or ()."""
    if len(group.typed) == 1:
        return next(((each,) for each in spellings(group.typed[0]) if _begins(spaced, each)), ())
    return group.typed if all(_begins(spaced, word) for word in group.typed) else ()


def _otherwise(spaced: str, group: Group) -> tuple[str, ...]:
    """The reading whose words all stand in the text, or ()."""
    return next((way for way in group.ways if all(_begins(spaced, word) for word in way)), ())


def _spaced(text: str) -> str:
    return f" {' '.join(words(text))} "


def _begins(spaced: str, word: str) -> bool:
    """Whether a word of the text begins so; a single letter must be a word."""
    return (f" {word}" if len(word) > 1 else f" {word} ") in spaced


def _name_with(text: Text, unseen: list[str], typed: list[str]) -> str:
    """The name with all the words that the title lacks, and of those the one nearest to what was typed."""
    wanted = [each for each in text.spaced_names if all(_begins(each[1], word) for word in unseen)]
    if not wanted:
        return ""
    return min(wanted, key=lambda each: (-sum(_begins(each[1], word) for word in typed), len(each[1])))[0]


def _folded(title: str) -> str:
    """Small letters without accents, letter for letter, so that places stay the same."""
    if title.isascii():
        return title.lower()
    return "".join(unicodedata.normalize("NFKD", letter)[0].lower()[0] for letter in title)
