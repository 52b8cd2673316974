"""The evidence packet of a chart: what was coded, on what evidence, by whom, with which versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from inference.models import InferenceRun
from review.actions.finalizing import Finding, findings
from review.models import AssignedCode, Chart, Decision, Evidence, Note, Suggestion
from review.reports.timeline import runs_of

# Characters of the note on either side of a quote.
CONTEXT = 160
QUOTES = 4


@dataclass(frozen=True, slots=True)
class Quote:
    """Evidence with the words around it. `note` says which document and version it stands in."""

    before: str
    text: str
    after: str
    note: Note
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class CodeEvidence:
    """A final code with the decision that put it there, and the words that it rests on."""

    assigned: AssignedCode
    decision: Decision
    suggestion: Suggestion | None
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Packet:
    """Everything on the printed pages but who printed them when. `digest` is of this content alone."""

    chart: Chart
    codes: list[CodeEvidence]
    decisions: list[Decision]
    findings: list[Finding]
    notes: list[Note]
    runs: list[InferenceRun]
    digest: str


def packet(chart: Chart) -> Packet:
    """Read the packet of a chart as it stands. The same content has the same digest, whoever prints it when."""
    codes = [_code(each) for each in chart.assigned_codes.select_related("decision__coder", "decision__suggestion")]
    decisions = list(chart.decisions.select_related("coder", "undoes"))
    found = findings(chart)
    notes = list(chart.notes.defer("text").order_by("position", "version"))
    runs = runs_of(chart)
    content = _content(chart, codes, decisions, found, notes, runs)
    return Packet(chart, codes, decisions, found, notes, runs, digest(content))


def digest(content: dict[str, Any]) -> str:
    """SHA-256 of the content as JSON with sorted keys, in UTF-8."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _code(assigned: AssignedCode) -> CodeEvidence:
    suggestion = assigned.decision.suggestion
    quotes = tuple(_quotes(suggestion)) if suggestion else ()
    return CodeEvidence(assigned, assigned.decision, suggestion, quotes)


def _quotes(suggestion: Suggestion) -> Iterator[Quote]:
    spans = Evidence.objects.filter(suggestion=suggestion).select_related("note").order_by("position", "id")
    for span in spans[:QUOTES]:
        yield quote(span.note, span.begin, span.end)


def quote(note: Note, begin: int, end: int) -> Quote:
    """The span with the words on either side, cut at white space, on one line."""
    text = note.text
    left, right = max(0, begin - CONTEXT), min(len(text), end + CONTEXT)
    before, after = text[left:begin], text[end:right]
    if left > 0:
        before = "… " + before.partition(" ")[2]
    if right < len(text):
        after = after.rpartition(" ")[0] + " …"
    return Quote(_one_line(before), text[begin:end], _one_line(after), note, begin, end)


def _one_line(text: str) -> str:
    """White space as single blanks; one at either end stays, for the quote goes on there."""
    words = " ".join(text.split())
    return f"{' ' if text[:1].isspace() else ''}{words}{' ' if words and text[-1:].isspace() else ''}"


def _content(
    chart: Chart,
    codes: list[CodeEvidence],
    decisions: list[Decision],
    found: list[Finding],
    notes: list[Note],
    runs: list[InferenceRun],
) -> dict[str, Any]:
    """What the digest covers: plain values in a fixed form."""
    return {
        "chart": str(chart.public_id),
        "mrn": chart.encounter.patient.mrn,
        "account": chart.encounter.account,
        "status": chart.status,
        "finalized_at": chart.finalized_at.timestamp() if chart.finalized_at else None,
        "coding_date": chart.coding_date.isoformat(),
        "release": str(chart.release or ""),
        "codes": [
            [
                each.assigned.sequence,
                each.assigned.code_system,
                each.assigned.code,
                each.assigned.poa,
                each.decision.pk,
                [[quote.note.text_sha256, quote.begin, quote.end] for quote in each.quotes],
            ]
            for each in codes
        ],
        "decisions": [
            [row.pk, row.act, row.suggested_code, row.final_code, row.reason, row.comment, row.decided_at.timestamp()]
            for row in decisions
        ],
        "findings": [[each.rule, each.severity, list(each.codes), each.sentence] for each in found],
        "notes": [[note.source_id, note.version, note.text_sha256] for note in notes],
        "runs": [[run.pk, str(run.model_version), run.prompt_version, run.input_sha256] for run in runs],
    }
