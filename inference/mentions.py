"""Conditions a note mentions, with offsets, assertion status, side and place in the note."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from inference.index import CONNECTIVES, Index
from inference.text import assertion, problems, sections, sentences
from inference.text.assertion import Status
from inference.text.problems import Problem
from inference.text.sections import Kind
from inference.text.sentences import Sentence
from inference.text.tokens import SIDES, Token, content, expanded, tokens
from inference.text.wordlists import EVERYDAY

SPLIT_SLACK = 2  # words that may stand between the parts of a split mention
LONGEST_LINE = 60  # words; longer sentences are matched in order only, which keeps time linear
NEIGHBOURS = 5  # words on either side of a mention that may qualify it
REMEDIES = frozenset({"repair", "removal", "excision", "resection", "surgery", "replacement", "repaired", "removed"})
DIVIDERS = frozenset({"and", "or", "no", "not", "without", "denie", "never", "negative"})
PARTING = re.compile("[,:;]|--")
# Where a strange word is a name that somebody misspelled.
NAMING = frozenset({Kind.PMH, Kind.DIAGNOSES, Kind.CHIEF_COMPLAINT})
SKIPPED = frozenset({Kind.ALLERGIES, Kind.VITALS})
SAFE_LOWER = frozenset({"dm", "mi", "sob", "cva", "sle", "ards", "ild", "tic", "mass", "burn", "pain", "fall"})


@dataclass(frozen=True, slots=True)
class Mention:
    """A name of a condition at `text[begin:end]` of the note with this key.

    `target` is the stored code or category the name stands for. `near` are the folded words
    around it, in order, that may qualify it. `problem` is set where the mention stands in a problem's own name.
    """

    note: str
    begin: int
    end: int
    name: str
    target: str
    source: str
    status: Status
    kind: Kind
    side: str
    near: tuple[str, ...]
    problem: bool

    @property
    def words(self) -> frozenset[str]:
        """The words of `near`, for those who do not care about order."""
        return frozenset(self.near)


@dataclass(frozen=True, slots=True)
class Reading:
    """A note taken apart: its sentences with their words, its problems, its mentions."""

    key: str
    text: str
    sentences: list[tuple[Sentence, list[Token]]]
    problems: list[Problem]
    mentions: list[Mention]


def read(key: str, text: str, index: Index) -> Reading:
    """All mentions of a note. Time is linear in its length."""
    parts = sentences.sentences(text, sections.sections(text))
    listed = problems.problems(text, parts)
    found: list[Mention] = []
    worded = []
    cursor = 0
    for part in parts:
        words = tokens(text, part.begin, part.end)
        worded.append((part, words))
        while cursor < len(listed) and listed[cursor].close < part.end:
            cursor += 1
        if part.kind not in SKIPPED and words:
            problem = _place(listed, cursor, part)
            if problem is not None or part.kind in NAMING:
                words = index.speller.corrected(words)
            found.extend(_in_sentence(key, text, part, words, index, problem))
    return Reading(key, text, worded, listed, found)


def _place(listed: list[Problem], cursor: int, part: Sentence) -> Problem | None:
    """The problem that this sentence names, if it names one."""
    for number in (cursor, cursor - 1):
        if 0 <= number < len(listed) and listed[number].begin < part.end and part.begin < listed[number].end:
            return listed[number]
    return None


def _in_sentence(
    key: str, text: str, part: Sentence, words: list[Token], index: Index, problem: Problem | None
) -> list[Mention]:
    spans = matches(text, words, index)
    if not spans:
        return []
    opened = assertion.scopes(words)
    found = []
    for begin, end, name in spans:
        target, source = index.names[name]
        status = assertion.status_of(words, opened, begin, end)
        if part.kind is Kind.FAMILY:
            status = Status.FAMILY
        elif part.kind is Kind.INSTRUCTIONS and status is Status.AFFIRMED:
            status = Status.HYPOTHETICAL
        named = problem is not None and problem.begin <= begin and end <= problem.end
        if status is Status.AFFIRMED and text[begin - 1 : begin] == "?":
            status = Status.POSSIBLE
        if status is Status.AFFIRMED and _taken_care_of(words, end):
            status = Status.HISTORICAL
        side = nearest_side(words, begin, end)
        near = _around(words, (problem.begin, problem.end) if named and problem else (begin, end), named, index)
        found.append(Mention(key, begin, end, name, target, source, status, part.kind, side, near, named))
    return found


def _taken_care_of(words: list[Token], end: int) -> bool:
    """Whether the words after a condition say that it was operated away ("aneurysm repair")."""
    following = [word.norm for word in words if word.begin >= end][:2]
    return bool(following) and (following[0] in REMEDIES or (following[0] == "status" and following[-1] == "post"))


def _around(words: list[Token], span: tuple[int, int], whole: bool, index: Index) -> tuple[str, ...]:
    """The words that may qualify a mention: its whole problem name, or its neighbours in the sentence."""
    inside = [i for i, word in enumerate(words) if word.begin < span[1] and word.end > span[0]]
    if not inside:
        return ()
    slack = 0 if whole else NEIGHBOURS
    near = words[max(0, inside[0] - slack) : inside[-1] + 1 + slack]
    return tuple(word.norm for word in expanded(near, index.abbreviations))


def nearest_side(words: Sequence[Token], begin: int, end: int, reach: int = 6) -> str:
    """The laterality written nearest to `[begin, end)` within `reach` words of the sentence, or ""."""
    inside = [i for i, word in enumerate(words) if word.begin < end and word.end > begin]
    if not inside:
        return ""
    best, distance = "", reach + 1
    for i in range(max(0, inside[0] - reach), min(len(words), inside[-1] + reach + 1)):
        side = SIDES.get(words[i].norm, "")
        away = 0 if inside[0] <= i <= inside[-1] else min(abs(i - inside[0]), abs(i - inside[-1]))
        if side and away < distance:
            best, distance = side, away
    return best


def matches(text: str, words: list[Token], index: Index) -> list[tuple[int, int, str]]:
    """Begin, end and name of the conditions in one sentence: longest names first, never overlapping."""
    full = [_sided(word) for word in content(expanded(words, index.abbreviations)) if SIDES.get(word.norm) != ""]
    bare = [word for word in full if word.norm not in SIDES]
    found = _ordered(text, full, index)
    if len(bare) != len(full):
        found += _ordered(text, bare, index)
    if len(words) <= LONGEST_LINE:
        found += _unordered(text, bare, index)
    return _longest(found)


def _sided(word: Token) -> Token:
    side = SIDES.get(word.norm)
    return Token(side, word.begin, word.end) if side and side != word.norm else word


def _ordered(text: str, words: list[Token], index: Index) -> list[tuple[int, int, str]]:
    found = []
    for start, word in enumerate(words):
        for length in range(min(index.longest.get(word.norm, 0), len(words) - start), 0, -1):
            name = " ".join(item.norm for item in words[start : start + length])
            if name in index.names and _plausible(text, words[start], length):
                found.append((word.begin, words[start + length - 1].end, name))
                break
    return found


def _plausible(text: str, word: Token, length: int) -> bool:
    """A short everyday word is an abbreviation only in capitals ("MS", "RA")."""
    if length > 1 or word.norm not in EVERYDAY or word.norm in SAFE_LOWER:
        return True
    return text[word.begin : word.end].isupper()


def _unordered(text: str, words: list[Token], index: Index) -> list[tuple[int, int, str]]:
    """Names whose words all stand close together in another order: "pain in the knee" for "knee pain"."""
    bag = {word.norm for word in words}
    found = []
    for position, word in enumerate(words):
        for name, parts in index.rare.get(word.norm, ()):
            if parts <= bag:
                reach = len(parts) + SPLIT_SLACK
                window = words[max(0, position - reach + 1) : position + reach]
                span = _tightest(window, parts, word, reach)
                if span is not None and not PARTING.search(text, *span) and _undivided(words, span, name):
                    found.append((*span, name))
    return found


def _undivided(words: list[Token], span: tuple[int, int], name: str) -> bool:
    """Whether no "and" parts the words: "blood and urine" is no "blood in urine"."""
    between = {word.norm for word in words if span[0] <= word.begin < span[1]}
    return between.isdisjoint(DIVIDERS) or not DIVIDERS.isdisjoint(name.split(" "))


def _tightest(window: list[Token], parts: frozenset[str], anchor: Token, reach: int) -> tuple[int, int] | None:
    """The span nearest around `anchor` that holds all `parts` within `reach` words."""
    centre = window.index(anchor)
    chosen = []
    for part in parts:
        places = [i for i, word in enumerate(window) if word.norm == part]
        if not places:
            return None
        chosen.append(min(places, key=lambda i: abs(i - centre)))
    first, last = min(chosen), max(chosen)
    return (window[first].begin, window[last].end) if last - first < reach else None


@lru_cache(maxsize=100_000)
def _telling(name: str) -> int:
    """How many words of a name say something: "on birth control" says less than "birth control counseling"."""
    return len(set(name.split(" ")) - CONNECTIVES)


def _longest(found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Names of most words first; a name that overlaps a chosen one is left out."""
    taken: set[int] = set()
    kept = []
    for begin, end, name in sorted(set(found), key=lambda item: (-_telling(item[2]), item[1] - item[0], item)):
        span = range(begin, end)
        if taken.isdisjoint(span):
            taken.update(span)
            kept.append((begin, end, name))
    return sorted(kept)
