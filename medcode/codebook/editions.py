"""Which edition of a table a date uses. (Releases of code systems: `lookup.release_for`.)"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from medcode.codebook.models import TableEdition


@dataclass(frozen=True, slots=True)
class TableChoice:
    """The edition that a date uses. `stand_in`: none is valid then, and this is the nearest before, else after."""

    edition: TableEdition
    stand_in: bool

    def sentence(self, on: date) -> str:
        """What a person is told, or "" when the edition is simply the right one."""
        if not self.stand_in:
            return ""
        return f"From {self.edition}: no loaded edition is valid on {on:%B} {on.day}, {on.year}."


def table_for(table: str, on: date, variant: str = "") -> TableChoice | None:
    """The edition of a table valid on `on`, else the nearest; None when none is loaded at all."""
    editions = TableEdition.objects.filter(table=table, variant=variant, is_complete=True)
    started = editions.filter(valid_from__lte=on).order_by("-valid_from").first()
    if started:
        return TableChoice(started, stand_in=started.valid_to is not None and started.valid_to < on)
    first = editions.order_by("valid_from").first()
    return TableChoice(first, stand_in=True) if first else None
