"""The process that asks the model server: one is enough for a whole server."""

from __future__ import annotations

import logging
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from inference import registry
from inference.llm import session
from medcode.codebook.lookup import CodebookEmptyError
from review.coder_worker import CoderWorker, Room

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Suggest codes with the model server of VLLM_URL, many charts at a time. Stop it with SIGTERM or Ctrl+C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", default="", help="How the Model page calls this worker.")
        parser.add_argument(
            "--in-flight", type=int, default=None, help=f"Charts at a time; default {settings.VLLM_IN_FLIGHT}."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.VLLM_URLS:
            raise CommandError("VLLM_URL is not set: there is no model server to ask. Celery's workers do the coding.")
        in_flight = options["in_flight"] or settings.VLLM_IN_FLIGHT
        if not in_flight > 0:
            raise CommandError("--in-flight must be at least 1.")
        try:
            registry.builtin(timezone.localdate()).warm_up()
        except CodebookEmptyError as error:
            raise CommandError(str(error)) from error
        finally:
            connection.close()
        room = Room(in_flight, min(settings.VLLM_RESERVED, in_flight - 1))
        worker = session.run(_make(room, options["name"]))

        def stop(*_: Any) -> None:
            session.loop().call_soon_threadsafe(worker.stop)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        logger.info("Coder worker %s: up to %d charts at a time.", worker.name, room.in_flight)
        session.run(worker.run())


async def _make(room: Room, name: str) -> CoderWorker:
    """Inside the event loop, to which client and worker belong."""
    return CoderWorker(session.client(), room, name)
