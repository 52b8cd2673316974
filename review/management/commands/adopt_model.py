"""Put a retrained coder to use, or go back to the one before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inference import adopted
from review.actions import adopting
from review.actions.errors import ActionError
from review.models import User


class Command(BaseCommand):
    help = (
        "Use an artefact that train_builtin or calibrate_coder wrote, for every chart from now on. "
        "Says what is in use without one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("artefact", nargs="?", type=Path, metavar="ARTEFACT.json")
        what.add_argument("--back", action="store_true", help="Use again what was used before.")
        parser.add_argument(
            "--subject", default=adopted.BUILTIN, help="Whose to take back: a language model's calibration, as listed."
        )
        parser.add_argument("--by", default="", metavar="USERNAME", help="The admin who takes it upon them.")
        parser.add_argument("--force", action="store_true", help="Although its card does not say that it is better.")

    def handle(
        self, *args: Any, artefact: Path | None, back: bool, subject: str, by: str, force: bool, **options: Any
    ) -> None:
        if artefact is None and not back:
            self.stdout.write(f"In use: {adopted.name()} ({adopted.in_use().digest})")
            for each in adopted.subjects():
                self.stdout.write(f"In use for {each}: {adopted.name(each)}")
            return
        person = User.objects.filter(username=by).first()
        if person is None:
            raise CommandError(f"There is no account {by}." if by else "Who adopts it? --by USERNAME")
        try:
            if artefact:
                row = adopting.adopt_file(artefact, by=person, force=force)
            else:
                row = adopting.go_back(by=person, subject=subject)
        except ActionError as error:
            raise CommandError(error.message) from error
        self.stdout.write(self.style.SUCCESS(f"In use from the next chart on: {row.name}"))
