"""Dates as senders write them. A calendar date is the one on the sender's own clock."""

from __future__ import annotations

import re
from datetime import date, datetime

from django.utils import timezone

from review.intake.strictjson import Node

# ISO 8601 as FHIR and people use it; Python alone would also take week dates and "20260131".
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
PARTIAL = re.compile(r"\d{4}(-\d{2})?")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?")


def read_date(node: Node) -> date | None:
    """`2026-01-31`, or the date of `2026-01-31T10:00:00Z`; None when missing or blank."""
    written = node.text()
    if not written:
        return None
    if not (DATE.fullmatch(written) or MOMENT.fullmatch(written)):
        node.fail("must be a date such as 2026-01-31")
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        node.fail("is not a date of the calendar")


def read_moment(node: Node) -> datetime | None:
    """A date, or a date with a time; without an offset it is in the hospital's time zone."""
    written = node.text()
    if not written:
        return None
    if not (DATE.fullmatch(written) or MOMENT.fullmatch(written)):
        node.fail("must be a date and time such as 2026-01-31T14:30:00-05:00")
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        node.fail("is not a date and time of the calendar")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment, timezone.get_default_timezone())


def is_partial(node: Node) -> bool:
    """Whether FHIR's `2026` or `2026-01` stands here: true, yet too vague to be a date of service."""
    return bool(PARTIAL.fullmatch(node.text()))


def age_on(birth: date, day: date) -> int:
    """Full years lived on that day."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
