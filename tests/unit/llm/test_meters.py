"""What the client counts, as it is published."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from inference.llm.client import Client
from inference.llm.errors import BadAnswerError, RequestRefusedError, ServerAwayError
from inference.llm.meters import Histogram
from inference.llm.wire import Lane
from tests.fake_llm import FakeLlm, Reply
from tests.unit.llm.asking import config, question, using


def test_every_end_of_a_question_is_counted(fake: FakeLlm) -> None:
    async def scenario(client: Client) -> None:
        await client.models()
        await client.ask(question(), Lane.PERSON)
        fake.fail_next(1, 500)
        await client.ask(question())
        fake.fail_next(1, 400)
        with pytest.raises(RequestRefusedError):
            await client.ask(question())
        fake.fail_next(1, 401)
        with pytest.raises(ServerAwayError):
            await client.ask(question())
        fake.answer = lambda _: Reply(raw=b"{}")
        with pytest.raises(BadAnswerError):
            await client.ask(question())

        snapshot = client.meters.snapshot()
        assert json.loads(json.dumps(snapshot, allow_nan=False)) == snapshot
        assert datetime.fromisoformat(snapshot["at"]).tzinfo
        assert snapshot["requests"] == {"ok": 2, "retried": 2, "refused": 1, "away": 1, "bad": 1}
        assert snapshot["tokens"] == {"prompt": 18, "cached": 0, "completion": 4}
        assert [snapshot["latency"][lane]["count"] for lane in ("person", "backlog")] == [1, 1]
        assert snapshot["in_flight"] == snapshot["waiting"] == {"person": 0, "backlog": 0}
        assert snapshot["servers"] == [
            {
                "url": fake.url.removeprefix("http://"),
                "breaker": "closed",
                "in_flight": 0,
                "ok": 5,
                "failed": 2,
                "models": ["base"],
            }
        ]

    using(config(fake), scenario)


def test_a_bucket_counts_all_that_is_at_most_its_bound() -> None:
    histogram = Histogram()
    for seconds in (0.01, 0.1, 0.11, 119.0, 500.0):
        histogram.observe(seconds)
    snapshot = histogram.snapshot()
    assert snapshot["count"] == 5
    assert snapshot["sum"] == pytest.approx(619.22)
    buckets = snapshot["buckets"]
    assert (buckets["0.05"], buckets["0.1"], buckets["0.25"], buckets["60"]) == (1, 2, 3, 3)
    assert (buckets["120"], buckets["+Inf"]) == (4, 5)
    assert list(buckets.values()) == sorted(buckets.values())
