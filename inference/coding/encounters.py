"""Codes for the purpose of an encounter.

Source: Guidelines I.C.2.e.2 (chemotherapy, radiotherapy: only when the encounter is for their
administration), I.C.21.c.16 (codes that say why the patient came). Therapy that a story mentions is
not what this encounter is for.
"""

from __future__ import annotations

from inference.candidates import Case
from inference.text.sections import Kind

PURPOSE = "encounter for"
STATED = frozenset({Kind.CHIEF_COMPLAINT, Kind.ASSESSMENT, Kind.DIAGNOSES})


def apply(case: Case) -> None:
    """Drop purposes that neither the complaint nor the assessment states."""
    for candidate in case.matching("Z"):
        purpose = case.book.title(candidate.code).lower().startswith(PURPOSE)
        if purpose and not any(mention.kind in STATED for mention in candidate.mentions):
            case.drop(candidate)
