"""Answers of the code book as plain data: what `--json` prints and the API returns, in one place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from medcode.codebook.compare import Change, Comparison
from medcode.codebook.entry import Entry
from medcode.codebook.grouping import Grouping
from medcode.codebook.hcc import HccResult
from medcode.codebook.models import Code
from medcode.codebook.rules import Finding
from medcode.codebook.search import Hit
from medcode.codebook.snapshot import dotted

Data = dict[str, Any]


def of_entry(entry: Entry) -> Data:
    """One code with everything around it."""
    place = entry.standing
    found: Data = {
        "code": place.code,
        "code_system": place.code_system,
        "title": place.title,
        "standing": place.kind,
        "sentence": place.sentence,
        "instead": list(place.instead),
    }
    if entry.row is None:
        return found
    return found | {
        "release": entry.row.release.name,
        "billable": entry.row.billable,
        "level": entry.severity,
        "hcc": entry.hcc,
        "poa_exempt": entry.poa_exempt,
        "ancestors": [_line(code) for code in entry.above],
        "children": [_line(code) for code in entry.below],
        "notes": [{"kind": note.kind, "at": note.code.display, "text": note.text} for note in entry.notes],
        "seventh_characters": [
            {"character": each.character, "meaning": each.meaning, "code": each.code} for each in entry.extensions
        ],
        "predecessors": list(entry.predecessors),
    }


def _line(code: Code) -> Data:
    return {"code": code.display, "title": code.title, "kind": code.kind, "billable": code.billable}


def of_hits(hits: Iterable[Hit]) -> list[Data]:
    """Search results, best first. `marked` holds the parts of the title that matched."""
    return [
        {
            "code": hit.display,
            "code_system": hit.code_system,
            "title": hit.title,
            "billable": hit.billable,
            "why": hit.why,
            "marked": [text for text, matches in hit.pieces if matches],
        }
        for hit in hits
    ]


def of_findings(findings: Iterable[Finding]) -> list[Data]:
    """What the rules found, errors first."""
    return [
        {
            "rule": each.rule,
            "severity": each.severity,
            "codes": list(each.codes),
            "sentence": each.sentence,
            "source": each.source,
            "fix": each.fix
            and {
                "action": each.fix.action,
                "code": each.fix.code,
                "value": each.fix.value,
                "sentence": each.fix.sentence,
            },
        }
        for each in findings
    ]


def of_grouping(grouping: Grouping, hccs: HccResult) -> Data:
    """A DRG with what made it, and the HCCs of the same diagnoses. Weights as decimal strings, stays in days."""
    return {
        "drg": grouping.drg,
        "title": grouping.title,
        "mdc": grouping.mdc,
        "type": grouping.kind,
        "weight": _decimal(grouping.weight),
        "geometric_mean_stay": _decimal(grouping.geometric_mean_stay),
        "arithmetic_mean_stay": _decimal(grouping.arithmetic_mean_stay),
        "version": grouping.version,
        "problem": grouping.problem,
        "stand_in": grouping.sentence_of_stand_in,
        "codes": [
            {
                "code": dotted(each.code),
                "level": each.level,
                "counted": each.counted,
                "excluded_by": dotted(each.excluded_by),
                "reason": each.reason,
            }
            for each in grouping.codes
        ],
        "hcc": [
            {"hcc": each.hcc, "label": each.label, "codes": [dotted(code) for code in each.codes]}
            for each in hccs.kept
        ],
    }


def _decimal(value: Any) -> str | None:
    return None if value is None else str(value)


def of_comparison(comparison: Comparison) -> Data:
    """What changed between two releases."""
    return {
        "code_system": comparison.new_release.code_system,
        "old": comparison.old.name,
        "new": comparison.new_release.name,
        "new_codes": _changes(comparison.new),
        "retired": _changes(comparison.retired),
        "retitled": _changes(comparison.retitled),
        "revised": _changes(comparison.revised),
    }


def _changes(changes: Iterable[Change]) -> list[Data]:
    return [
        {"code": each.code, "before": each.before, "after": each.after, "instead": list(each.instead)}
        for each in changes
    ]
