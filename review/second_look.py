"""The life of a second look as data: which status may follow which, and by what action."""

from __future__ import annotations

from review.models import ChartAudit

S = ChartAudit.Status

AUDIT_TRANSITIONS: dict[tuple[ChartAudit.Status, str], ChartAudit.Status] = {
    (S.DRAWN, "take"): S.IN_REVIEW,
    (S.IN_REVIEW, "give_back"): S.DRAWN,
    (S.IN_REVIEW, "confirm"): S.FINISHED,  # no difference: the coder has nothing to answer
    (S.IN_REVIEW, "return"): S.RETURNED,
    (S.RETURNED, "agree"): S.AGREED,
    (S.RETURNED, "rebut"): S.REBUTTED,
    (S.AGREED, "finish"): S.FINISHED,
    (S.REBUTTED, "finish"): S.FINISHED,
    (S.REBUTTED, "escalate"): S.ESCALATED,
    (S.ESCALATED, "decide"): S.DECIDED,
}


def target(status: ChartAudit.Status | str, action: str) -> ChartAudit.Status | None:
    """The status that `action` leads to from `status`, or None when it is not possible."""
    return AUDIT_TRANSITIONS.get((S(status), action))


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> drawn"]
    lines += [f"    {status} --> {after}: {name}" for (status, name), after in AUDIT_TRANSITIONS.items()]
    return "\n".join([*lines, "    finished --> [*]", "    decided --> [*]"])
