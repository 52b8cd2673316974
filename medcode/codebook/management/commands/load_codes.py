"""Load code systems and the tables between codes from official files, or all that installs with the packages."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Any, TextIO, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser

from medcode.codebook.loaders import loading, packaged
from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.loaders.job import Job, Loaded
from medcode.codebook.loaders.kinds import KINDS
from medcode.codebook.loaders.progress import Meter
from medcode.codebook.models import Release
from medcode.codebook.search import indexing

EXAMPLE = "load_codes icd10cm icd10cm-Code-Descriptions-2027.zip --release FY2027 --from 2026-10-01 --to 2027-09-30"


class Command(BaseCommand):
    help = (
        "Load a code system or table from a file, folder or zip; docs/codebook-loading.md says where each file is "
        f"to be had. `load_codes packaged` loads what installs with the packages. Example: {EXAMPLE}"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=["packaged", *KINDS], metavar="KIND", help=f"packaged, {', '.join(KINDS)}")
        parser.add_argument("path", nargs="?", type=Path, help="The file, a folder, or a zip as downloaded.")
        parser.add_argument("--release", default="", help="The edition's name, such as FY2027 or 2026-Q4.")
        parser.add_argument(
            "--from", dest="valid_from", type=date.fromisoformat, metavar="DATE", help="First day valid."
        )
        parser.add_argument("--to", dest="valid_to", type=date.fromisoformat, metavar="DATE", help="Last day valid.")
        parser.add_argument("--variant", default="", help="practitioner, outpatient, V28, … where a kind has several.")
        parser.add_argument("--source", default="", help="Where the file is from; its name if left out.")
        parser.add_argument("--allow-small", action="store_true", help="Take a file with fewer rows than a whole one.")
        parser.add_argument(
            "--no-index", action="store_true", help="Leave building the search index to its first use."
        )

    def handle(self, *args: Any, kind: str, path: Path | None, verbosity: int, **options: Any) -> None:
        self.quiet = verbosity == 0
        self.index = not options["no_index"]
        try:
            if kind == "packaged":
                if path or options["release"]:
                    raise CommandError("`load_codes packaged` takes no file and no release: it has its own.")
                self.load_packaged()
            else:
                self.load_file(kind, path, options)
        except CodebookFileError as error:
            raise CommandError(str(error)) from error

    def load_packaged(self) -> None:
        for part in packaged.parts():
            begun = time.monotonic()
            meter = self.meter()
            meter.step(part.name)
            self.report(part.load(meter), begun)

    def load_file(self, kind: str, path: Path | None, options: dict[str, Any]) -> None:
        if path is None or not options["release"] or options["valid_from"] is None:
            raise CommandError(f"load_codes {kind} needs a PATH, --release and --from, as in: {EXAMPLE}")
        begun = time.monotonic()
        job = Job(
            options["release"],
            options["valid_from"],
            options["valid_to"],
            variant=options["variant"],
            source=options["source"],
            allow_small=options["allow_small"],
        )
        self.report(loading.load(kind, path, job, self.meter()), begun)

    def meter(self) -> Meter:
        # Django's wrapper adds a line end to everything, which a bar cannot have.
        return Meter(None if self.quiet else cast(TextIO, self.stdout._out))

    def report(self, loaded: Loaded, begun: float) -> None:
        edition = loaded.edition
        if self.index and isinstance(edition, Release):
            indexing.index_release(edition)
        if self.quiet:
            return
        if not loaded.new:
            self.stdout.write(f"{edition}: already loaded; nothing changed.")
            return
        valid = f"valid from {edition.valid_from} to {edition.valid_to or 'further notice'}"
        self.stdout.write(self.style.SUCCESS(f"{edition}: loaded in {time.monotonic() - begun:.1f} s, {valid}."))
        for name, value in loaded.facts:
            self.stdout.write(f"  {name}: {value}")
        for warning in loaded.warnings:
            self.stdout.write(self.style.WARNING(f"  {warning}"))
