"""Train the built-in coder's ranking and calibration again; adopting the result is a separate, explicit act."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from inference import adopted
from inference.batch import BatchLineError
from inference.calibration import Artefact, ArtefactError
from inference.engine import GENERATION
from inference.evaluation.files import EvaluationFileError
from inference.proposers.builtin import Builtin
from inference.ranking import curves, labelled, reports, store, training
from inference.ranking.labelled import Labelled, Opinion, Source
from inference.ranking.training import Plan, Trained
from medcode.codebook.lookup import CodebookEmptyError
from review import engines, learning
from review.actions import adopting
from review.actions.errors import ActionError
from review.demo import charts, history
from review.models import User

FEWEST_CHARTS = 20  # measured on; fewer say nothing
STARTS = ("packaged", "in-use", "scratch")


class Command(BaseCommand):
    help = (
        "Retrain the built-in coder on the decisions of FINAL charts, or on coded notes, and write an artefact with a "
        "card. It is compared with the one in use by cross-validation, and not written unless it is better. Nothing "
        "changes for coders until it is adopted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        data = parser.add_argument_group("data")
        data.add_argument("--from-decisions", action="store_true", help="Learn from the decisions of FINAL charts.")
        data.add_argument("--since", type=_moment, metavar="DATE", help="Only charts finalized since then.")
        data.add_argument("--include-simulated", action="store_true", help="Simulated charts too; for trying it out.")
        data.add_argument("--notes", action="append", type=Path, default=[], metavar="NOTES.jsonl")
        data.add_argument(
            "--gold",
            action="append",
            nargs="+",
            type=Path,
            default=[],
            metavar="GOLD.jsonl",
            help="The codes of the --notes in the same place; further files are further coders.",
        )
        data.add_argument("--weight", action="append", type=float, default=[], help="Of the notes in the same place.")
        data.add_argument("--demo-charts", type=float, metavar="WEIGHT", help="The sample charts, with this weight.")
        how = parser.add_argument_group("how")
        how.add_argument("--start", choices=STARTS, default="packaged", help="Where the weights begin.")
        how.add_argument("--calibration-only", action="store_true", help="Keep the weights in use, refit the rest.")
        how.add_argument("--learning-curve", action="store_true", help="Only measure what every chart adds.")
        result = parser.add_argument_group("result")
        result.add_argument("--out", type=Path, metavar="DIR", help="Default: models/ in the data directory.")
        result.add_argument("--force", action="store_true", help="Write, or adopt, though it is no better.")
        result.add_argument("--adopt", metavar="USERNAME", default="", help="Put the result to use in this name.")

    def handle(self, *args: Any, out: Path | None, force: bool, adopt: str, **options: Any) -> None:
        folder = out or settings.DATA_DIR / "models"
        try:
            engine = engines.builtin(timezone.localdate())
            sources = list(_sources(options))
            if not any(source.charts for source in sources if source.measured):
                raise CommandError("There is nothing to learn from: --from-decisions, or --notes with --gold.")
            proposer = engine.proposer
            assert isinstance(proposer, Builtin)  # noqa: S101 - what `engines.builtin` gives by its name
            if options["learning_curve"]:
                self._curve(sources, proposer, folder)
                return
            trained = training.train(sources, proposer, _plan(options), GENERATION)
            self._report(trained, sources, folder, force=force, adopt=adopt)
        except (EvaluationFileError, BatchLineError, ArtefactError, CodebookEmptyError, ValueError) as error:
            raise CommandError(str(error)) from error
        except ActionError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error

    def _report(self, trained: Trained, sources: Sequence[Source], folder: Path, *, force: bool, adopt: str) -> None:
        for line in reports.lines(trained):
            self.stdout.write(line)
        measured = sum(len(source.charts) for source in sources if source.measured)
        enough = measured >= FEWEST_CHARTS
        if trained.gain is not None and not (trained.better and enough) and not force:
            why = "No better than the one in use" if enough else f"Only {measured} charts to measure on"
            raise CommandError(f"{why}: nothing is written. --force writes it all the same, marked as no better.")
        card = {
            **trained.artefact.card,
            "better": trained.better and enough if trained.gain is not None else None,
            "compared_with": adopted.name() if trained.gain is not None else None,
            "before": trained.before,
            "decisions_until": _until(sources),
        }
        artefact = replace(trained.artefact, card=card)
        file = store.write(artefact, folder)
        self.stdout.write(self.style.SUCCESS(f"\nWritten: {file}"))
        if adopt:
            row = adopting.adopt(artefact, by=_person(adopt), force=force)
            self.stdout.write(self.style.SUCCESS(f"In use from the next chart on: {row.name}"))
        else:
            self.stdout.write(f"To use it: manage.py adopt_model {file} --by USERNAME")

    def _curve(self, sources: Sequence[Source], proposer: Builtin, folder: Path) -> None:
        measured = [chart for source in sources if source.measured for chart in source.charts]
        others = [source for source in sources if not source.measured]
        start = adopted.packaged()
        if others:
            # Thresholds belong to charts like one's own: the first of the other sources stands for them.
            others = [replace(source, measured=place == 0) for place, source in enumerate(others)]
            start = training.train(others, proposer, Plan(), GENERATION).artefact
        engine = engines.builtin(timezone.localdate())
        self.stdout.write(f"{len(measured)} charts, replayed as decisions of a coder who holds the first opinion …")
        points = curves.curve(curves.replayed(measured, engine), proposer, start, engine.snapshot.code_system)
        for line in reports.curve_lines(points):
            self.stdout.write(line)
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "learning-curve.json"
        file.write_text(json.dumps(curves.as_json(points, len(measured)), indent=1) + "\n", encoding="utf-8")
        self.stdout.write(self.style.SUCCESS(f"Written: {file}"))


def _plan(options: dict[str, Any]) -> Plan:
    in_use = adopted.in_use()
    if options["calibration_only"]:
        return Plan(start=in_use, in_use=in_use, weights_stay=True)
    if options["start"] == "scratch":
        return Plan()  # the one in use may have seen the same notes: no fair comparison
    start: Artefact = adopted.packaged() if options["start"] == "packaged" else in_use
    return Plan(start=start, in_use=in_use)


def _sources(options: dict[str, Any]) -> Iterator[Source]:
    """What to learn from. Measured: decisions that the artefact in use has not seen, else the first notes."""
    decisions = options["from_decisions"]
    if decisions:
        yield from _decisions(options["since"], simulated=options["include_simulated"])
    if options["demo_charts"] is not None:
        yield Source("demo charts", tuple(_demo_charts()), options["demo_charts"])
    notes, golds, weights = options["notes"], options["gold"], options["weight"]
    if len(notes) != len(golds) or len(weights) > len(notes):
        raise CommandError("Every --notes needs its --gold, and every --weight its --notes.")
    for place, (file, coders) in enumerate(zip(notes, golds, strict=True)):
        weight = weights[place] if place < len(weights) else 1.0
        read = tuple(labelled.from_files(file, coders))
        names = (file.name, *(each.name for each in coders))
        yield Source(file.parent.name or file.stem, read, weight, not decisions and place == 0, names)


def _decisions(since: datetime | None, *, simulated: bool) -> Iterator[Source]:
    seen = parse_datetime(adopted.in_use().card.get("decisions_until") or "")
    if seen is not None:
        known = tuple(learning.final_charts(since, seen, simulated=simulated))
        yield Source("decisions that the one in use knows", known)
        since = max(since, seen) if since else seen
    yield Source("decisions", tuple(learning.final_charts(since, simulated=simulated)), measured=True)


def _until(sources: Sequence[Source]) -> str | None:
    """When these decisions were read; later ones are new to the artefact."""
    return timezone.now().isoformat() if any(source.name == "decisions" for source in sources) else None


def _demo_charts() -> Iterator[Labelled]:
    today = timezone.localdate()
    for sample in charts.load():
        text = history.chart_text(sample.incoming(today))
        yield Labelled(f"demo/{sample.key}", text, (Opinion(frozenset(sample.gold)),))


def _person(username: str) -> User:
    person = User.objects.filter(username=username).first()
    if person is None:
        raise CommandError(f"There is no account {username}.")
    return person


def _moment(written: str) -> datetime:
    day = parse_date(written)
    if day is None:
        raise ValueError(written)
    return timezone.make_aware(datetime.combine(day, time.min))
