"""The mistakes of a system, document by document, for the error browser and its counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from inference.coder import Coder
from inference.evaluation import stages
from inference.evaluation.protocol import Split, System
from inference.evaluation.rows import Document, Gold, Predicted
from inference.evaluation.stages import FalseCode, Missed


@dataclass(frozen=True, slots=True)
class DocumentErrors:
    """What was right, missed and false in one document. `number` counts documents from 1."""

    number: int
    key: str
    document: Document
    gold: Gold
    right: tuple[Predicted, ...]
    missed: list[Missed]
    false: list[FalseCode]


def each_document(
    split: Split, system: System, coder: Coder | None, progress: Callable[[int], None] = lambda count: None
) -> Iterator[DocumentErrors]:
    """Every document's mistakes, in the order of the gold; with a trace where the engine leaves one."""
    judged = split.judge(system)
    for place, key in enumerate(judged.ids):
        document, gold = split.documents[key], judged.gold[place]
        ranked, shown = judged.ranked[place], judged.shown[place]
        traced = stages.trace(coder, document.chart) if coder is not None and gold.codes - shown else None
        second = split.second.get(key) if split.second else None
        yield DocumentErrors(
            number=place + 1,
            key=key,
            document=document,
            gold=gold,
            right=tuple(item for item in ranked if item.key in shown and item.key in gold.codes),
            missed=stages.missed_codes(gold, ranked, shown, traced),
            false=stages.false_codes(gold, ranked, shown, second),
        )
        progress(place + 1)


def by_stage(found: list[DocumentErrors]) -> dict[str, int]:
    """How many gold codes were lost at each stage, in the order of the stages."""
    counted = Counter(miss.stage for item in found for miss in item.missed)
    return {stage.value: counted[stage] for stage in stages.Stage if counted[stage]}


def by_fault(found: list[DocumentErrors]) -> dict[str, int]:
    """How many false codes there are of each kind."""
    counted = Counter(each.fault for item in found for each in item.false)
    return {fault.value: counted[fault] for fault in stages.Fault if counted[fault]}
