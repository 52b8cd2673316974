"""Wounds that a diagnosis names without their site ("tick bite"), with the site the chart documents.

Source: Guidelines I.B.2 and I.C.19.b: T14 (injury of unspecified body region) only where the record
does not say where.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from inference.candidates import Candidate, Case
from inference.coding.specificity import Setting, specify
from inference.text.tokens import norms
from medcode.codebook.snapshot import undotted

TABLE = Path(__file__).with_name("wounds.tsv")
NOWHERE = ("T148", "T149")


@cache
def table() -> dict[str, dict[str, str]]:
    """Kind of wound (normal form) → body part → stored category."""
    found: dict[str, dict[str, str]] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, site, category = line.split("\t")
            found.setdefault(" ".join(norms(kind)), {})[site] = undotted(category)
    return found


def apply(case: Case) -> None:
    """Give every siteless wound the body part that the chart names most often with a side."""
    for candidate in case.matching(*NOWHERE):
        code = _placed(case, candidate)
        if code:
            case.replace(candidate, code)


def _placed(case: Case, candidate: Candidate) -> str:
    kinds = [table()[mention.name] for mention in candidate.mentions if mention.name in table()]
    if not kinds:
        return ""
    known = {site: counts for site, counts in case.sides.counts.items() if site in kinds[0]}
    if not known:
        return ""
    site = max(known, key=lambda name: known[name].total())
    near = (*candidate.mentions[0].near, site)
    return specify(case.book, kinds[0][site], Setting(near, case.sides.of([site])))
