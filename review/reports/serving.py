"""What the database says of the charts on their way through the model: bounded reads, whatever the backlog."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inference.llm import telemetry
from inference.llm.wire import Lane
from inference.models import InferenceRun
from review.models import Chart, ShadowRun
from review.reports.operations import COUNTED as FEW
from review.reports.operations import failed

COUNTED = 100_000  # a longer queue is said to be longer, not counted
RUNS = 1_000


@dataclass(frozen=True, slots=True)
class LaneDepth:
    """Charts of one lane that wait for suggestions, and since when the first of them does."""

    lane: str
    charts: int
    oldest: datetime | None

    @property
    def text(self) -> str:
        return f"{self.charts:,}" if self.charts <= COUNTED else f"over {COUNTED:,}"


@dataclass(frozen=True, slots=True)
class Depth:
    """The queue: charts that a person looks at, all others, and those that a worker holds right now."""

    person: LaneDepth
    backlog: LaneDepth
    in_hand: int


@dataclass(frozen=True, slots=True)
class Fallbacks:
    """Of the last runs, how many the built-in coder answered because the model server was away."""

    runs: int
    by_fallback: int


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Charts that were given up on: the newest of them, and how many there are up to a bound."""

    charts: list[Chart]
    count: int

    @property
    def text(self) -> str:
        return f"{self.count:,}" if self.count <= FEW else f"over {FEW:,}"


@dataclass(frozen=True, slots=True)
class Shadows:
    """Charts drawn for the challenger: still due, and given up on."""

    due: int
    failed: int


def depth() -> Depth:
    """Five small queries over the partial index of charts that wait."""
    in_hand = Chart.objects.filter(status=Chart.Status.SUGGESTING)[: COUNTED + 1].count()
    return Depth(_lane(Lane.PERSON), _lane(Lane.BACKLOG), in_hand)


def _lane(lane: Lane) -> LaneDepth:
    waiting = Chart.objects.filter(status=Chart.Status.RECEIVED, person_waiting=lane == Lane.PERSON)
    # Charts are numbered as they come in, so the first by number is the oldest; the index has no time.
    oldest = waiting.order_by("pk").values_list("received_at", flat=True).first()
    return LaneDepth(lane, waiting.order_by()[: COUNTED + 1].count(), oldest)


def sample_queue() -> None:
    """Note the depth of the queue for the plot, when it is time to. Whoever runs regularly calls this."""
    if telemetry.queue_due():
        found = depth()
        telemetry.record_queue(person=found.person.charts, backlog=found.backlog.charts)


def last_run() -> InferenceRun | None:
    """The last run that answered for a chart; a challenger's does not."""
    runs = InferenceRun.objects.filter(shadow=False).select_related("model_version")
    return runs.order_by("-pk").first()


def fallbacks() -> Fallbacks:
    flags = list(InferenceRun.objects.filter(shadow=False).order_by("-pk").values_list("fallback", flat=True)[:RUNS])
    return Fallbacks(len(flags), sum(flags))


def dead_letters() -> DeadLetters:
    count = Chart.objects.filter(status=Chart.Status.FAILED)[: FEW + 1].count()
    return DeadLetters(failed() if count else [], count)


def shadows() -> Shadows:
    due = ShadowRun.objects.filter(run__isnull=True, error="")[: FEW + 1].count()
    return Shadows(due, ShadowRun.objects.exclude(error="")[: FEW + 1].count())
