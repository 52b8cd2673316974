"""Stages of glaucoma and of pressure ulcers (Guidelines, Sections I.C.7.a and I.C.12.a)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from medcode.codebook.rules.case import Coded, Finding, Rule
from medcode.codebook.rules.view import View, named

GLAUCOMA = Rule(
    "glaucoma.stage", "info", "The stage of glaucoma is unspecified", "ICD-10-CM Guidelines FY2026 I.C.7.a.1 and .5"
)
ULCER = Rule(
    "pressure_ulcer.stages",
    "info",
    "Two stages of a pressure ulcer at one site",
    "ICD-10-CM Guidelines FY2026 I.C.12.a.6",
)
RULES = (GLAUCOMA, ULCER)


def findings(view: View) -> Iterator[Finding]:
    for coded in view.under("H40.1 H40.2 H40.3-H40.6"):
        if coded.code[6:] == "0":
            sentence = f"{coded.display}: the 7th character 0 leaves the stage open, 1 to 4 name it."
            yield GLAUCOMA.found([coded], sentence)
    sites: dict[str, list[Coded]] = defaultdict(list)
    for coded in view.under("L89"):
        sites[coded.code[:5]].append(coded)
    for codes in sites.values():
        if len(codes) > 1:
            sentence = (
                f"{named(codes)} are one site: two stages only for two ulcers, or one that got worse in the stay."
            )
            yield ULCER.found(codes, sentence)
