"""What workers say of themselves lasts an hour, goes stale in seconds, and may be lost at any time."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from inference.llm import telemetry
from inference.llm.meters import Meters
from inference.llm.wire import Lane, Usage
from review.reports import hour, meters
from tests.serving import cache_away, private_cache, snapshot

NOON = 1_800_000_000.0


@pytest.fixture(autouse=True)
def _own_cache(settings: Any) -> None:
    private_cache(settings)


def test_the_newest_word_of_each_worker_is_read_back() -> None:
    assert telemetry.publish("one", snapshot(in_flight=(1, 2)), now=NOON)
    assert telemetry.publish("two", snapshot(in_flight=(3, 4)), now=NOON)
    said = telemetry.read(now=NOON + 1)
    assert [worker.name for worker in said.live] == ["one", "two"]
    assert meters.now(said).in_flight == {"person": 4, "backlog": 6}


def test_samples_are_ten_seconds_apart_and_an_hour_long() -> None:
    for second in range(0, 2 * telemetry.HOUR, 2):
        if second % 10 < 4:  # every worker speaks several times between two samples
            telemetry.publish("one", snapshot(), now=NOON + second)
    samples = telemetry.read(now=NOON + 2 * telemetry.HOUR).workers[0].samples
    assert len(samples) <= telemetry.LONGEST
    gaps = {round(after.at - before.at) for before, after in pairwise(samples)}
    assert gaps == {telemetry.SPACING}
    assert samples[0].at > NOON + telemetry.HOUR


def test_a_worker_that_was_silent_for_an_hour_is_forgotten() -> None:
    telemetry.publish("one", snapshot(), now=NOON)
    assert telemetry.read(now=NOON + telemetry.HOUR + 1).workers == ()


def test_one_caller_in_ten_seconds_counts_the_queue() -> None:
    assert telemetry.queue_due(now=NOON)
    assert not telemetry.queue_due(now=NOON + 3)
    assert telemetry.queue_due(now=NOON + 10)
    telemetry.record_queue(person=2, backlog=40, now=NOON)
    assert telemetry.read(now=NOON + 1).queue == (telemetry.QueueSample(NOON, 2, 40),)


def test_the_meters_of_the_client_are_understood() -> None:
    counted = Meters()
    telemetry.publish("one", counted.snapshot(), now=NOON)
    counted.answered(Lane.PERSON, 0.2, Usage(prompt=100, cached=60, completion=10))
    telemetry.publish("one", counted.snapshot(), now=NOON + 10)
    found = meters.now(telemetry.read(now=NOON + 11))
    assert found.cache_hit == 0.6
    assert found.generated_per_second == 1.0
    person = found.latency[0]
    assert (person.requests, person.lane) == (1, "person")
    assert person.p50 is not None and 0.1 <= person.p50 <= 0.25


def test_another_edition_with_other_buckets_begins_its_hour_anew() -> None:
    telemetry.publish("one", snapshot(), now=NOON)
    changed = snapshot()
    changed["latency"]["person"]["buckets"] = {"5": 0, "+Inf": 0}
    telemetry.publish("one", changed, now=NOON + 10)
    assert len(telemetry.read(now=NOON + 11).workers[0].samples) == 1


def test_without_redis_nothing_is_known_and_nothing_breaks(settings: Any) -> None:
    cache_away(settings)
    assert not telemetry.publish("one", snapshot())
    assert not telemetry.record_queue(person=1, backlog=1)
    assert not telemetry.queue_due()
    said = telemetry.read()
    assert not said.reachable
    assert meters.now(said).workers == ()
    assert set(hour.series(said)["queue"]["person"]) == {None}
