"""What a model claims against what the chart and the code book say: nothing of an answer is believed as it stands.

Every claim needs a billable code of the release, attributes that do not contradict it, and a quote that is really in a
note, on whole words, and speaks for the code. What fails is dropped and counted by reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from inference.grounding import MOST_SPANS, NO_EVIDENCE, NOT_BILLABLE, QUOTE_MISSING, UNKNOWN, Grounded
from inference.proposers.vllm import schemas
from inference.proposers.vllm.answers import Item
from inference.proposers.vllm.confidence import agreed
from inference.schema import ChartText, Evidence, Setting
from inference.support import Judge
from inference.text.folding import Folded, fold
from inference.text.tokens import SIDES, norms
from medcode.codebook.snapshot import CodeEntry, Snapshot, undotted

OTHER_SYSTEM = "other code system"
NOT_A_CANDIDATE = "not among the candidates"
RULED_OUT = "said to be ruled out"
NOT_CERTAIN = "uncertain, outpatient"
OTHER_SIDE = "side contradicts the code"
BEYOND = "more suggestions than a chart may have"
MOST_SUGGESTIONS = 60  # of one chart
MOST_PLACES = 20  # of a quote that stands in the notes more than once
FEWEST_LETTERS = 2  # of a quote: "DM" says something, "2" does not


@dataclass(frozen=True, slots=True)
class Claim:
    """A code as a model claims it, all its answers taken together: raw score 0 … 1, and quotes, the best first."""

    item: Item
    score: float
    quotes: tuple[str, ...]


@dataclass
class Checker:
    """Checks claims about one chart. `allowed`: stored codes that may be claimed; None: any of the release."""

    chart: ChartText
    snapshot: Snapshot
    judge: Judge
    wrong: Counter[str] = field(default_factory=Counter)
    _folded: dict[str, Folded] = field(default_factory=dict)
    _known: dict[str, tuple[Evidence, ...]] = field(default_factory=dict)

    def checked(self, claims: Iterable[Claim], allowed: frozenset[str] | None = None) -> list[Grounded]:
        """The claims that stand, surest first, each code once."""
        ordered = sorted(claims, key=lambda claim: (-claim.score, claim.item.code))
        kept: dict[str, Grounded] = {}
        for claim in ordered:
            if len(kept) >= MOST_SUGGESTIONS:
                self.wrong[BEYOND] += 1
                continue
            entry = self._entry(claim.item, allowed)
            evidence = self._evidence(entry, claim.quotes) if entry else ()
            if entry and evidence and entry.code not in kept:
                kept[entry.code] = Grounded(entry, claim.score, evidence, claim.item.reason)
        return list(kept.values())

    def _entry(self, item: Item, allowed: frozenset[str] | None) -> CodeEntry | None:
        """The code book's entry of a claimed code, unless something speaks against it."""
        entry = self.snapshot.entries.get(undotted(item.code))
        if item.code_system and item.code_system != self.snapshot.code_system:
            reason = OTHER_SYSTEM
        elif entry is None:
            reason = UNKNOWN
        elif not entry.billable:
            reason = NOT_BILLABLE
        elif allowed is not None and entry.code not in allowed:
            reason = NOT_A_CANDIDATE
        else:
            reason = contradiction(entry, item.attributes, self.chart.setting)
        if reason:
            self.wrong[reason] += 1
            return None
        return entry

    def _evidence(self, entry: CodeEntry, quotes: Iterable[str]) -> tuple[Evidence, ...]:
        """One span for each quote that speaks for the code, none overlapping another; empty: the claim falls."""
        found: list[Evidence] = []
        for quote in quotes:
            span = self._span(entry, quote)
            if span and not any(span.note == it.note and span.begin < it.end and it.begin < span.end for it in found):
                found.append(span)
        if not found:
            self.wrong[NO_EVIDENCE] += 1
        return tuple(found[:MOST_SPANS])

    def _span(self, entry: CodeEntry, quote: str) -> Evidence | None:
        """The first place of a quote that speaks for the code. Where it stands decides: "gout" may be the father's."""
        objections = []
        for span in self.places(quote):
            objection = self.judge.objection(entry, span)
            if not objection:
                return span
            objections.append(objection)
        self.wrong[objections[0] if objections else QUOTE_MISSING] += 1
        return None

    def places(self, quote: str) -> tuple[Evidence, ...]:
        """Where a quote stands as whole words: as it is written first, then with other blanks, case or typography."""
        if quote not in self._known:
            self._known[quote] = self._found(quote)
        return self._known[quote]

    def _found(self, quote: str) -> tuple[Evidence, ...]:
        wanted = fold(quote).text
        if sum(character.isalpha() for character in wanted) < FEWEST_LETTERS:
            return ()
        found = []
        for note in self.chart.notes:
            if note.key not in self._folded:
                self._folded[note.key] = fold(note.text)
            spans = self._folded[note.key].all(wanted, MOST_PLACES)
            found += [Evidence(note.key, begin, end, note.text[begin:end]) for begin, end in spans]
        return tuple(sorted(found[:MOST_PLACES], key=lambda span: span.text != quote))


def contradiction(entry: CodeEntry, attributes: dict[str, str], setting: Setting) -> str:
    """What the model's own attributes have against its code; "" for nothing."""
    certainty, side = attributes.get("certainty"), attributes.get("laterality")
    if certainty == schemas.RULED_OUT:
        return RULED_OUT
    if certainty == schemas.UNCERTAIN and setting is Setting.OUTPATIENT:
        return NOT_CERTAIN  # Guidelines IV.H
    titled = {SIDES[word] for word in norms(entry.title) if SIDES.get(word)}
    if side in ("left", "right") and titled and side not in titled and "bilateral" not in titled:
        return OTHER_SIDE
    return ""


def together(samples: Sequence[Sequence[Item]]) -> list[Claim]:
    """The claims of several answers to one question: a code's score is the mean of its probabilities over all answers.

    Within one answer the surest of equal codes counts; an answer that does not name a code gives it nothing.
    """
    named: dict[str, list[Item]] = {}
    surest: list[dict[str, float | None]] = []
    for items in samples:
        own: dict[str, float | None] = {}
        for item in items:
            code = undotted(item.code)
            named.setdefault(code, []).append(item)
            known = [each for each in (own.get(code), item.probability) if each is not None]
            own[code] = max(known, default=None)
        surest.append(own)
    return [
        Claim(
            replace(items[0], code=code),
            agreed([own[code] for own in surest if code in own], len(samples)),
            tuple(dict.fromkeys(quote for item in items for quote in item.quotes)),
        )
        for code, items in named.items()
    ]


def united(parts: Iterable[Grounded]) -> list[Grounded]:
    """The claims of several windows as one list: of each code the surest, with the evidence of all."""
    found: dict[str, Grounded] = {}
    for item in parts:
        known = found.get(item.entry.code)
        if known is None:
            found[item.entry.code] = item
            continue
        first, second = (item, known) if item.score > known.score else (known, item)
        more = [span for span in second.evidence if not any(_overlap(span, it) for it in first.evidence)]
        found[item.entry.code] = replace(first, evidence=(*first.evidence, *more)[:MOST_SPANS])
    return list(found.values())


def _overlap(one: Evidence, other: Evidence) -> bool:
    return one.note == other.note and one.begin < other.end and other.begin < one.end
