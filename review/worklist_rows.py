"""What a row of the worklist shows, for the eyes of one person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from review.actions.workbench import hides_money
from review.models import Chart, User
from review.permissions import may
from review.worklist import flags_of
from review.worklist_forms import FLAG_LABELS

SHOWN = 4  # characters of a masked record number


@dataclass(frozen=True, slots=True)
class Row:
    """A chart, its record number as this person may see it, and its flags in words."""

    chart: Chart
    mrn: str
    flags: list[str]


def rows(charts: Iterable[Chart], *, user: User) -> list[Row]:
    whole = may(user, "see_whole_mrn")
    return [
        Row(
            chart, shown_mrn(chart.encounter.patient.mrn, whole=whole), [FLAG_LABELS[each] for each in flags_of(chart)]
        )
        for chart in charts
    ]


def shows_drg(user: User, *, status: str = "") -> bool:
    """Whether rows tell what stays are expected to weigh: not people who want money hidden until all is decided."""
    return status == "final" or not hides_money(user)


def shown_mrn(mrn: str, *, whole: bool) -> str:
    """The number, or its last characters for those who need it only to tell charts apart."""
    return mrn if whole else f"••{mrn[-SHOWN:] if len(mrn) > SHOWN else ''}"
