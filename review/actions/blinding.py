"""Blind control charts: a share is coded once without suggestions, so that the model's recall is measured on
people whom it could not sway.
"""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.utils import timezone

from review.actions import deciding, expecting, proposals
from review.actions.base import audit, locked, touch
from review.actions.claiming import hold_lease
from review.actions.errors import ConflictError, InvalidInputError
from review.actions.workbench import policy
from review.models import BlindReading, Chart, Decision, Suggestion, User
from review.permissions import check_can_code

LIKELY = ("HIGH", "MEDIUM")


def is_drawn(public_id: object, share: float) -> bool:
    """Whether a chart is among the share; the same chart always gives the same answer for the same share.

    A hash of its own ("blind"), so that the draw is independent of others made from the same identifier.
    """
    return _number("blind", public_id) < share * 2**64


def _number(what: str, public_id: object) -> int:
    """From 0 to 2⁶⁴ - 1, by chance as far as anybody can tell."""
    return int.from_bytes(hashlib.sha256(f"{what} {public_id}".encode()).digest()[:8])


def draw(chart: Chart) -> bool:
    """Make a chart blind when it is drawn; inside the caller's transaction, as its suggestions are stored.

    A chart that anybody has opened or decided on stays as it is: its suggestions may have been seen.
    """
    if not chart.blind and _draws(chart):
        Chart.objects.filter(pk=chart.pk).update(blind=True)
        chart.blind = True
        audit("chart.blinded", by=None, chart=chart, share=policy().blind_share)
    if chart.hides_suggestions:
        _conceal(chart)
    return chart.blind


def _draws(chart: Chart) -> bool:
    share = policy().blind_share
    if not share or not is_drawn(chart.public_id, share):
        return False
    return not (chart.decisions.exists() or chart.audit_events.filter(event="chart.opened").exists())


def _conceal(chart: Chart) -> None:
    """Let the worklist's columns tell nothing of the suggestions, neither in a row nor by the row's place.

    The place is drawn by the chart's identifier, so that blind charts are neither the first nor the last to be coded.
    """
    values = {
        **proposals.worklist_columns([]),
        **expecting.columns(chart),
        "confidence": _number("place", chart.public_id) / 2**64,
    }
    Chart.objects.filter(pk=chart.pk).update(**values)
    for name, value in values.items():
        setattr(chart, name, value)


@transaction.atomic
def show(chart: Chart, *, by: User) -> BlindReading:
    """Save the coder's own list and show the suggestions.

    What the coder found that is also suggested counts as accepted from here on, with the addition undone in the
    log: the suggestion was right. Raises `ConflictError` when they are shown already.
    """
    check_can_code(by)
    chart = locked(chart)
    hold_lease(chart, by=by)
    if not chart.hides_suggestions:
        raise ConflictError("The suggestions of this chart are shown already.")
    own = list(chart.assigned_codes.select_related("decision"))
    if not own:
        raise InvalidInputError("Save your own list first: it has no code yet.", field="codes")
    pending = chart.suggestions.filter(state=Suggestion.State.PENDING)
    by_code = {(each.code_system, each.code): each for each in pending if each.band in LIKELY}
    codes = [(each.code_system, each.code) for each in own]
    reading = BlindReading.objects.create(
        chart=chart,
        coder=by,
        codes=codes,
        own=len(codes),
        suggested=len(by_code),
        shared=sum(code in by_code for code in codes),
    )
    suggestions = list(chart.suggestions.exclude(state=Suggestion.State.WITHDRAWN))
    touch(chart, blind_shown_at=timezone.now(), **proposals.worklist_columns(suggestions))
    _adopt(chart, by, {(each.code_system, each.code): each for each in pending})
    expecting.expect(chart)
    audit(
        "chart.suggestions_shown",
        by=by,
        chart=chart,
        own=reading.own,
        suggested=reading.suggested,
        shared=reading.shared,
    )
    return reading


def _adopt(chart: Chart, by: User, pending: dict[tuple[str, str], Suggestion]) -> None:
    """Let the coder's own codes that are suggested rest on the suggestion, each in its place with all that it says."""
    for assigned in chart.assigned_codes.select_related("decision"):
        suggestion = pending.get((assigned.code_system, assigned.code))
        if suggestion and assigned.decision.act == Decision.Act.ADD:
            deciding.adopt(assigned, suggestion, by=by)
