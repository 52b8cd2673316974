"""What Prometheus reads: the queue and the charts from the database, the requests from the workers' telemetry.

Names and numbers only; labels are lanes, statuses, results, workers, servers and adapters, never a chart or a person.
Counters are each worker's own since it started, so `sum without (worker) (rate(…))` is right across restarts.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any

from prometheus_client import generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from inference import routing
from inference.llm import telemetry
from inference.llm.telemetry import LANES, TOKENS, Telemetry
from inference.models import Adapter
from review.reports import meters, operations, serving
from review.reports.meters import BREAKERS, RESULTS

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def text() -> bytes:
    """The whole page, in the text format of Prometheus."""
    return generate_latest(ServingCollector())


class ServingCollector:
    """Reads everything once for each scrape: a dozen small queries, however many charts and workers there are."""

    def collect(self) -> Iterator[Metric]:
        said = telemetry.read()
        yield from _charts()
        yield from _routing()
        yield from _workers(said)
        yield from _gauges(said)
        yield from _counters(said)
        yield _latency(said)


def _gauge(name: str, what: str, label: str, values: dict[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, what, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _charts() -> Iterator[Metric]:
    depth = serving.depth()
    lanes = (depth.person, depth.backlog)
    yield _gauge(
        "medcode_queue_depth",
        f"Charts that wait for suggestions, by who waits; counted up to {serving.COUNTED}.",
        "lane",
        {each.lane: each.charts for each in lanes},
    )
    yield _gauge(
        "medcode_queue_oldest_timestamp_seconds",
        "When the chart that waits longest came in; absent while none waits.",
        "lane",
        {each.lane: each.oldest.timestamp() for each in lanes if each.oldest},
    )
    yield _gauge(
        "medcode_charts",
        f"Charts by status; counted up to {operations.COUNTED}.",
        "status",
        {each.status: each.count for each in operations.by_status()},
    )
    runs = serving.fallbacks()
    yield GaugeMetricFamily(
        "medcode_fallback_ratio",
        f"Of the last {serving.RUNS} runs, the share that the built-in coder answered for a server that was away.",
        runs.by_fallback / runs.runs if runs.runs else 0.0,
    )


def _routing() -> Iterator[Metric]:
    choice = routing.current()
    yield _gauge("medcode_engine", "1 for the engine that is asked for charts.", "engine", {choice.engine: 1})
    family = GaugeMetricFamily(
        "medcode_adapter", "1 for an adapter in use, 0 for one that is only registered.", labels=["adapter", "purpose"]
    )
    used = {choice.coding_adapter, choice.cdi_adapter}
    for adapter in Adapter.objects.all():
        family.add_metric([adapter.name, adapter.purpose], float(adapter in used))
    yield family


def _workers(said: Telemetry) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "medcode_telemetry_up", "1 while the cache answers in which workers report.", float(said.reachable)
    )
    yield GaugeMetricFamily("medcode_coder_workers", "Workers that report.", len(said.live))
    breaker = GaugeMetricFamily(
        "medcode_server_breaker", "1 for the state of the server's circuit breaker.", labels=["server", "state"]
    )
    for server in meters.servers(said.live):
        for state in BREAKERS:
            breaker.add_metric([server.url, state], float(server.breaker == state))
    yield breaker


def _gauges(said: Telemetry) -> Iterator[Metric]:
    for part, what in (("in_flight", "Requests at a model server"), ("waiting", "Requests that wait for a place")):
        family = GaugeMetricFamily(f"medcode_llm_{part}", f"{what}.", labels=["worker", "lane"])
        for name, lane, value in _numbers(said, part, LANES):
            family.add_metric([name, lane], value)
        yield family


def _counters(said: Telemetry) -> Iterator[Metric]:
    requests = CounterMetricFamily(
        "medcode_llm_requests", "Requests by how they ended; retried counts attempts.", labels=["worker", "result"]
    )
    for name, result, value in _numbers(said, "requests", RESULTS):
        requests.add_metric([name, result], value)
    yield requests
    tokens = CounterMetricFamily(
        "medcode_llm_tokens",
        "Tokens: of prompts, those of them that the prefix cache held, and generated.",
        labels=["worker", "kind"],
    )
    for name, kind, value in _numbers(said, "tokens", TOKENS):
        tokens.add_metric([name, kind], value)
    yield tokens


def _numbers(said: Telemetry, part: str, keys: tuple[str, ...]) -> Iterator[tuple[str, str, float]]:
    for worker in said.live:
        values = (worker.snapshot or {}).get(part, {})
        yield from ((worker.name, key, float(values.get(key, 0))) for key in keys)


def _latency(said: Telemetry) -> HistogramMetricFamily:
    family = HistogramMetricFamily(
        "medcode_llm_request_duration_seconds",
        "Seconds that a caller waited for an answer, with the wait for a place and all retries.",
        labels=["worker", "lane"],
    )
    for worker in said.live:
        for lane in LANES:
            found: dict[str, Any] = (worker.snapshot or {}).get("latency", {}).get(lane, {})
            if found.get("buckets"):
                family.add_metric([worker.name, lane], _buckets(found["buckets"]), float(found.get("sum", 0.0)))
    return family


def _buckets(named: dict[str, int]) -> list[tuple[str, float]]:
    """In ascending order, as the format demands, and ending with +Inf."""
    ordered = sorted(named.items(), key=lambda item: float(item[0]))
    return [("+Inf" if float(label) == inf else label, float(count)) for label, count in ordered]
