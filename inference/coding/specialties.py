"""The rules of single specialties, in the order in which they build on each other."""

from __future__ import annotations

from inference.candidates import Case
from inference.coding import (
    airways,
    burns,
    germs,
    gut,
    metabolic,
    nerves,
    newborn,
    nonspecific,
    poisoning,
    skull,
    swallowed,
    tumors,
    ulcers,
)
from inference.coding.around import Around
from inference.index import Index

TOPICS = (gut, airways, germs, skull, burns, ulcers, tumors, nerves, newborn, poisoning, metabolic)


def apply(case: Case, index: Index) -> None:
    """Combination codes and context, before one value of each attribute is settled for the chart."""
    around = Around(case)
    swallowed.apply(case, around, index)
    for topic in TOPICS:
        topic.apply(case, around)


def conclude(case: Case) -> None:
    """What can be said only once all other codes of the chart are known."""
    airways.conclude(case, Around(case))
    nonspecific.apply(case)
