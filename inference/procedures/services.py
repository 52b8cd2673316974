"""CPT and HCPCS codes of an outpatient's services.

CPT's descriptors belong to the AMA and are not here. The few codes that this project ships under labels of its own
have rules (`services.tsv`); any other is looked for among the titles that the customer loaded, and offered low.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from inference.procedures.books import Book
from inference.procedures.claims import Claim
from inference.procedures.phrases import Phrases, key_of, rows
from inference.procedures.reading import Act
from medcode.codebook.models import CodeSystem

SHORT_SIMPLE = "short-simple"
SHORTEST = 2.5  # cm, the upper end of the shortest simple repair
LENGTH = re.compile(r"(\d+(?:\.\d+)?)[- ]*(?:cm|centimeters?)\b")
WOUND = re.compile(r"(\d+(?:\.\d+)?)[- ]*(?:cm|centimeters?)[^.;]{0,20} (?:laceration|wound)")
RANGE = re.compile(r"(\d+(?:\.\d+)?) cm(?: to (\d+(?:\.\d+)?) cm| (or less))?")
ELSEWHERE = re.compile(r"\b(?:layered|intermediate|complex|deep sutures?|face|facial|cheek|chin|lip|eyelid|eyebrow|"
                       r"forehead|nose|ear|mucous)\b")  # fmt: skip
FROM_TITLES = 0.4  # a title with the words that were looked for
MOST_TITLES = 2
GUESSED = 0.7  # the plainest of several codes, where nothing asks for another
SIDED = ("20610", "27447", "29881", "49505", "66984", "73610")  # codes whose claim line carries the side


@dataclass(frozen=True, slots=True)
class Rule:
    """A code and the words that ask for it; None asks for nothing."""

    code: str
    words: re.Pattern[str] | None
    short_simple: bool = False
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """A line of `services.tsv`: rules in order, and the words to look for among titles."""

    rules: tuple[Rule, ...]
    query: str


@cache
def services() -> dict[str, Service]:
    """Normal name → the service."""
    found: dict[str, Service] = {}
    for names, rules, *query in rows("services.tsv"):
        service = Service(tuple(map(_rule, filter(None, map(str.strip, rules.split(";"))))), "".join(query))
        for name in names.split("|"):
            found.setdefault(key_of(name), service)
    return found


def _rule(text: str) -> Rule:
    code, _, words = text.partition(":")
    if words == SHORT_SIMPLE:
        return Rule(code, None, short_simple=True)
    if code.endswith("?"):
        return Rule(code[:-1], None, guessed=True)
    listed = "|".join(map(re.escape, words.split("|")))
    return Rule(code, re.compile(rf"(?<!\w)(?:{listed})(?!\w)") if words else None)


@cache
def names() -> Phrases:
    """The names of `services.tsv`."""
    return Phrases(services())


def claims(acts: Sequence[Act], books: Mapping[str, Book], on: date) -> Iterator[tuple[str, Claim]]:
    """The code system and claim of each service."""
    for act in acts:
        service = services()[act.key]
        found = list(_ruled(act, service.rules, books.values()))
        if found:
            yield from found
        elif service.query and CodeSystem.CPT in books:
            yield from ((CodeSystem.CPT, claim) for claim in _titled(act, service.query, books[CodeSystem.CPT], on))


def _ruled(act: Act, rules: Iterable[Rule], books: Iterable[Book]) -> Iterator[tuple[str, Claim]]:
    for rule in rules:
        holder = next((book for book in books if book.has(rule.code)), None)
        if holder is not None and _fits(rule, act):
            remarks = [f"{act.side} side"] if act.side and rule.code in SIDED else []
            if rule.guessed:
                remarks.append("views or contrast not documented")
            yield holder.code_system, Claim(rule.code, act.sure * (GUESSED if rule.guessed else 1.0), [act], remarks)
            return


def _fits(rule: Rule, act: Act) -> bool:
    if rule.short_simple:
        lengths = _lengths(act)
        return bool(lengths) and max(lengths) <= SHORTEST and not ELSEWHERE.search(act.report)
    if rule.words is None or rule.words.search(act.line.text):
        return True
    return bool(rule.words.search(act.report))


def _titled(act: Act, query: str, book: Book, on: date) -> Iterator[Claim]:
    """The loaded titles with all words of the query; of several lengths the one that the note gives."""
    hits = book.search(query, on=on, limit=4 * MOST_TITLES)
    lengths = _lengths(act)
    if lengths:
        fitting = [hit for hit in hits if _spans(hit[1], max(lengths))]
        hits = fitting or hits
    said = set(re.findall(r"\w+", act.line.text))
    hits.sort(key=lambda hit: -len(said & set(re.findall(r"\w+", hit[1].lower()))))
    for code, _ in hits[:MOST_TITLES]:
        yield Claim(code, act.sure * FROM_TITLES, [act], ["nearest of the loaded titles: read the descriptor"])


def _lengths(act: Act) -> list[float]:
    """The centimetres of its sentence; in a report of a repair, those of the wound."""
    own = LENGTH.findall(act.line.text)
    if not own and act.line.operative:
        own = WOUND.findall(act.report)
    return [float(each) for each in own]


def _spans(title: str, length: float) -> bool:
    """Whether a title's centimetres hold this length."""
    for low, high, less in RANGE.findall(title.lower()):
        if less and length <= float(low):
            return True
        if high and float(low) <= length <= float(high):
            return True
    return False
