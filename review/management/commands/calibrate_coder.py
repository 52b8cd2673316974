"""Measure what a language model's confidence is worth, alone or beside the built-in coder."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date

from inference import adopted, registry
from inference.calibration import ArtefactError
from inference.evaluation.files import EvaluationFileError
from inference.llm import session
from inference.llm.errors import ModelServerError
from inference.llm_engine import LlmEngine
from inference.ranking import asked, labelled, reports, store
from inference.ranking.asked import Answers
from inference.ranking.labelled import Labelled
from inference.ranking.training import Trained
from medcode.codebook.lookup import CodebookEmptyError
from review import learning
from review.actions import adopting
from review.actions.errors import ActionError
from review.models import User

FEWEST_CHARTS = 20  # measured on; fewer say nothing
SAMPLE_SEED = 7


class Command(BaseCommand):
    help = (
        "Ask the language model about decided charts, or coded notes, fit its calibration with held-out folds, and "
        "write an artefact with a card. It counts for this model, adapter and prompt only, and from its adoption on "
        "(adopt_model). Without one everything that only the model names is LOW."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--engine", choices=sorted(registry.ADAPTED), required=True)
        parser.add_argument("--adapter", default="", metavar="NAME", help="The LoRA adapter that is asked.")
        data = parser.add_argument_group("data")
        data.add_argument("--from-decisions", action="store_true", help="The decisions of FINAL charts.")
        data.add_argument("--since", type=_moment, metavar="DATE", help="Only charts finalized since then.")
        data.add_argument("--include-simulated", action="store_true", help="Simulated charts too; for trying it out.")
        data.add_argument("--notes", type=Path, metavar="NOTES.jsonl")
        data.add_argument("--gold", nargs="+", type=Path, default=[], metavar="GOLD.jsonl")
        data.add_argument("--sample", type=int, metavar="N", help="Only N charts, always the same ones.")
        result = parser.add_argument_group("result")
        result.add_argument("--out", type=Path, metavar="DIR", help="Default: models/ in the data directory.")
        result.add_argument("--force", action="store_true", help="Write, or adopt, though it is no better.")
        result.add_argument("--adopt", metavar="USERNAME", default="", help="Put the result to use in this name.")

    def handle(self, *args: Any, out: Path | None, force: bool, adopt: str, **options: Any) -> None:
        try:
            charts = sampled(list(_charts(options)), options["sample"])
            if not charts:
                raise CommandError("There is nothing to learn from: --from-decisions, or --notes with --gold.")
            engine = registry.load(options["engine"], timezone.localdate(), options["adapter"])
            assert isinstance(engine, LlmEngine)  # noqa: S101 - `ADAPTED` holds no other
            answers = self._ask(engine, charts)
            before = adopted.calibration_of(answers.subject)
            trained = asked.calibrated(answers, engine, before, "decisions" if options["from_decisions"] else "notes")
            self._write(trained, answers, out or settings.DATA_DIR / "models", force=force, adopt=adopt)
        except ModelServerError as error:
            raise CommandError(f"The model server: {error}") from error
        except (ArtefactError, CodebookEmptyError, EvaluationFileError, ImproperlyConfigured, ValueError) as error:
            raise CommandError(str(error)) from error
        except ActionError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error

    def _ask(self, engine: LlmEngine, charts: Sequence[Labelled]) -> Answers:
        step = max(1, len(charts) // 20)

        def progress(done: int, of: int) -> None:
            if done % step == 0 or done == of:
                self.stderr.write(f"{done} of {of} charts asked …", style_func=str)

        try:
            return session.run(asked.ask(engine, charts, engine.asker.config.in_flight, progress))
        except* ModelServerError as group:
            raise _first(group) from None

    def _write(self, trained: Trained, answers: Answers, folder: Path, *, force: bool, adopt: str) -> None:
        self.stdout.write(f"Subject: {answers.subject}")
        for line in reports.lines(trained):
            self.stdout.write(line)
        if answers.failed:
            self.stdout.write(f"{answers.failed} charts were not answered and are left out.")
        enough = len(answers.charts) >= FEWEST_CHARTS
        if not (trained.better and enough) and not force:
            why = "No better than without it" if enough else f"Only {len(answers.charts)} charts to measure on"
            raise CommandError(f"{why}: nothing is written. --force writes it all the same, marked as no better.")
        card = {
            **trained.artefact.card,
            "better": trained.better and enough,
            "compared_with": adopted.name(answers.subject) or "no calibration",
            "before": trained.before,
        }
        artefact = replace(trained.artefact, card=card)
        file = store.write(artefact, folder)
        self.stdout.write(self.style.SUCCESS(f"Written: {file}"))
        if adopt:
            person = User.objects.filter(username=adopt).first()
            if person is None:
                raise CommandError(f"There is no account {adopt}.")
            adopting.adopt(artefact, by=person, force=force)
            self.stdout.write(self.style.SUCCESS("In use from the next chart on."))


def sampled(charts: list[Labelled], most: int | None) -> list[Labelled]:
    """At most so many, always the same ones of the same charts, in their order."""
    if most is None or most >= len(charts):
        return charts
    chosen = set(random.Random(SAMPLE_SEED).sample(sorted(chart.key for chart in charts), max(0, most)))
    return [chart for chart in charts if chart.key in chosen]


def _charts(options: dict[str, Any]) -> Iterator[Labelled]:
    if options["from_decisions"]:
        yield from learning.final_charts(options["since"], simulated=options["include_simulated"])
    elif options["notes"]:
        if not options["gold"]:
            raise CommandError("--notes needs its --gold.")
        yield from labelled.from_files(options["notes"], options["gold"])


def _first(group: BaseExceptionGroup[ModelServerError]) -> ModelServerError:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    assert isinstance(found, ModelServerError)  # noqa: S101 - what `except*` let through
    return found


def _moment(written: str) -> datetime:
    day = parse_date(written)
    if day is None:
        raise ValueError(written)
    return timezone.make_aware(datetime.combine(day, time.min))
