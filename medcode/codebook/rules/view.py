"""A case as the rules look at it: its codes by kind, by span and by place in the sequence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from medcode.codebook.known import CodeFacts, Facts
from medcode.codebook.references import Span
from medcode.codebook.rules.case import ICD10PCS, Case, Coded
from medcode.codebook.rules.tables import by_letter


class View:
    """A case with the facts about its codes. Made once for a check; the rules only read it."""

    def __init__(self, case: Case, facts: Facts) -> None:
        self.case = case
        self.facts = facts
        self.diagnoses = [each for each in case.codes if each.is_diagnosis]
        self.procedures = [each for each in case.codes if each.code_system == ICD10PCS]
        self.services = [each for each in case.codes if each.is_service]
        self.first = self.diagnoses[0] if self.diagnoses else None
        self.inpatient = case.setting == "inpatient"
        self._positions: dict[str, int] = {}
        self._by_letter: dict[str, list[Coded]] = defaultdict(list)
        self._by_category: dict[str, list[Coded]] = defaultdict(list)
        for position, each in enumerate(self.diagnoses):
            if each.code not in self._positions:
                self._positions[each.code] = position
                self._by_letter[each.code[:1]].append(each)
                self._by_category[each.code[:3]].append(each)
        self.letters = frozenset(self._by_letter)

    def known(self, coded: Coded) -> CodeFacts:
        """What the code book says of a code."""
        return self.facts.code(coded.code, coded.code_system)

    def under(self, text: str) -> list[Coded]:
        """The diagnoses within spans written as in the rule tables, each once, in sequence."""
        listed = by_letter(text)
        if self.letters.isdisjoint(listed):
            return []  # asked some ninety times a check, and mostly so
        found = {
            each.code: each
            for letter, codes in self._by_letter.items()
            for span in listed.get(letter, ())
            for each in codes
            if span.covers(each.code)
        }
        return self._in_sequence(found)

    def within(self, named: Iterable[Span]) -> list[Coded]:
        """The diagnoses within these spans, each once, in sequence."""
        found: dict[str, Coded] = {}
        for span in named:
            for each in self._near(span):
                if span.covers(each.code):
                    found[each.code] = each
        return self._in_sequence(found)

    def _near(self, span: Span) -> Sequence[Coded]:
        """The diagnoses that a span can cover at all: most spans lie within a category, nearly all within a letter."""
        category, letter = span.low[:3], span.low[0]
        if len(category) == 3 and category == span.high[:3]:
            return self._by_category.get(category, ())
        return self._by_letter.get(letter, ()) if letter == span.high[0] else self.diagnoses

    def _in_sequence(self, found: dict[str, Coded]) -> list[Coded]:
        return sorted(found.values(), key=self.position) if len(found) > 1 else list(found.values())

    def one(self, text: str) -> Coded | None:
        """The first diagnosis within the spans, if any."""
        return next(iter(self.under(text)), None)

    def has(self, text: str) -> bool:
        return bool(self.under(text))

    def position(self, coded: Coded) -> int:
        """The place of a diagnosis in the sequence, 0 for the first."""
        return self._positions[coded.code]

    def before(self, first: Coded, second: Coded) -> bool:
        """Whether a diagnosis is listed before another."""
        return self._positions[first.code] < self._positions[second.code]


def named(codes: Iterable[Coded], most: int = 4) -> str:
    """Codes for a sentence: "E11.22, N18.30 and I10"."""
    shown = [each.display for each in codes]
    if len(shown) > most:
        shown = [*shown[:most], f"{len(shown) - most} more"]
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)
