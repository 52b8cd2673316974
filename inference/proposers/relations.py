"""How a candidate stands to the other candidates of its chart, and how much of its title the notes spell out.

One `Chart` is made per case, so that describing all candidates takes time linear in their number.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import cached_property

from inference.candidates import Candidate, Case
from inference.coding.book import title_words
from inference.mentions import Mention
from inference.proposers import labs
from inference.schema import Setting
from inference.text.assertion import Status
from inference.text.sections import Kind
from inference.text.tokens import norms

CATEGORY = 3  # characters
NEIGHBOURHOOD = 2  # characters: codes that share them are often about the same organ


class Chart:
    """What all candidates of a case share, worked out once."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.inpatient = case.chart.setting is Setting.INPATIENT
        self.candidates = [candidate for candidate in case.candidates.values() if candidate.mentions]
        self.listed = sum(candidate.problem for candidate in case.candidates.values())
        self.supported = labs.supported(case.chart.labs)
        self.medications = frozenset(word for fact in case.chart.medications for word in norms(fact.name))
        self.drugs = frozenset(drug.name for drug in case.drugs)
        self.dated = any(code.startswith("Z3A") for code in case.candidates)

    @cached_property
    def families(self) -> dict[str, list[Candidate]]:
        """Category → its candidates."""
        found: dict[str, list[Candidate]] = {}
        for candidate in self.candidates:
            found.setdefault(candidate.code[:CATEGORY], []).append(candidate)
        return found

    @cached_property
    def crowds(self) -> Counter[str]:
        """How many candidates share the first characters of their codes."""
        return Counter(candidate.code[:NEIGHBOURHOOD] for candidate in self.candidates)

    @cached_property
    def claims(self) -> Counter[tuple[str, int, int]]:
        """How many candidates rest on the same words."""
        return Counter(_place(mention) for candidate in self.candidates for mention in candidate.mentions)

    @cached_property
    def unstructured(self) -> bool:
        """Whether the chart is running text without a single known heading."""
        return all(sentence.kind is Kind.OTHER for reading in self.case.readings for sentence, _ in reading.sentences)


def relations(chart: Chart, candidate: Candidate) -> dict[str, float]:
    """Features that say how a candidate competes, and how well its name fits."""
    return {**_family(chart, candidate), **_naming(chart, candidate)}


def _family(chart: Chart, candidate: Candidate) -> dict[str, float]:
    others = [other for other in chart.families[candidate.code[:CATEGORY]] if other is not candidate]
    vague = chart.case.book.vague
    flags = {
        "sibling listed": not candidate.problem and any(other.problem for other in others),
        "sibling says more": vague(candidate.code) and any(not vague(other.code) for other in others),
        "says more than sibling": not vague(candidate.code) and any(vague(other.code) for other in others),
        "sibling mentioned more": any(len(other.mentions) > len(candidate.mentions) for other in others),
        "neighbors": chart.crowds[candidate.code[:NEIGHBOURHOOD]] > 1,
        "shared words": any(chart.claims[_place(mention)] > 1 for mention in candidate.mentions),
    }
    found = {name: 1.0 for name, holds in flags.items() if holds}
    if others:
        found["siblings"] = math.log1p(len(others))
    return found


def _naming(chart: Chart, candidate: Candidate) -> dict[str, float]:
    words = title_words(chart.case.book.title(candidate.code))
    found = {
        "title words": math.log1p(len(words)),
        "name length": math.log1p(max((mention.end - mention.begin for mention in candidate.mentions), default=0)),
    }
    if words:
        found["title covered"] = max((_covered(words, mention) for mention in candidate.mentions), default=0.0)
    if any(mention.target == candidate.code for mention in candidate.mentions):
        found["named exactly"] = 1.0
    if len({mention.name for mention in candidate.mentions}) > 1:
        found["several names"] = 1.0
    told = any(mention.kind is Kind.HPI and mention.status is Status.AFFIRMED for mention in candidate.mentions)
    if told and candidate.problem:
        found["problem told"] = 1.0
    guesses = [mention for mention in candidate.mentions if mention.source == "guess"]
    if guesses:
        found["guess likeness"] = max(_likeness(mention) for mention in guesses)
    return found


def _covered(words: frozenset[str], mention: Mention) -> float:
    return len(words.intersection([*mention.name.split(" "), *mention.near])) / len(words)


def _likeness(mention: Mention) -> float:
    """How alike a guessed name and the written words are: shared words over all words of both."""
    name = set(mention.name.split(" "))
    return len(name.intersection(mention.near)) / len(name.union(mention.near))


def _place(mention: Mention) -> tuple[str, int, int]:
    return mention.note, mention.begin, mention.end
