"""At which stage a missed code was lost, and what kind of mistake a false one is.

The built-in engine is observed from outside: its own proposer reads the chart again, and what it held
at each stage is compared with the code that the coder assigned. Any other engine shows only what it proposed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from inference import grounding
from inference.candidates import Candidate, Case
from inference.coder import Coder
from inference.engine import Engine
from inference.evaluation.rows import ICD10CM, Gold, Key, Level, Predicted
from inference.mentions import Mention
from inference.proposers.builtin import Builtin
from inference.schema import ChartText
from inference.text.assertion import Status
from medcode.codebook.snapshot import undotted

NEAREST = 3
CHAPTER = 1  # characters


class Stage(StrEnum):
    """Where a code of the gold got lost, in the order in which the engine works."""

    NOT_IN_RELEASE = "not billable in this release"
    NOT_RETRIEVED = "not retrieved"
    ASSERTION = "assertion"
    SPECIFICITY = "wrong specificity"
    RULE = "replaced by a rule"
    GROUNDING = "dropped by grounding"
    OUTRANKED = "outranked"
    NOT_PROPOSED = "not proposed"  # all that can be said of an engine without a trace


class Fault(StrEnum):
    """What a shown code is that the gold does not have."""

    SPECIFICITY = "wrong specificity"
    CHAPTER = "same chapter as a gold code"
    UNCODED = "nothing like it in the gold"


@dataclass(frozen=True, slots=True)
class Near:
    """A code near a missed one: what the engine thought of it."""

    key: Key
    confidence: float | None
    note: str


@dataclass(frozen=True, slots=True)
class Missed:
    """A gold code that was not shown. `spans` are where the engine read of it, as (begin, end)."""

    key: Key
    stage: Stage
    detail: str
    near: tuple[Near, ...]
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class FalseCode:
    """A shown code that is not gold, and whether a second coder has it."""

    predicted: Predicted
    fault: Fault
    seconded: bool


@dataclass
class Trace:
    """What the built-in engine held of one chart: its case, and the fate of each claim."""

    engine: Engine
    proposer: Builtin
    chart: ChartText

    @cached_property
    def case(self) -> Case:
        """Candidates after all rules."""
        return self.proposer.case(self.chart)

    @cached_property
    def fates(self) -> dict[str, float | str]:
        """Stored code → its probability, or, where grounding dropped the claim, the reason."""
        found: dict[str, float | str] = {}
        for claim in self.proposer.propose(self.chart):
            kept, dropped = grounding.ground([claim], self.chart, self.engine.snapshot)
            calibrated = self.engine.calibrated
            found[claim.code] = calibrated.probability(kept[0].score) if kept else ", ".join(sorted(dropped))
        return found

    def probability(self, code: str) -> float | None:
        """What the engine gave a candidate that stood up to grounding; None for any other code."""
        fate = self.fates.get(code)
        return fate if isinstance(fate, float) else None


def trace(engine: Coder, chart: ChartText) -> Trace | None:
    """A trace of the built-in engine; None for any other."""
    if isinstance(engine, Engine) and isinstance(engine.proposer, Builtin):
        return Trace(engine, engine.proposer, chart)
    return None


def missed_codes(gold: Gold, ranked: Sequence[Predicted], shown: frozenset[Key], traced: Trace | None) -> list[Missed]:
    """Every gold code that is not shown, with its stage; in code order."""
    return [_missed(key, ranked, shown, traced) for key in sorted(gold.codes - shown)]


def false_codes(
    gold: Gold, ranked: Iterable[Predicted], shown: frozenset[Key], second: Gold | None = None
) -> list[FalseCode]:
    """Every shown code that is not gold, most confident first."""
    others = second.codes if second else frozenset()
    return [
        FalseCode(item, _fault(item.key, gold), item.key in others)
        for item in ranked
        if item.key in shown and item.key not in gold.codes
    ]


def _fault(key: Key, gold: Gold) -> Fault:
    if Level.CATEGORY.of(key) in Level.CATEGORY.each(gold.codes):
        return Fault.SPECIFICITY
    chapters = {(each.system, each.code[:CHAPTER]) for each in gold.codes}
    return Fault.CHAPTER if (key.system, key.code[:CHAPTER]) in chapters else Fault.UNCODED


def _missed(key: Key, ranked: Sequence[Predicted], shown: frozenset[Key], traced: Trace | None) -> Missed:
    mine = next((item for item in ranked if item.key == key), None)
    if mine is not None:
        detail = f"proposed at {mine.confidence:.2f} in band {mine.band}"
        spans = tuple((begin, end) for begin, end, _ in mine.evidence)
        return Missed(key, Stage.OUTRANKED, detail, nearest(key, ranked, traced), spans)
    if traced is None or key.system != ICD10CM:
        stage, detail, spans = _from_outside(key, shown)
    else:
        stage, detail, spans = _from_inside(key.code, shown, traced)
    return Missed(key, stage, detail, nearest(key, ranked, traced), spans)


Answer = tuple[Stage, str, tuple[tuple[int, int], ...]]


def _from_outside(key: Key, shown: frozenset[Key]) -> Answer:
    siblings = _siblings(key, shown)
    if siblings:
        return Stage.SPECIFICITY, f"shown instead: {siblings}", ()
    return Stage.NOT_PROPOSED, "", ()


def _from_inside(code: str, shown: frozenset[Key], traced: Trace) -> Answer:
    entry = traced.engine.snapshot.entries.get(code)
    if entry is None or not entry.billable:
        return Stage.NOT_IN_RELEASE, "is a heading" if entry else "unknown to it", ()
    if code in traced.case.candidates:
        return _candidate(traced.case.candidates[code], traced)
    siblings = _siblings(Key(ICD10CM, code), shown)
    read = [mention for reading in traced.case.readings for mention in reading.mentions if _about(mention, code)]
    holders = _holders(read, traced.case)
    if siblings:
        return Stage.SPECIFICITY, f"shown instead: {siblings}{_rules_of(siblings, traced)}", _places(read)
    if holders:
        return Stage.RULE, "; ".join(map(_said, holders)), _places(read)
    if not read:
        considered = _siblings(Key(ICD10CM, code), frozenset(Key(ICD10CM, each) for each in traced.case.candidates))
        if considered:
            return Stage.SPECIFICITY, f"considered instead, not shown: {considered}", ()
        return Stage.NOT_RETRIEVED, "no mention, no candidate", ()
    statuses = sorted({mention.status for mention in read})
    if Status.AFFIRMED in statuses:
        return Stage.RULE, "its mention is affirmed, and no candidate is left", _places(read)
    return Stage.ASSERTION, ", ".join(statuses), _places(read)


def _candidate(candidate: Candidate, traced: Trace) -> Answer:
    places = _places(candidate.mentions)
    fate = traced.fates.get(candidate.code, grounding.NO_EVIDENCE)
    if isinstance(fate, str):
        return Stage.GROUNDING, fate, places
    why = "below the floor" if fate < traced.engine.calibrated.floor else "beyond the most LOW ones shown"
    return Stage.OUTRANKED, f"candidate at {fate:.2f}, {why}{_flags(candidate)}", places


def _about(mention: Mention, code: str) -> bool:
    """Whether a mention names this code, or a heading above it, or a more specific code below it."""
    return code.startswith(mention.target) or mention.target.startswith(code)


def _holders(read: Iterable[Mention], case: Case) -> list[Candidate]:
    """The candidates that hold these very mentions now."""
    places = {(mention.note, mention.begin, mention.end) for mention in read}
    return [
        case.candidates[code]
        for code in sorted(case.candidates)
        if any((each.note, each.begin, each.end) in places for each in case.candidates[code].mentions)
    ]


def _said(candidate: Candidate) -> str:
    return f"{Key(ICD10CM, candidate.code).shown} holds its mention{_flags(candidate)}"


def _flags(candidate: Candidate) -> str:
    return f" ({', '.join(sorted(candidate.flags))})" if candidate.flags else ""


def _rules_of(shown: str, traced: Trace) -> str:
    """What the rules found out about the codes that stand in the place of the missed one."""
    held = [traced.case.candidates.get(undotted(code)) for code in shown.split(", ")]
    flags = sorted({flag for candidate in held if candidate is not None for flag in candidate.flags})
    return f" ({', '.join(flags)})" if flags else ""


def _siblings(key: Key, shown: frozenset[Key]) -> str:
    same = sorted(each.shown for each in shown if Level.CATEGORY.of(each) == Level.CATEGORY.of(key))
    return ", ".join(same)


def _places(mentions: Iterable[Mention]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted({(mention.begin, mention.end) for mention in mentions}))


def nearest(key: Key, ranked: Iterable[Predicted], traced: Trace | None) -> tuple[Near, ...]:
    """The proposed or considered codes that begin most like this one; at least the chapter is the same."""
    pool = {item.key: Near(item.key, item.confidence, item.band.value) for item in ranked if item.key != key}
    if traced is not None and key.system == ICD10CM:
        for code, candidate in traced.case.candidates.items():
            flags = ", ".join(sorted(candidate.flags))
            pool.setdefault(
                Key(ICD10CM, code), Near(Key(ICD10CM, code), traced.probability(code), flags or "candidate")
            )
        pool.pop(key, None)
    scored = [(_common(key, each.key), each.confidence or 0.0, each) for each in pool.values()]
    scored = sorted(
        (item for item in scored if item[0] >= CHAPTER), key=lambda item: (-item[0], -item[1], item[2].key)
    )
    return tuple(item[2] for item in scored[:NEAREST])


def _common(one: Key, other: Key) -> int:
    """How many first characters are the same."""
    if one.system != other.system:
        return 0
    pairs = zip(one.code, other.code, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one.code), len(other.code)))
