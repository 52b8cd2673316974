"""All figures of one system against one gold, and of several systems beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inference.evaluation import evidence, groups, intervals, ranks, reliability, scores, targets
from inference.evaluation.evidence import Evidence, Verbatim
from inference.evaluation.groups import Found, InBand, Part
from inference.evaluation.intervals import Counts, Figure
from inference.evaluation.ranks import Ranks
from inference.evaluation.reliability import Reliability
from inference.evaluation.rows import Document, Gold, Judged, Key, Level, Predicted, judge, ranking, systems
from inference.evaluation.scores import Macro, OffList, Scores
from inference.evaluation.targets import Target
from inference.schema import Band

SECOND_CODER = "second coder"
FIRST_GOLD, SECOND_GOLD = "first gold", "second gold"


@dataclass(frozen=True, slots=True)
class System:
    """What is measured: an engine's or a file's predictions by document, with a name for the report."""

    name: str
    version: str
    predicted: Mapping[str, Sequence[Predicted]]


@dataclass(frozen=True, slots=True)
class AtLevel:
    """The figures that exist both for exact codes and for categories."""

    micro: Scores
    macro: Macro
    ranks: Ranks


@dataclass(frozen=True, slots=True)
class SystemFigures:
    """Everything measured of one system. `unanswered` documents had no line of predictions and count as empty."""

    name: str
    version: str
    documents: int
    unanswered: int
    exact: AtLevel
    category: AtLevel
    exact_set: Figure
    off_list: OffList
    targets: list[Target]
    bands: list[InBand]
    specialties: list[Part]
    settings: list[Part]
    classes: list[Part]
    deciles: list[Part]
    code_systems: list[Part]
    ranks_of_diagnosis: list[Found]
    reliability: Reliability
    evidence: Evidence | None
    verbatim: Verbatim


@dataclass(frozen=True, slots=True)
class Versus:
    """One side's codes against the other's, over the documents that both coders coded."""

    name: str
    against: str
    documents: int
    exact: Scores
    category: Scores


@dataclass(frozen=True, slots=True)
class Difference:
    """Micro F1 of a system minus that of the first system, on the same resampled documents."""

    name: str
    first: str
    exact: Figure
    category: Figure


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All systems on one split. `ceiling` has rows only where a second coder's gold is given."""

    documents: int
    gold_codes: int
    distinct_codes: int
    measured: list[str]
    bands: list[str]
    resamples: int
    seed: int
    systems: list[SystemFigures]
    differences: list[Difference]
    ceiling: list[Versus]


@dataclass(frozen=True, slots=True)
class Split:
    """Documents with gold, and perhaps a second coder's; `bands` are those whose codes count as shown."""

    documents: Mapping[str, Document]
    gold: Mapping[str, Gold]
    second: Mapping[str, Gold] | None = None
    bands: frozenset[Band] = frozenset({Band.HIGH, Band.MEDIUM})

    @property
    def measured(self) -> frozenset[str]:
        """The code systems of the measured set."""
        return systems(self.gold.values())

    def judge(self, system: System) -> Judged:
        """The system beside the gold."""
        return judge(self.gold, system.predicted, self.bands, self.measured)


def evaluate(split: Split, measured: Sequence[System], *, seed: int = intervals.SEED) -> Evaluation:
    """Every figure of every system, with intervals from the same resamples."""
    drawn = intervals.draws(len(split.gold), seed=seed)
    judged = {system.name: split.judge(system) for system in measured}
    first = measured[0].name
    return Evaluation(
        documents=len(split.gold),
        gold_codes=sum(len(gold.codes) for gold in split.gold.values()),
        distinct_codes=len({key for gold in split.gold.values() for key in gold.codes}),
        measured=sorted(split.measured),
        bands=[band.value for band in Band if band in split.bands],
        resamples=len(drawn),
        seed=seed,
        systems=[_figures(split, system, judged[system.name], drawn, seed) for system in measured],
        differences=[
            Difference(name, first, *(scores.difference(judged[first], each, level, drawn) for level in Level))
            for name, each in judged.items()
            if name != first
        ],
        ceiling=_ceiling(split, measured, seed),
    )


def _figures(split: Split, system: System, judged: Judged, drawn: Counts, seed: int) -> SystemFigures:
    return SystemFigures(
        name=system.name,
        version=system.version,
        documents=len(judged.ids),
        unanswered=sum(key not in system.predicted for key in judged.ids),
        exact=_at(judged, Level.EXACT, drawn),
        category=_at(judged, Level.CATEGORY, drawn),
        exact_set=scores.exact_set(judged, drawn),
        off_list=scores.off_list(judged),
        targets=targets.targets(judged, drawn),
        bands=groups.by_band(judged, drawn),
        specialties=groups.by_specialty(judged, split.documents, seed),
        settings=groups.by_setting(judged, split.documents, seed),
        classes=groups.by_class(judged, drawn),
        deciles=groups.by_decile(judged, drawn),
        code_systems=_code_systems(split, system, drawn),
        ranks_of_diagnosis=groups.by_rank_of_diagnosis(judged, drawn),
        reliability=reliability.reliability(judged, drawn),
        evidence=evidence.evidence(_with_procedures(split, system), split.documents, drawn),
        verbatim=evidence.verbatim(judged, split.documents),
    )


def _at(judged: Judged, level: Level, drawn: Counts) -> AtLevel:
    return AtLevel(
        scores.micro(judged.wanted, judged.shown, level, drawn),
        scores.macro(judged.wanted, judged.shown, level, drawn),
        ranks.ranks(judged, level, drawn),
    )


def _code_systems(split: Split, system: System, drawn: Counts) -> list[Part]:
    """Each code system of the gold for itself, procedures too."""
    known = sorted({key.system for gold in split.gold.values() for key in gold.codes | gold.procedures})
    found = []
    for name in known:
        wanted = [
            frozenset(key for key in gold.codes | gold.procedures if key.system == name)
            for gold in split.gold.values()
        ]
        judged = judge(split.gold, system.predicted, split.bands, frozenset({name}))
        both = (scores.micro(wanted, judged.shown, level, drawn) for level in Level)
        found.append(Part(name, sum(map(bool, wanted)), *both))
    return found


def _with_procedures(split: Split, system: System) -> Judged:
    """Evidence is asked for every code, whatever set it is counted in."""
    known = frozenset(key.system for gold in split.gold.values() for key in gold.codes | gold.procedures)
    return judge(split.gold, system.predicted, split.bands, known | split.measured)


def _ceiling(split: Split, measured: Sequence[System], seed: int) -> list[Versus]:
    """How far two coders agree, and each system with either, over the documents that both coded."""
    shared = [key for key in split.gold if split.second and key in split.second]
    if not shared or split.second is None:
        return []
    drawn = intervals.draws(len(shared), seed=seed)
    sets = {
        FIRST_GOLD: [split.gold[key].codes for key in shared],
        SECOND_GOLD: [split.second[key].codes for key in shared],
    }
    rows = [_versus(SECOND_CODER, FIRST_GOLD, sets[FIRST_GOLD], sets[SECOND_GOLD], drawn)]
    for system in measured:
        shown = [
            frozenset(item.key for item in ranking(system.predicted.get(key, ())) if item.band in split.bands)
            for key in shared
        ]
        among = [frozenset(key for key in keys if key.system in split.measured) for keys in shown]
        rows += [_versus(system.name, name, gold, among, drawn) for name, gold in sets.items()]
    return rows


def _versus(name: str, against: str, gold: list[frozenset[Key]], shown: list[frozenset[Key]], drawn: Counts) -> Versus:
    return Versus(name, against, len(gold), *(scores.micro(gold, shown, level, drawn) for level in Level))
