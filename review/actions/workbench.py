"""Each person's arrangement of the screen, notes read, time spent, and what an admin sets for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from review.actions.base import audit
from review.actions.errors import InvalidInputError
from review.keys import USUAL, problem
from review.keys import keys as all_keys
from review.models import Chart, ChartTime, Note, NoteRead, User, Workbench, WorkbenchPolicy
from review.permissions import check, check_can_read_charts

MOST_BLIND = 0.5
# A page reports every twenty seconds; one that was asleep cannot claim more than this at once.
LONGEST_BEAT = timedelta(seconds=60)


def policy() -> WorkbenchPolicy:
    """What counts now; a row that is not stored as long as nobody has set anything."""
    return WorkbenchPolicy.objects.order_by("-pk").first() or WorkbenchPolicy()


@transaction.atomic
def set_policy(*, by: User, blind_share: float, hide_money: bool) -> WorkbenchPolicy:
    """Set the share of blind charts (0 to 0.5) and whether money is hidden until all is decided."""
    check(by, "run_the_system")
    if not 0 <= blind_share <= MOST_BLIND:
        raise InvalidInputError("The share of blind charts is between 0% and 50%.", field="blind_share")
    row = WorkbenchPolicy.objects.create(blind_share=blind_share, hide_money=hide_money)
    audit("workbench.policy_set", by=by, blind_share=blind_share, hide_money=hide_money)
    return row


def hides_money(person: User) -> bool:
    """The person's own switch, else the policy."""
    own = Workbench.objects.filter(person=person).values_list("hide_money", flat=True).first()
    return policy().hide_money if own is None else own


@transaction.atomic
def hide_money(*, by: User, hide: bool) -> None:
    """Turn one's own switch."""
    check_can_read_charts(by)
    Workbench.objects.update_or_create(person=by, defaults={"hide_money": hide})
    audit("workbench.money_switched", by=by, hide=hide)


def keys(person: User) -> dict[str, str]:
    """Act → key of this person."""
    return all_keys(Workbench.objects.filter(person=person).values_list("keys", flat=True).first() or {})


@transaction.atomic
def set_keys(*, by: User, chosen: Mapping[str, str]) -> None:
    """Change keys; acts that are not named get their usual ones back. `InvalidInputError` says what collides."""
    check_can_read_charts(by)
    wanted = all_keys({name: key.strip() for name, key in chosen.items()})
    if sentence := problem({**wanted, **{name: key for name, key in chosen.items() if name not in wanted}}):
        raise InvalidInputError(sentence)
    different = {name: key for name, key in wanted.items() if key != USUAL[name]}
    Workbench.objects.update_or_create(person=by, defaults={"keys": different})


def end_guide(*, by: User) -> None:
    """The guided first chart is over for this person: finished, or wished away. Twice is as good as once."""
    check(by, "code_charts")
    Workbench.objects.update_or_create(person=by, defaults={"guided_at": timezone.now()})


def begin_guide(*, by: User) -> None:
    """Show the guide again, from this person's next page of a chart on."""
    check(by, "code_charts")
    Workbench.objects.update_or_create(person=by, defaults={"guided_at": None})


def read_note(note: Note, *, by: User) -> None:
    """Remember that a person has read a note. Twice is as good as once; opening is audited, not this."""
    check_can_read_charts(by)
    NoteRead.objects.get_or_create(person=by, note=note)


@transaction.atomic
def spend(chart: Chart, *, by: User, seconds: int) -> int:
    """Add active seconds on a chart and return their sum. Never more than have passed since the last addition."""
    check_can_read_charts(by)
    now = timezone.now()
    row, created = ChartTime.objects.select_for_update().get_or_create(
        chart=chart, person=by, defaults={"last_at": now}
    )
    passed = LONGEST_BEAT if created else min(LONGEST_BEAT, now - row.last_at)
    row.seconds += min(max(seconds, 0), round(passed.total_seconds()))
    row.last_at = now
    row.save(update_fields=["seconds", "last_at"])
    return row.seconds


@transaction.atomic
def stay_awake(chart: Chart, *, by: User) -> bool:
    """Renew the lease of a person who is at work on a chart that they hold; False when they do not hold it."""
    now = timezone.now()
    held = Chart.objects.filter(pk=chart.pk, status=Chart.Status.READY, claimed_by=by, claim_expires_at__gt=now)
    return bool(held.update(claim_expires_at=now + settings.CODER_LEASE))
