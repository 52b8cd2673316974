"""What a code weighs for payment, as small marks beside it: not findings, since nothing is to be mended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from medcode.codebook import grouping, hcc


@dataclass(frozen=True, slots=True)
class Badges:
    """`severity` is "MCC", "CC" or ""; `hcc` the V28 category's number or ""."""

    severity: str
    hcc: str


def badges(code: str, on: date) -> Badges:
    """The marks of a stored ICD-10-CM code on a date."""
    return Badges(grouping.severity(code, on), hcc.category(code, on))
