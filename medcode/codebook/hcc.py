"""Hierarchical condition categories (CMS-HCC V28)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Category:
    hcc: str
    label: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HccResult:
    kept: tuple[Category, ...] = ()


def v28(codes: Iterable[str], on: date) -> HccResult:
    return HccResult()


def category(code: str, on: date, model: str = "V28") -> str:
    return ""
