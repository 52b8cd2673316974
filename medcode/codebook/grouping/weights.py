"""Relative weight and mean stays of a DRG on a date, from Table 5 of the IPPS final rule as it was loaded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache

from medcode.codebook.editions import table_for
from medcode.codebook.grouping.case import Grouping
from medcode.codebook.models import DrgWeight, Table


def weighed(groupings: Iterable[Grouping], on: date) -> list[Grouping]:
    """The groupings with weight and stays from the edition valid on the date; unchanged when none is loaded.

    One query, once an edition was used before. The nearest edition stands in for one that is missing, and it says so.
    """
    listed = list(groupings)
    choice = table_for(Table.DRG_WEIGHTS, on)
    if choice is None:
        return listed
    rows = _rows(choice.edition.pk)
    name, sentence = str(choice.edition), choice.sentence(on)
    return [_with(grouping, rows.get(grouping.drg), name, sentence) for grouping in listed]


@lru_cache(maxsize=4)
def _rows(edition: int) -> dict[str, DrgWeight]:
    """The lines of one edition by DRG; they never change once it is complete."""
    return {row.drg: row for row in DrgWeight.objects.filter(edition=edition)}


def _with(grouping: Grouping, row: DrgWeight | None, edition: str, sentence: str) -> Grouping:
    if row is None:
        return grouping
    return replace(
        grouping,
        weight=row.weight,
        geometric_mean_stay=row.geometric_mean_stay,
        arithmetic_mean_stay=row.arithmetic_mean_stay,
        weights_edition=edition,
        sentence_of_stand_in=" ".join(filter(None, (grouping.sentence_of_stand_in, sentence))),
    )
