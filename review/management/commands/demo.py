"""Everything on one machine: services, accounts, sample charts, web server, workers, beat."""

from __future__ import annotations

import json
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from inference import routing
from medcode.codebook.loaders import packaged
from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.loaders.progress import Meter
from medcode.codebook.models import Release
from medcode.codebook.search import indexing
from medcode.supervise import ProcessDiedError, Supervisor
from review.actions import accounts, receiving, simulating
from review.demo import charts
from review.models import Chart, Encounter, Role, User

PASSWORD = "medcode-demo"  # noqa: S105 - printed on the screen; the demo listens on this machine only
PEOPLE = [
    ("coder", Role.CODER, "Casey Morgan"),
    ("coder2", Role.CODER, "Devon Price"),
    ("cdi", Role.CDI_SPECIALIST, "Robin Ellis"),
    ("auditor", Role.AUDITOR, "Avery Quinn"),
    ("supervisor", Role.SUPERVISOR, "Jordan Blake"),
    ("admin", Role.ADMIN, "Sam Rivera"),
]
READY_SECONDS = 120


class Command(BaseCommand):
    help = "Start a demo of everything. PORT and MEDCODE_DATA_DIR choose where; Ctrl+C stops it; data is kept."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.began = time.monotonic()
        self.refuse_a_taken_port()
        try:
            integration = self.prepare()
            self.serve(integration)
        except KeyboardInterrupt:
            self.stdout.write("\nStopped. The data is kept; `make demo` brings it back.")
        except ProcessDiedError as error:
            raise CommandError(str(error)) from error

    def prepare(self) -> User:
        with self.step("Database tables"):
            call_command("migrate", verbosity=0)
        for part in packaged.parts():
            with self.step(part.name):
                self.load(part)
        with self.step("Accounts, one per role"):
            for username, role, name in PEOPLE:
                accounts.create_user(username, role=role, password=PASSWORD, full_name=name, by=None)
            integration = accounts.create_user(
                "integration", role=Role.INTEGRATION, password=None, full_name="Interface engine", by=None
            )
        today = timezone.localdate()
        with self.step("Sample charts"):
            bring_in_samples(today, by=integration)
        with self.step("Eight simulated weeks of decisions"):
            own = User.objects.filter(username="coder").first()  # whose "My day" and "My audits" are not empty then
            simulating.simulate_history(by=None, today=today, own=own)
        # Connections must not be shared with the processes that start now.
        connection.close()
        return integration

    def load(self, part: packaged.Part) -> None:
        try:
            loaded = part.load(Meter())
        except CodebookFileError as error:
            raise CommandError(str(error)) from error
        if isinstance(loaded.edition, Release):
            # Else the first keystroke in the browser would wait for it.
            indexing.index_release(loaded.edition)

    def serve(self, integration: User) -> None:
        with Supervisor(settings.DATA_DIR / "logs", {"MEDCODE_DEMO": "1"}) as processes:
            with self.step("Web server, workers, beat"):
                self.start(processes)
                self.wait_until_healthy(processes)
            if routing.current().needs_server:
                self.stdout.write("  The model server suggests codes while you look around: see the Model page.")
            else:
                with self.step("Suggestions for the sample charts"):
                    self.wait_for_suggestions(processes)
            self.greet()
            while True:
                time.sleep(1)
                processes.check()

    def start(self, processes: Supervisor) -> None:
        celery = ["celery", "-A", "medcode"]
        worker = ["worker", "-Q", "default,inference", "-c", "2", "--without-gossip", "--without-mingle"]
        bind = f"127.0.0.1:{settings.PORT}"
        processes.start(
            "web", "gunicorn", "medcode.wsgi", "--bind", bind, "--workers", "2", "--threads", "4", "--timeout", "60"
        )
        processes.start("worker", *celery, *worker, "--loglevel", "INFO", "-n", f"demo-{settings.PORT}@%h")
        if settings.VLLM_URLS:
            processes.start("coder", "django", "coder_worker", "--name", f"demo-{settings.PORT}")
        processes.start("beat", *celery, "beat", "--loglevel", "INFO", "--pidfile=")

    def refuse_a_taken_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", settings.PORT))
            except OSError as error:
                raise CommandError(
                    f"Port {settings.PORT} is taken. Choose another: make demo PORT={settings.PORT + 1} "
                    f"MEDCODE_DATA_DIR=/another/folder"
                ) from error

    def wait_until_healthy(self, processes: Supervisor) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not _healthy():
            processes.check()
            if time.monotonic() > deadline:
                raise CommandError(f"Not up after {READY_SECONDS} s; see {settings.DATA_DIR / 'logs'}.")
            time.sleep(0.3)

    def wait_for_suggestions(self, processes: Supervisor) -> None:
        open_statuses = [Chart.Status.RECEIVED, Chart.Status.SUGGESTING]
        deadline = time.monotonic() + READY_SECONDS
        while Chart.objects.filter(status__in=open_statuses).exists() and time.monotonic() < deadline:
            processes.check()
            time.sleep(0.5)
        connection.close()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.stdout.write(f"  {name} … ", ending="")
        self.stdout.flush()
        begun = time.monotonic()
        yield
        self.stdout.write(self.style.SUCCESS(f"{time.monotonic() - begun:.1f} s"))

    def greet(self) -> None:
        lines = [
            "",
            self.style.SUCCESS(f"Medcode is up after {time.monotonic() - self.began:.0f} s:")
            + f"  http://localhost:{settings.PORT}/",
            "",
            f"  Sign in with the password  {PASSWORD}  as",
            *(f"    {username:<12}{role.label}" for username, role, _ in PEOPLE),
            "",
            "  The charts are invented and the past eight weeks of decisions are simulated.",
            f"  Token for the API:  {Path('.venv/bin/python')} manage.py create_api_token integration",
            f"  Data and logs:      {settings.DATA_DIR}",
            "  Ctrl+C stops everything.",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()  # into a file, Python would keep it back until the end


def bring_in_samples(today: date, *, by: User) -> None:
    """Bring in the sample charts that are not there yet; those of an earlier day keep their dates."""
    known = set(Encounter.objects.filter(source=charts.SOURCE).values_list("source_id", flat=True))
    for sample in charts.load():
        if sample.key not in known:
            receiving.receive(sample.incoming(today), by=by)


def _healthy() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{settings.PORT}/healthz", timeout=5) as answer:
            return bool(json.load(answer)["status"] == "ok")
    except (OSError, ValueError):
        return False
