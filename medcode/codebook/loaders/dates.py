"""Dates as code files write them, and the years that files give in their names."""

from __future__ import annotations

import re
from datetime import date, timedelta

# "2026", "FY26", "FY2026" or "fy 2026" in a file's name or title.
FISCAL_YEAR = re.compile(r"FY\s?(?:20)?(\d\d)(?!\d)", re.IGNORECASE)
YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


def compact(text: str) -> date | None:
    """20260401 → 1 April 2026. None for what is no such date."""
    if len(text) != 8 or not text.isdigit():
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def ordinal(text: str) -> date | None:
    """2026091 (year and day of the year) → 1 April 2026. None for what is no such date."""
    if len(text) != 7 or not text.isdigit() or not 1 <= int(text[4:]) <= 366 or text[:4] == "0000":
        return None
    return date(int(text[:4]), 1, 1) + timedelta(days=int(text[4:]) - 1)


def fiscal_year(day: date) -> int:
    """The federal fiscal year of a day: October begins the next one."""
    return day.year + (day.month >= 10)


def year_in(name: str) -> int | None:
    """The year that a file's name gives, if it gives exactly one."""
    short = FISCAL_YEAR.findall(name)
    found = {2000 + int(each) for each in short} or {int(each) for each in YEAR.findall(name)}
    return found.pop() if len(found) == 1 else None


def quarter_of_version(number: int) -> tuple[int, int]:
    """NCCI version 322 (32.2) → third quarter of 2026: version 30.0 was January 2024, .1 April, and so on."""
    return number // 10 + 1994, number % 10 + 1
