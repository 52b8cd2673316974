"""The life of a chart as data: which status may follow which, and by what action."""

from __future__ import annotations

from review.models import Chart

S = Chart.Status

CHART_TRANSITIONS: dict[tuple[Chart.Status, str], Chart.Status] = {
    (S.RECEIVED, "claim_for_suggesting"): S.SUGGESTING,
    (S.SUGGESTING, "claim_for_suggesting"): S.SUGGESTING,  # after a dead worker's lease has expired
    (S.SUGGESTING, "store_suggestions"): S.READY,
    (S.SUGGESTING, "retry_later"): S.RECEIVED,
    (S.SUGGESTING, "give_up"): S.FAILED,
    (S.FAILED, "retry"): S.RECEIVED,
    (S.RECEIVED, "amend"): S.RECEIVED,
    (S.SUGGESTING, "amend"): S.RECEIVED,  # the worker's lease is taken away, so what it found is not stored
    (S.READY, "amend"): S.RECEIVED,
    (S.FAILED, "amend"): S.RECEIVED,
    (S.ON_HOLD, "amend"): S.RECEIVED,
    (S.READY, "renew_release"): S.RECEIVED,
    (S.READY, "hold"): S.ON_HOLD,
    (S.ON_HOLD, "resume"): S.READY,
    (S.READY, "finalize"): S.FINAL,
}


def target(status: Chart.Status | str, action: str) -> Chart.Status | None:
    """The status that `action` leads to from `status`, or None when it is not possible."""
    return CHART_TRANSITIONS.get((S(status), action))


def diagram() -> str:
    """The table as a Mermaid state diagram; docs/architecture.md holds its output and a test compares."""
    lines = ["stateDiagram-v2", "    [*] --> received"]
    lines += [f"    {status} --> {after}: {name}" for (status, name), after in CHART_TRANSITIONS.items()]
    return "\n".join([*lines, "    final --> [*]"])
