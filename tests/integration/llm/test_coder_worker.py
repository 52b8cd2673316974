"""The worker against a model server over real sockets, with rows that really commit."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from inference.llm import session
from inference.models import Routing
from review.actions import receiving, suggesting
from review.actions.suggesting import Claimed
from review.coder_worker import CoderWorker, Room
from review.models import Chart
from tests.factories import NOTE, incoming, received
from tests.fake_llm import FakeLlm
from tests.fake_llm_answers import Reply, default_answer

pytestmark = pytest.mark.usefixtures("committed")
S = Chart.Status
POISON = "POISON"


@pytest.fixture
def fake(settings: Any) -> Iterator[FakeLlm]:
    with FakeLlm() as server:
        settings.VLLM_URLS = [server.url]
        settings.VLLM_MODEL = server.model
        settings.VLLM_TIMEOUT = 5.0
        settings.CODER_ENGINE = Routing.Engine.ENSEMBLE
        settings.SUGGEST_LEASE = timedelta(0)  # a failed chart is tried again at once
        session.reset()
        yield server
        session.reset()


class Running:
    """A worker that works in the background until the `with` block ends."""

    def __init__(self, room: Room | None = None) -> None:
        self.room = room or Room(8, 2)

    def __enter__(self) -> CoderWorker:
        async def make() -> CoderWorker:
            return CoderWorker(session.client(), self.room, "test")

        self.worker = session.run(make())
        self.done: Future[None] = asyncio.run_coroutine_threadsafe(self.worker.run(), session.loop())
        return self.worker

    def __exit__(self, *_: object) -> None:
        session.loop().call_soon_threadsafe(self.worker.stop)
        self.done.result(60)


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something that is bound to happen."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def statuses(*charts: Chart) -> list[str]:
    return list(
        Chart.objects.filter(pk__in=[chart.pk for chart in charts]).order_by("pk").values_list("status", flat=True)
    )


def all_ready(*charts: Chart) -> Callable[[], bool]:
    return lambda: set(statuses(*charts)) == {S.READY}


def test_every_chart_is_suggested_and_says_which_model_answered(fake: FakeLlm) -> None:
    charts = [received() for _ in range(5)]
    with Running():
        until(all_ready(*charts))
    chart = Chart.objects.select_related("run__model_version").get(pk=charts[0].pk)
    assert chart.run is not None
    assert chart.run.model_version.engine == "ensemble"
    assert chart.run.model_version.base_model == "base"
    assert chart.run.prompt_version
    assert chart.run.prompt_tokens > 0
    assert not chart.run.fallback
    assert chart.suggestions.filter(code="K219").exists()


def test_celery_leaves_charts_to_the_worker_while_a_server_is_asked(fake: FakeLlm) -> None:
    chart = received()
    assert not suggesting.run(chart.pk)
    assert suggesting.sweep() == 0
    assert statuses(chart) == [S.RECEIVED]


def test_the_built_in_coder_answers_for_a_dead_server_and_the_run_says_so(fake: FakeLlm) -> None:
    fake.stop()
    charts = [received() for _ in range(3)]
    with Running():
        until(all_ready(*charts))
    runs = Chart.objects.values_list("run__fallback", "run__model_version__engine")
    assert set(runs) == {(True, "builtin")}


def test_without_fallback_charts_wait_for_the_server_and_no_attempt_is_counted(fake: FakeLlm, settings: Any) -> None:
    settings.CODER_FALLBACK = False
    fake.stop()
    charts = [received() for _ in range(3)]
    with Running() as worker:
        until(lambda: not worker.client.available or bool(waiting_again(charts)))
        assert S.FAILED not in statuses(*charts)
        fake.start()
        Chart.objects.filter(status=S.RECEIVED).update(suggest_lease_expires_at=None)
        until(all_ready(*charts))
    assert set(Chart.objects.values_list("suggest_attempts", "run__fallback")) == {(1, False)}


def waiting_again(charts: list[Chart]) -> list[int]:
    back = Chart.objects.filter(status=S.RECEIVED, suggest_lease_expires_at__isnull=False)
    return list(back.filter(pk__in=[chart.pk for chart in charts]).values_list("pk", flat=True))


def test_a_server_that_is_killed_and_started_again_loses_no_chart(fake: FakeLlm) -> None:
    fake.hang()
    charts = [received() for _ in range(12)]
    with Running():
        fake.wait_for(lambda server: server.in_flight >= 3)
        fake.stop()
        fake.resume()
        until(lambda: Chart.objects.filter(run__fallback=True).exists())
        fake.start()
        until(all_ready(*charts))
    assert {chart.suggestions.filter(code="K219").count() for chart in Chart.objects.all()} == {1}


@pytest.mark.parametrize(
    "reply",
    [Reply(raw=b'{"error": {"message": "no"}}', status=400), Reply(raw=b'{"choices": []}')],
    ids=["refused", "unreadable"],
)
def test_a_poison_chart_ends_on_the_dead_letter_list_and_the_others_are_done(fake: FakeLlm, reply: Reply) -> None:
    fake.answer = lambda body: reply if POISON in str(body["messages"]) else default_answer(body)
    poison, *others = received(NOTE + POISON), received(), received()
    with Running():
        until(lambda: statuses(poison) == [S.FAILED])
        until(all_ready(*others))
    failed = Chart.objects.get(pk=poison.pk)
    assert failed.suggest_attempts == 3
    assert failed.suggest_error.endswith("Error")


def test_a_chart_that_a_person_waits_for_overtakes_the_backlog(fake: FakeLlm) -> None:
    backlog = [received() for _ in range(6)]
    urgent = received()
    Chart.objects.filter(pk=urgent.pk).update(person_waiting=True)
    fake.latency = 0.1
    with Running(Room(1, 0)):
        until(lambda: statuses(urgent) == [S.READY])
        assert statuses(*backlog).count(S.READY) <= 1
        until(all_ready(*backlog))
    assert not Chart.objects.get(pk=urgent.pk).person_waiting


def test_a_killed_workers_charts_are_taken_over_when_the_lease_ends(fake: FakeLlm) -> None:
    chart = received()
    assert take(chart, timedelta(0))
    with Running():
        until(all_ready(chart))
    assert Chart.objects.get(pk=chart.pk).suggest_attempts == 2


def test_a_stopped_worker_gives_back_what_it_cannot_finish(fake: FakeLlm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.coder_worker.STOP_SECONDS", 0.1)
    fake.hang()
    chart = received()
    with Running():
        fake.wait_for(lambda server: bool(server.requests))
    waiting = Chart.objects.get(pk=chart.pk)
    assert (waiting.status, waiting.suggest_attempts, waiting.suggest_lease) == (S.RECEIVED, 0, None)


def test_what_was_amended_meanwhile_is_read_again(fake: FakeLlm) -> None:
    sent = incoming()
    chart = receiving.receive(sent, by=None).chart
    fake.hang()
    with Running():
        fake.wait_for(lambda server: bool(server.requests))
        newer = incoming(NOTE + "4. Asthma.\n", source=sent.source, source_id=sent.source_id, patient=sent.patient)
        receiving.receive(newer, by=None)
        fake.resume()
        until(all_ready(chart))
    assert chart.suggestions.filter(code__startswith="J45").exclude(state="withdrawn").exists()


def test_a_chart_on_its_last_try_is_taken_alone(db: None) -> None:
    charts = [received() for _ in range(4)]
    Chart.objects.filter(pk__in=[chart.pk for chart in charts[:3]]).update(suggest_attempts=2)
    taken = suggesting.claim(Chart.objects.all(), limit=10, lease=timedelta(minutes=1))
    assert [claimed.suspect for claimed in taken] == [False, True]
    assert not suggesting.claim(Chart.objects.all(), limit=10, lease=timedelta(minutes=1), suspects=False)


def test_renewing_keeps_a_chart_from_others(db: None) -> None:
    chart = received()
    claimed = take(chart, timedelta(seconds=0))[0]
    assert suggesting.renew({claimed.lease}, timedelta(minutes=1)) == 1
    assert not take(chart, timedelta(minutes=1))
    assert Chart.objects.get(pk=chart.pk).suggest_lease_expires_at > timezone.now()  # type: ignore[operator]


def take(chart: Chart, lease: timedelta) -> list[Claimed]:
    return suggesting.claim(Chart.objects.filter(pk=chart.pk), limit=1, lease=lease)


def test_the_rows_threads_leave_no_connection_behind(fake: FakeLlm) -> None:
    before = sessions()
    with Running():
        until(all_ready(received()))
    until(lambda: sessions() <= before)
    assert sessions() <= before


def sessions() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
