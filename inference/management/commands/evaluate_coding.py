"""Measure engines, or files of predictions, against the codes of coders."""

from __future__ import annotations

import json
import time
from argparse import ArgumentTypeError
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inference import registry
from inference.coder import Coder
from inference.evaluation import errors, files, report, running
from inference.evaluation.errors import DocumentErrors
from inference.evaluation.files import EvaluationFileError
from inference.evaluation.protocol import Evaluation, Split, System, SystemFigures, evaluate
from inference.evaluation.rows import ICD10CM, Document, Gold, Key
from inference.llm.errors import ModelServerError
from inference.schema import Band
from medcode.codebook import lookup
from medcode.codebook.lookup import CodebookEmptyError
from medcode.codebook.models import Code

REPORT_SECONDS = 2.0
DEFAULT_BANDS = "HIGH+MEDIUM"


@dataclass(frozen=True, slots=True)
class Entrant:
    """A system in the evaluation, and the engine behind it, if it ran here."""

    system: System
    coder: Coder | None = None


class Command(BaseCommand):
    help = "Measure engines, or files of predictions, against gold codes. Definitions: docs/evaluation.md."
    requires_system_checks = []  # nothing here is served

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--notes", type=Path, required=True, metavar="N.jsonl")
        parser.add_argument(
            "--gold", type=Path, required=True, action="append", metavar="G.jsonl", help="Twice: a second coder's."
        )
        parser.add_argument("--engine", action="append", choices=sorted(registry.LOADERS), default=None)
        parser.add_argument(
            "--adapter", default="", metavar="NAME", help="The LoRA adapter that vllm and ensemble ask."
        )
        parser.add_argument("--sample", type=_count, metavar="N", help="Only N documents, always the same ones.")
        parser.add_argument(
            "--predictions",
            action="append",
            type=_named,
            default=None,
            metavar="[NAME=]P.jsonl",
            help="What code_notes, or another system, wrote for these notes.",
        )
        parser.add_argument("--report", type=Path, metavar="DIR", help="HTML, JSON and error browser. Contains PHI.")
        parser.add_argument("--no-text", action="store_true", help="Leave the notes out of the report.")
        parser.add_argument("--bands", type=_bands, default=_bands(DEFAULT_BANDS), help=f"Default {DEFAULT_BANDS}.")
        parser.add_argument("--date-of-service", type=_day, default=None, metavar="YYYY-MM-DD")
        parser.add_argument("--json", action="store_true", help="All figures to stdout.")

    def handle(self, *args: Any, **options: Any) -> None:
        if len(options["gold"]) > 2:
            raise CommandError("One gold file, or two; not more.")
        try:
            self._run(options)
        except (EvaluationFileError, CodebookEmptyError, report.ReportFolderError) as error:
            raise CommandError(str(error)) from error
        except ModelServerError as error:
            raise CommandError(f"The model server: {error}") from error
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        except UnicodeError as error:
            raise CommandError(f"A file is not UTF-8: {error}") from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error

    def _run(self, options: dict[str, Any]) -> None:
        on = options["date_of_service"] or timezone.localdate()
        split = self._split(options)
        if options["report"]:
            report.prepare(options["report"])  # before the work, so that a wrong folder costs nothing
        entrants = [*self._from_engines(options, split, on), *self._from_files(options, split)]
        found = evaluate(split, [entrant.system for entrant in entrants])
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found), indent=1, allow_nan=False, ensure_ascii=False))
        else:
            for line in summary(found):
                self.stdout.write(line)
        if options["report"]:
            self._report(options, split, entrants, found, on)

    def _split(self, options: dict[str, Any]) -> Split:
        documents = files.notes(options["notes"], options["date_of_service"])
        golds = [files.gold(path) for path in options["gold"]]
        for path, gold in zip(options["gold"], golds, strict=True):
            check(path, gold, documents, options["notes"])
        if len(documents) > len(golds[0]):
            self._say(f"{len(documents) - len(golds[0])} notes without gold are left out.")
        whole = Split(documents, golds[0], golds[1] if len(golds) > 1 else None, options["bands"])
        split = running.sampled(whole, options["sample"])
        if len(split.gold) < len(whole.gold):
            self._say(f"A sample of {len(split.gold)} of {len(whole.gold)} documents.")
        return split

    def _from_files(self, options: dict[str, Any], split: Split) -> list[Entrant]:
        found: list[Entrant] = []
        taken = set(options["engine"] or ())
        for name, path in options["predictions"] or ():
            if name in taken:
                raise CommandError(f"Two systems are called {name}; write NAME=PATH.")
            taken.add(name)
            predicted = files.predictions(path)
            unknown = [key for key in predicted if key not in split.documents]
            if unknown:
                self._say(f"{name}: {len(unknown)} lines belong to no note and are left out.")
            missing = sum(key not in predicted for key in split.gold)
            if missing:
                self._say(f"{name}: {missing} documents have no line and count as empty.")
            found.append(Entrant(System(name, path.name, predicted)))
        return found

    def _from_engines(self, options: dict[str, Any], split: Split, on: date) -> list[Entrant]:
        names = options["engine"] or ([] if options["predictions"] else [registry.DEFAULT])
        adapter = options["adapter"]
        return [self._ran(name, registry.load(name, on, adapter), split) for name in dict.fromkeys(names)]

    def _ran(self, name: str, coder: Coder, split: Split) -> Entrant:
        begun = reported = time.monotonic()

        def progress(done: int) -> None:
            nonlocal reported
            if time.monotonic() - reported > REPORT_SECONDS:
                reported = time.monotonic()
                self._say(f"{name}: {done} of {len(split.gold)} notes …")

        ran = running.run(coder, split, progress)
        self._say(f"{name}: {len(ran.predicted)} notes in {time.monotonic() - begun:.1f} s.")
        if ran.failed:
            self._say(f"{name}: {ran.failed} notes were refused or not answered and count as empty.")
        return Entrant(System(name, coder.model_version, ran.predicted), coder)

    def _report(
        self, options: dict[str, Any], split: Split, entrants: list[Entrant], found: Evaluation, on: date
    ) -> None:
        mistakes = {each.system.name: list(errors.each_document(split, each.system, each.coder)) for each in entrants}
        golds = zip(("Gold", "Second gold"), options["gold"], strict=False)
        written = report.write(
            options["report"],
            report.Report(
                evaluation=found,
                mistakes=mistakes,
                titles=titles(mistakes, on),
                sources=(("Notes", options["notes"].name), *((label, path.name) for label, path in golds)),
                made=timezone.localtime(),
                with_text=not options["no_text"],
            ),
        )
        phi = "without note text" if options["no_text"] else "it quotes the notes: treat it as PHI"
        self._say(f"Report in {options['report']} ({phi}). Open {written}.")

    def _say(self, line: str) -> None:
        self.stderr.write(line, style_func=str)


def check(path: Path, gold: Mapping[str, Gold], documents: Mapping[str, Document], notes: Path) -> None:
    """Raises `EvaluationFileError` for gold without its note, and for spans beyond the note's end."""
    for key, row in gold.items():
        if key not in documents:
            raise EvaluationFileError(path, row.line, "id", f"{key!r} has no note in {notes.name}")
        if any(span.end > len(documents[key].text) for span in row.spans):
            raise EvaluationFileError(path, row.line, "spans", "a span ends after the note does")


def titles(mistakes: Mapping[str, Iterable[DocumentErrors]], on: date) -> dict[Key, str]:
    """Titles of the ICD-10-CM codes that the error browser names."""
    missed = [miss for found in mistakes.values() for item in found for miss in item.missed]
    codes = {miss.key.code for miss in missed} | {near.key.code for miss in missed for near in miss.near}
    release = lookup.release_for(ICD10CM, on).release
    rows = Code.objects.filter(release=release, code__in=codes).values_list("code", "title")
    return {Key(ICD10CM, code): title for code, title in rows}


def summary(found: Evaluation) -> list[str]:
    """The main figures as lines for a terminal."""
    lines = [f"{found.documents} documents, {found.gold_codes} gold codes; shown: {'+'.join(found.bands)}"]
    for system in found.systems:
        lines += ["", f"{system.name} ({system.version})", *_lines(system)]
    for row in found.ceiling:
        lines.append(f"{row.name} against {row.against}, {row.documents} documents: "
                     f"exact F1 {row.exact.f1.value:.3f}, category F1 {row.category.f1.value:.3f}")  # fmt: skip
    return lines


def _lines(system: SystemFigures) -> list[str]:
    rows = []
    for name, at in (("exact", system.exact), ("category", system.category)):
        it, f1 = at.micro, at.micro.f1
        interval = f" [{f1.low:.3f} – {f1.high:.3f}]" if f1.low is not None else ""
        rows.append(
            f"  {name:9} P {it.precision.value:.3f}  R {it.recall.value:.3f}  F1 {f1.value:.3f}{interval}  "
            f"macro F1 {at.macro.f1.value:.3f}  R@10 {at.ranks.recall_at[10].value:.3f}  "
            f"MAP {at.ranks.average_precision.value:.3f}"
        )
    rows.append(
        f"  exact sets {system.exact_set.value:.3f}  off-list {system.off_list.share:.3f}  "
        f"ECE {system.reliability.error.value:.3f}"
    )
    return rows


def _named(written: str) -> tuple[str, Path]:
    name, equals, path = written.partition("=")
    found = Path(path if equals else written)
    return (name if equals else found.stem), found


def _bands(written: str) -> frozenset[Band]:
    try:
        return frozenset(Band(part.strip().upper()) for part in written.split("+"))
    except ValueError:
        raise ArgumentTypeError(f"bands are joined by +, out of {', '.join(Band)}") from None


def _day(written: str) -> date:
    return date.fromisoformat(written)


def _count(written: str) -> int:
    if not written.isdigit() or int(written) < 1:
        raise ArgumentTypeError("must be a whole number from 1 on")
    return int(written)
