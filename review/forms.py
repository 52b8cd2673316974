"""What a person's GET and POST may say, checked against allow-lists before anything else sees it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from review.actions.errors import InvalidInputError

MAX_IDLE_SECONDS = 300


def seconds_spent(data: Any) -> int | None:
    """The page's own count of seconds since the last act, or None when it sent nothing usable."""
    value = str(data.get("seconds_spent", ""))
    return min(int(value), MAX_IDLE_SECONDS) if value.isascii() and value.isdigit() and len(value) < 7 else None


def whole_number(text: str | None) -> int:
    """A small whole number from a form; -1 for anything else, which every action refuses by name."""
    value = text or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else -1


def version_of(data: Any) -> int | None:
    """The chart's version on the person's screen; None when the form does not say."""
    return whole_number(data.get("version")) if data.get("version") else None


def numbers(text: str | None, *, field: str) -> list[int]:
    """Small whole numbers as people list them: "1 3", "1,3". Raises `InvalidInputError` for anything else."""
    found = [whole_number(each) for each in re.split(r"[\s,;]+", text or "") if each]
    if -1 in found:
        raise InvalidInputError("Write numbers with spaces between them.", field=field)
    return found


def day(text: str | None, *, field: str) -> date | None:
    """A day as a date field sends it; None for an empty one. Raises `InvalidInputError` for anything else."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidInputError("Write the day as 2026-05-31.", field=field) from error
