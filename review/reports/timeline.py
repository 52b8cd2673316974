"""What happened to a chart, in order: who did what when, and which model answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inference.models import InferenceRun
from medcode.codebook.snapshot import dotted
from review.models import AuditEvent, Chart, ChartAudit, RejectReason, Role, User

MOST = 2000
# Group → what the tab on the page says.
GROUPS = {
    "": "Everything",
    "model": "Model",
    "decision": "Decisions",
    "chart": "Chart",
    "audit": "Second look",
    "access": "Access",
}
ACCESS = frozenset({"chart.opened", "packet.opened", "chart.claimed", "chart.released"})
SENTENCES: dict[str, str] = {
    "chart.received": "Came in",
    "chart.amended": "Was amended by its source",
    "chart.patient_identified": "Patient identified",
    "chart.release_renewed": "Moved to another release of the code set",
    "chart.claimed": "Claimed",
    "chart.released": "Given back to the worklist",
    "chart.opened": "Opened",
    "chart.held": "Put on hold",
    "chart.resumed": "Taken off hold",
    "chart.retried": "Sent for suggestions again",
    "chart.suggesting_gave_up": "Suggesting failed",
    "chart.finalized": "Made final",
    "code.moved": "Moved a code",
    "code.poa_set": "Set POA",
    "packet.opened": "Opened the evidence packet",
    "second_look.take": "Began a second look",
    "second_look.give_back": "Gave the second look back",
    "second_look.confirm": "Confirmed the coding in a second look",
    "second_look.return": "Returned findings to the coder",
    "second_look.agree": "Agreed with the findings",
    "second_look.rebut": "Rebutted findings",
    "second_look.finish": "Finished the second look",
    "second_look.escalate": "Escalated to the supervisor",
    "second_look.decide": "Decided the escalated findings",
    "second_look.answered": "Answered a finding",
    "second_look.ruled": "Ruled on a rebuttal",
    "second_look.code_changed": "Changed a code on the worksheet",
    "second_look.code_removed": "Took a code off on the worksheet",
    "second_look.code_restored": "Went back to the coder’s code",
    "second_look.code_added": "Added a code on the worksheet",
    "second_look.code_dropped": "Dropped an added code on the worksheet",
    "second_look.code_moved": "Moved a code on the worksheet",
    "second_look.code_poa_set": "Set POA on the worksheet",
    "second_look.code_explained": "Explained a finding",
    "double_coding.taken": "Began to code again, blind",
    "double_coding.submitted": "Submitted the blind coding",
    "double_coding.adjudicated": "Adjudicated the two codings",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `person` is empty when the system itself acted; `detail` holds codes and counts, never note text."""

    at: datetime
    group: str
    what: str
    person: str = ""
    detail: str = ""
    code: str = ""


def groups_for(chart: Chart, user: User) -> dict[str, str]:
    """What this person may see. A second look is its own people's matter, and no coder's before it is returned."""
    unreturned = [ChartAudit.Status.DRAWN, ChartAudit.Status.IN_REVIEW]
    own = chart.finalized_by_id == user.pk and not chart.second_looks.filter(status__in=unreturned).exists()
    if own or user.role in (Role.AUDITOR, Role.SUPERVISOR):
        return GROUPS
    return {key: label for key, label in GROUPS.items() if key != "audit"}


def timeline(chart: Chart, group: str = "") -> list[Entry]:
    """Everything on record about the chart, oldest first, at most the last `MOST` lines of the audit trail.

    A simulated past has decisions and runs but no audit trail, so those are read from their own rows.
    """
    events = list(chart.audit_events.select_related("actor").order_by("-pk")[:MOST])[::-1]
    entries = [*_milestones(chart, events), *_runs(chart, events), *_decisions(chart), *_events(events)]
    entries += _coders_of_audits(chart)
    kept = [entry for entry in entries if group in ("", entry.group)]
    return sorted(kept, key=lambda entry: entry.at)


def _milestones(chart: Chart, events: list[AuditEvent]) -> Iterator[Entry]:
    """What the chart's own columns know, where the trail does not say it."""
    told = {event.event for event in events}
    if "chart.received" not in told:
        yield Entry(chart.received_at, "chart", SENTENCES["chart.received"])
    if chart.finalized_at and "chart.finalized" not in told:
        yield Entry(chart.finalized_at, "chart", SENTENCES["chart.finalized"], _name(chart.finalized_by))


def runs_of(chart: Chart, events: list[AuditEvent] | None = None) -> list[InferenceRun]:
    """Every run over the chart whose answer was shown, oldest first; also those that proposed nothing."""
    if events is None:
        events = list(chart.audit_events.filter(event="chart.suggested"))
    keys = {event.detail.get("run") for event in events if event.event == "chart.suggested"}
    keys |= set(chart.suggestions.values_list("run", flat=True)) | {chart.run_id}
    runs = InferenceRun.objects.filter(pk__in=[key for key in keys if key], shadow=False)
    return list(runs.select_related("model_version", "release").order_by("started_at", "pk"))


def _runs(chart: Chart, events: list[AuditEvent]) -> Iterator[Entry]:
    for run in runs_of(chart, events):
        told = "Read; not shown before the coder’s own list" if chart.hides_suggestions else _suggested(run)
        yield Entry(run.started_at, "model", told, "", run_words(run))


def _suggested(run: InferenceRun) -> str:
    return f"Suggested {run.suggestion_count} codes"


def run_words(run: InferenceRun) -> str:
    """Which model, adapter and prompt answered, over which release, how long it took."""
    model = run.model_version
    words = [str(model)]
    words += [f"base {model.base_model}"] if model.base_model else []
    words += [f"adapter {model.adapter}"] if model.adapter else []
    words += [f"prompt {run.prompt_version}"] if run.prompt_version else []
    words += [str(run.release), f"{run.duration_ms:,} ms", f"run {run.pk}"]
    words += ["the built-in coder stood in for the model server"] if run.fallback else []
    dropped = sum(value for value in run.dropped.values() if isinstance(value, int))
    words += [f"{dropped} proposals refused by checks"] if dropped else []
    return " · ".join(words)


def _decisions(chart: Chart) -> Iterator[Entry]:
    reasons: dict[str, str] = dict(RejectReason.choices)
    for row in chart.decisions.select_related("coder", "undoes"):
        words = [reasons.get(row.reason, ""), row.comment]
        if row.confidence is not None:
            words.append(f"{row.band} {min(99, round(100 * row.confidence))}%")
        words += [row.model_version, f"prompt {row.prompt_version}" if row.prompt_version else ""]
        yield Entry(
            row.decided_at, "decision", row.told, _name(row.coder), " · ".join(filter(None, words)), row.codes_display
        )


def _events(events: list[AuditEvent]) -> Iterator[Entry]:
    for event in events:
        if event.event.startswith("decision.") or event.event == "chart.suggested":
            continue  # told from their own rows, with more to say
        yield Entry(event.at, _group(event.event), _what(event), _name(event.actor), _detail(event), _code(event))


def _group(event: str) -> str:
    if event in ACCESS:
        return "access"
    return "audit" if event.startswith(("second_look.", "double_coding.")) else "chart"


def _what(event: AuditEvent) -> str:
    return SENTENCES.get(event.event) or event.event.replace("_", " ").replace(".", ": ").capitalize()


def _code(event: AuditEvent) -> str:
    system = str(event.detail.get("system", "ICD-10-CM"))
    before, after = (str(event.detail.get(name) or "") for name in ("coder_code", "code"))
    shown = [dotted(code, system) for code in dict.fromkeys(code for code in (before, after) if code)]
    return " → ".join(shown)


Worded = Callable[[Any], str]
DETAILS: dict[str, Worded] = {
    "codes": lambda value: f"{value} codes",
    "notes": lambda value: f"{value} new or changed notes" if value else "",
    "retracted": lambda value: f"{value} notes withdrawn" if value else "",
    "encounter": lambda value: f"encounter: {', '.join(value)}" if value else "",
    "medications": lambda value: "medications changed" if value else "",
    "labs": lambda value: "labs changed" if value else "",
    "acknowledged": lambda value: f"warnings seen: {', '.join(value)}",
    "poa": lambda value: f"POA {value}" if value else "POA cleared",
    "to": lambda value: f"to place {value}",
    "answer": str,
    "ruling": str,
    "hash": lambda value: f"content {str(value)[:12]}…",
}


def _detail(event: AuditEvent) -> str:
    words = (worded(event.detail[name]) for name, worded in DETAILS.items() if name in event.detail)
    return " · ".join(filter(None, words))


def _coders_of_audits(chart: Chart) -> Iterator[Entry]:
    """When the chart was drawn for a second look: the trail has it once for the whole sample."""
    for look in ChartAudit.objects.filter(chart=chart).select_related("sample__drawn_by"):
        yield Entry(
            look.drawn_at,
            "audit",
            "Drawn for a second look",
            _name(look.sample.drawn_by),
            f"sample “{look.sample.name}”",
        )


def _name(user: User | None) -> str:
    return user.display_name if user else ""
