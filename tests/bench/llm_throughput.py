"""Charts a second through the coder worker, beside a bare asyncio client that sends the very same requests.

    PYTHONPATH=. python tests/bench/llm_throughput.py [--latency 4] [--in-flight 64] [--charts 384] [--rounds 2]

The server is the tests' fake one, in a process of its own, with a fixed latency. One round: all charts through the
worker, from RECEIVED in PostgreSQL to READY with suggestions; then the bodies that the server saw, once more, from an
aiohttp loop that does nothing else. Then how long a chart takes that a person waits for: alone, and under a backlog.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from itertools import cycle, islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

NOTES = Path(__file__).parents[1] / "data" / "notes.jsonl"
LOOK, GLANCE = 0.2, 0.02  # seconds between two looks at the rows: of many charts, of one
PEOPLE = 20  # charts that a person waits for, in each measurement


def serve(latency: float, pipe: Connection) -> None:
    """The server's process: says its address, then hands over what it has seen when asked."""
    from tests.fake_llm import FakeLlm
    from tests.llm_answers import obliging

    with FakeLlm() as fake:
        fake.latency = latency
        fake.answer = obliging
        pipe.send(fake.url)
        while pipe.recv() == "requests":
            pipe.send(fake.requests)
            fake.calls.clear()


@contextmanager
def server(latency: float) -> Iterator[tuple[str, Connection]]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(latency, theirs), daemon=True)
    process.start()
    yield ours.recv(), ours
    ours.send("stop")
    process.join(10)


def prepare() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_codes", "packaged", verbosity=0)


def receive(count: int, *, person: bool = False) -> list[int]:
    """New charts from the invented notes of the tests."""
    from review.actions import receiving
    from review.models import Chart
    from tests.factories import incoming

    texts = [json.loads(line)["text"] for line in NOTES.read_text(encoding="utf-8").splitlines()]
    source = f"bench {time.time_ns()}"  # the rows of an earlier run stay where they are
    sent = [incoming(text, source=source) for text in islice(cycle(texts), count)]
    keys = [receiving.receive(each, by=None).chart.pk for each in sent]
    Chart.objects.filter(pk__in=keys).update(person_waiting=person)
    return keys


def wait(keys: list[int]) -> None:
    from review.models import Chart

    while Chart.objects.filter(pk__in=keys, status__in=["received", "suggesting"]).exists():
        time.sleep(LOOK if len(keys) > 1 else GLANCE)
    assert not Chart.objects.filter(pk__in=keys, status="failed").exists(), "charts failed: the figures mean nothing"


@contextmanager
def worker(in_flight: int) -> Iterator[None]:
    from inference.llm import session
    from review.coder_worker import CoderWorker, Room

    async def make() -> CoderWorker:
        return CoderWorker(session.client(), Room(in_flight, min(8, in_flight - 1)), "bench")

    working = session.run(make())
    done: Future[None] = asyncio.run_coroutine_threadsafe(working.run(), session.loop())
    try:
        yield
    finally:
        session.loop().call_soon_threadsafe(working.stop)
        done.result(60)


async def bare(url: str, bodies: list[dict[str, Any]], in_flight: int) -> float:
    """Seconds for the same requests, answers read and parsed, nothing else done."""
    import aiohttp

    places = asyncio.Semaphore(in_flight)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:

        async def ask(body: dict[str, Any]) -> None:
            async with places, http.post(f"{url}/v1/chat/completions", json=body) as answer:
                await answer.json()

        begun = time.perf_counter()
        await asyncio.gather(*(ask(body) for body in bodies))
        return time.perf_counter() - begun


def one_round(url: str, pipe: Connection, charts: int, in_flight: int) -> tuple[float, float, int]:
    """Seconds through the worker, seconds of the bare client, and how many requests it were."""
    keys = receive(charts)
    begun = time.perf_counter()
    with worker(in_flight):
        wait(keys)
        ours = time.perf_counter() - begun
    pipe.send("requests")
    bodies = pipe.recv()
    theirs = asyncio.run(bare(url, bodies, in_flight - min(8, in_flight - 1)))
    pipe.send("requests")
    pipe.recv()
    return ours, theirs, len(bodies)


def waits(count: int, backlog: int = 0) -> list[float]:
    """Seconds from RECEIVED to READY of charts that a person waits for, one after the other.

    Before each one the backlog is filled up, so that it never runs dry meanwhile.
    """
    from review.models import Chart

    found = []
    for _ in range(count):
        if Chart.objects.filter(status="received").count() < backlog:
            receive(backlog)
        begun = time.perf_counter()
        wait(receive(1, person=True))
        found.append(time.perf_counter() - begun)
    return sorted(found)


def interactive(in_flight: int) -> tuple[float, float]:
    """The 95th percentile alone, and under a full backlog."""
    from review.models import Chart

    with worker(in_flight):
        idle = waits(PEOPLE)
        busy = waits(PEOPLE, backlog=in_flight * 8)
        Chart.objects.filter(status="received").update(status="failed")
    return idle[int(0.95 * PEOPLE) - 1], busy[int(0.95 * PEOPLE) - 1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--latency", type=float, default=4.0, help="seconds the server takes for each request")
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--charts", type=int, default=384)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--engine", choices=["vllm", "ensemble"], default="ensemble")
    options = parser.parse_args()
    with server(options.latency) as (url, pipe):
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "medcode.settings",
            "VLLM_URL": url,
            "VLLM_IN_FLIGHT": str(options.in_flight),
            "CODER_ENGINE": options.engine,
            "CODER_FALLBACK": "0",
        }
        prepare()
        one_round(url, pipe, options.in_flight // 4, options.in_flight)  # loads the dictionary and the index
        rounds = [one_round(url, pipe, options.charts, options.in_flight) for _ in range(options.rounds)]
        for ours, theirs, requests in rounds:
            print(
                f"{options.charts} charts, {requests} requests: worker {ours:.1f} s "
                f"({options.charts / ours:.1f} charts/s), bare client {theirs:.1f} s, ratio {theirs / ours:.2f}"
            )
        print(f"median ratio {statistics.median(theirs / ours for ours, theirs, _ in rounds):.2f}")
        idle, busy = interactive(options.in_flight)
        print(f"a person waits (p95): {idle:.2f} s alone, {busy:.2f} s under full backlog: {busy / idle:.2f} times")


if __name__ == "__main__":
    main()
