"""From counters to rates, percentiles and lines, against counts made by hand."""

from __future__ import annotations

from math import inf

import pytest

from inference.llm.telemetry import QueueSample, Sample, Telemetry, Worker
from review.reports import hour, meters
from review.reports.meters import BINS
from tests.serving import snapshot

NOON = 1_800_000_000.0
BOUNDS = (0.1, 1.0, 10.0, inf)


def sample(at: float, *, tokens: int = 0, person: tuple[int, ...] = (0, 0, 0, 0), in_flight: int = 0) -> Sample:
    return Sample(NOON + at, (in_flight, 0), (0, 0), (4 * tokens, tokens, tokens), (person, (0, 0, 0, 0)))


def worker(*samples: Sample, name: str = "one", silent: bool = False) -> Worker:
    return Worker(name, None if silent else snapshot(), BOUNDS, samples)


def test_rates_are_over_the_last_minute_and_add_up_over_workers() -> None:
    slow = worker(sample(-200), sample(-50, tokens=900_000), sample(-40, tokens=900_100), name="slow")
    fast = worker(sample(-50), sample(-30, tokens=1000), name="fast")
    said = Telemetry(True, (slow, fast), (), NOON)
    # slow: 900,100 tokens in 160 s; fast: 1,000 in 20 s.
    assert meters.now(said).generated_per_second == pytest.approx(900_100 / 160 + 50)


def test_a_counter_that_fell_belongs_to_a_worker_that_began_anew() -> None:
    steps = meters.steps_of(worker(sample(0, tokens=500), sample(10, tokens=30)))
    assert steps[0].tokens == (120, 30, 30)


def test_the_cache_share_is_of_prompt_tokens() -> None:
    said = Telemetry(True, (worker(sample(-20), sample(-10, tokens=25)),), (), NOON)
    assert meters.now(said).cache_hit == 0.25


@pytest.mark.parametrize(
    ("share", "seconds"),
    [(0.5, 0.1), (0.75, 0.55), (1.0, 1.0)],
    ids=["half at the end of a bucket", "within a bucket", "all"],
)
def test_quantiles_lie_straight_between_the_ends_of_a_bucket(share: float, seconds: float) -> None:
    assert meters.quantile({0.1: 10, 1.0: 10, 10.0: 0, inf: 0}, share) == pytest.approx(seconds)


def test_beyond_the_last_bucket_a_quantile_is_at_least_its_end() -> None:
    assert meters.quantile({0.1: 0, 10.0: 0, inf: 4}, 0.5) == 10.0
    assert meters.quantile({0.1: 0, inf: 0}, 0.5) is None


def test_cumulative_buckets_are_counted_once() -> None:
    said = Telemetry(True, (worker(sample(-20), sample(-10, person=(1, 3, 3, 4))),), (), NOON)
    assert meters.now(said).latency[0].requests == 4


def test_the_worst_breaker_that_any_worker_reports_is_shown() -> None:
    one, two = Worker("one", snapshot()), Worker("two", snapshot(breaker="open"))
    (server,) = meters.servers((one, two))
    assert (server.breaker, server.ok, server.failed, server.models) == ("open", 14, 2, ("b",))


def test_a_silent_worker_counts_in_the_hour_but_not_now() -> None:
    gone = worker(sample(-300, in_flight=5), silent=True)
    said = Telemetry(True, (gone,), (), NOON)
    assert meters.now(said).workers == ()
    line = hour.series(said)["in_flight"]["person"]
    assert line[BINS - 1 - 10] == 5
    assert [value for value in line if value is not None] == [5]


def test_lines_have_a_place_for_each_half_minute_and_gaps_where_nobody_spoke() -> None:
    queue = (QueueSample(NOON - 3000, 1, 20), QueueSample(NOON - 1, 0, 15), QueueSample(NOON - 4000, 9, 9))
    series = hour.series(Telemetry(True, (), queue, NOON))
    assert series["minutes"][0] == -59.5
    assert series["minutes"][-1] == 0
    assert series["queue"]["backlog"][-1] == 15
    assert [value for value in series["queue"]["person"] if value is not None] == [1, 0]
    assert {len(line) for plot in ("queue", "in_flight", "latency", "tokens") for line in series[plot].values()} == {
        BINS
    }
