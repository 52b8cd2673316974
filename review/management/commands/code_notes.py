"""Code a file of notes without storing anything."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inference import registry
from inference.batch import BatchLineError, code_lines
from medcode.codebook.lookup import CodebookEmptyError

REPORT_SECONDS = 2.0


class Command(BaseCommand):
    help = 'Suggest codes for the lines `{"id", "text"}` of a file. Stores nothing; progress goes to stderr.'
    requires_system_checks = []  # nothing here is served, and a command in a pipeline should start fast

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("notes", type=Path, metavar="IN.jsonl")
        parser.add_argument("suggestions", type=Path, metavar="OUT.jsonl")
        parser.add_argument("--engine", choices=sorted(registry.LOADERS), default=registry.DEFAULT)
        parser.add_argument(
            "--date-of-service",
            type=_day,
            default=None,
            metavar="YYYY-MM-DD",
            help="Chooses the release; default today.",
        )

    def handle(
        self, *args: Any, notes: Path, suggestions: Path, engine: str, date_of_service: date | None, **options: Any
    ) -> None:
        started = time.monotonic()
        try:
            coder = registry.load(engine, date_of_service or timezone.localdate())
        except CodebookEmptyError as error:
            raise CommandError(str(error)) from error
        self._say(f"Ready after {time.monotonic() - started:.1f} s.")
        begun = reported = time.monotonic()
        count = 0
        try:
            with notes.open(encoding="utf-8") as lines, suggestions.open("w", encoding="utf-8") as out:
                for coded in code_lines(lines, coder, date_of_service):
                    out.write(json.dumps(coded, ensure_ascii=False) + "\n")
                    count += 1
                    if time.monotonic() - reported > REPORT_SECONDS:
                        reported = time.monotonic()
                        self._say(f"{count} notes …")
        except (BatchLineError, UnicodeError) as error:
            raise CommandError(f"{error}. {count} notes before it are written.") from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        seconds = time.monotonic() - begun
        self._say(f"{count} notes in {seconds:.1f} s ({count / max(seconds, 1e-9):.1f} a second).")

    def _say(self, line: str) -> None:
        self.stderr.write(line, style_func=str)


def _day(written: str) -> date:
    return date.fromisoformat(written)
