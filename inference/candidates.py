"""Candidate codes of a chart: its mentions, each taken to a billable code and gathered by code."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from inference.coding import drugs, refine
from inference.coding.book import Book, title_words
from inference.coding.documents import concluding, weighed
from inference.coding.history import CHRONIC, history_of
from inference.coding.sides import Sides
from inference.coding.specificity import Setting, both_sides, specify
from inference.index import LEXICON, Index
from inference.mentions import Mention, Reading, read
from inference.retrieval import Retrieval
from inference.schema import ChartText
from inference.schema import Setting as Care
from inference.text.assertion import Status
from inference.text.sections import Kind

# Sections whose uncertain diagnoses count at discharge (Guidelines II.H).
CONCLUDING = frozenset({Kind.DIAGNOSES, Kind.ASSESSMENT, Kind.COURSE, Kind.PLAN})
SIDED_CHAPTERS = ("S", "M", "H", "G56", "G57", "G58", "C50", "C56", "C34", "D05", "N60", "N63", "I80", "I82", "I83",
                  "L03", "L97", "T", "R22", "C62", "C64", "D24", "L89", "R10", "L02")  # fmt: skip
FAMILY_HISTORY = ("Z80", "Z81", "Z82", "Z83", "Z84")


@dataclass(slots=True)
class Candidate:
    """A billable code with everything in the chart that speaks for it, best mention first.

    `flags` name what the rules found out ("integral", "assumed", …); scoring reads them.
    """

    code: str
    mentions: list[Mention] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    seen: set[tuple[str, int, int]] = field(default_factory=set)

    def take(self, mentions: list[Mention]) -> None:
        """Add mentions at places that are not known yet."""
        for mention in mentions:
            place = (mention.note, mention.begin, mention.end)
            if place not in self.seen:
                self.seen.add(place)
                self.mentions.append(mention)

    @property
    def problem(self) -> bool:
        """Whether the clinician listed it as a problem or diagnosis."""
        return any(mention.problem for mention in self.mentions)


@dataclass(slots=True)
class Case:
    """A chart being coded: what was read, and the candidates so far by stored code.

    `relatives` are conditions of the family; `final` names the notes that conclude a stay.
    """

    chart: ChartText
    book: Book
    readings: list[Reading]
    candidates: dict[str, Candidate] = field(default_factory=dict)
    sides: Sides = field(default_factory=Sides)
    drugs: list[Mention] = field(default_factory=list)
    relatives: list[Mention] = field(default_factory=list)
    final: frozenset[str] = frozenset()

    def matching(self, *prefixes: str) -> list[Candidate]:
        """Candidates whose code begins with one of these, in code order."""
        return [self.candidates[code] for code in sorted(self.candidates) if code.startswith(prefixes)]

    def add(self, code: str, mentions: list[Mention], *flags: str) -> Candidate | None:
        """Add mentions to a code's candidate, creating it; None when the release has no such billable code."""
        if not self.book.billable(code):
            return None
        candidate = self.candidates.setdefault(code, Candidate(code))
        candidate.take(mentions)
        candidate.flags.update(flags)
        return candidate

    def replace(self, old: Candidate, code: str, *flags: str) -> Candidate | None:
        """Let `code` take the place of a candidate, with its mentions."""
        if code == old.code:
            old.flags.update(flags)
            return old
        added = self.add(code, old.mentions, *old.flags, *flags)
        if added is not None:
            self.candidates.pop(old.code, None)
        return added

    def drop(self, candidate: Candidate) -> None:
        """Take a candidate out."""
        self.candidates.pop(candidate.code, None)


def gather(chart: ChartText, book: Book, index: Index, retrieval: Retrieval) -> Case:
    """Read every note of the chart and collect the codes that its mentions support."""
    case = Case(chart, book, [read(note.key, note.text, index) for note in chart.notes], final=concluding(chart))
    for reading in case.readings:
        case.sides.add(reading.sentences)
        case.drugs.extend(drugs.mentions(reading))
    for note, reading in zip(chart.notes, case.readings, strict=True):
        for mention in weighed([*reading.mentions, *retrieval.guesses(reading)], note):
            _consider(case, mention)
    return case


def _consider(case: Case, mention: Mention) -> None:
    mention = _as_meant(case, mention)
    if mention.status is Status.FAMILY:
        case.relatives.append(mention)
    if mention.status in (Status.NEGATED, Status.RESOLVED, Status.FAMILY, Status.HYPOTHETICAL):
        return
    if mention.status is Status.POSSIBLE and not _uncertain_counts(case, mention):
        return
    if mention.status is Status.HISTORICAL:
        past = history_of(mention.target)
        if past:
            case.add(past, [mention], "history")
            return
        if not mention.target.startswith(CHRONIC):
            return
    for code in resolve(case, mention):
        case.add(code, [mention])


def _as_meant(case: Case, mention: Mention) -> Mention:
    """The mention with the status that its kind of code, or the setting, gives it."""
    if mention.status is Status.RESOLVED and case.chart.setting is Care.INPATIENT and mention.kind in CONCLUDING:
        # What was treated in this stay is coded though it is over by discharge (Guidelines III).
        return replace(mention, status=Status.AFFIRMED)
    if mention.status is Status.FAMILY and mention.target.startswith(FAMILY_HISTORY):
        # "Family history of colon cancer" is a name of its own, with the words that open the scope.
        return replace(mention, status=Status.AFFIRMED)
    if mention.status is Status.HISTORICAL and mention.target.startswith("Z"):
        # A status code is history by its nature: the note affirms it.
        return replace(mention, status=Status.AFFIRMED)
    return mention


def _uncertain_counts(case: Case, mention: Mention) -> bool:
    """Guidelines II.H: inpatient, stated at discharge, as if established. IV.H: outpatient, never."""
    if case.chart.setting is not Care.INPATIENT or (case.final and mention.note not in case.final):
        return False
    return mention.kind in CONCLUDING


def resolve(case: Case, mention: Mention) -> list[str]:
    """The billable code or codes for a mention, with the side and sex that its chart documents."""
    near = (*mention.near, *refine.levels(mention.near), "male" if case.chart.sex == "M" else "female")
    name = frozenset(mention.name.split(" ")) if mention.source == LEXICON else frozenset()
    side = mention.side
    if not side and mention.target.startswith(SIDED_CHAPTERS):
        side = case.sides.of(_site(case, mention, Setting(near, "", name)))
    stem = refine.target(mention.target, near, side)
    found = both_sides(case.book, stem, Setting(near, side, name))
    aged = [refine.by_age(code, case.chart.age) for code in found]
    return [refine.dominance(case.book, code, near) for code in aged if code]


def _site(case: Case, mention: Mention, setting: Setting) -> set[str]:
    """The words that say where a mention's condition is: "trochanteric bursitis" is of the hip."""
    titles = (mention.target, specify(case.book, mention.target, setting))
    return {word for code in titles for word in title_words(case.book.title(code))} | set(mention.name.split(" "))
