"""Taking what the second looks found out of the system, on record before the first line leaves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from review.actions.base import audit
from review.exports import cells
from review.models import Chart, User
from review.permissions import check, check_can_read_charts
from review.reports.packet import Packet, packet


@transaction.atomic
def open_packet(chart: Chart, *, by: User) -> Packet:
    """The evidence packet for a person to print. Who opened which content is on record."""
    check_can_read_charts(by)
    found = packet(chart)
    audit("packet.opened", by=by, chart=chart, hash=found.digest)
    return found


def export(
    name: str, header: list[str], rows: Iterator[list[Any]], *, by: User, asked: dict[str, str]
) -> Iterator[str]:
    """Lines of CSV that a spreadsheet runs nothing of."""
    check(by, "read_audits")
    with transaction.atomic():
        audit(f"export.{name}", by=by, filter=asked)
    return cells.lines(header, rows)
