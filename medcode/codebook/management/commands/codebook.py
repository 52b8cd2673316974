"""Ask the code book from the command line."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from medcode.codebook import asking, compare, entry, plain, printing, search, shapes
from medcode.codebook import lookup as book
from medcode.codebook.lookup import CodebookEmptyError
from medcode.codebook.models import CodeSystem

REFUSALS = (CodebookEmptyError, compare.NoSuchReleaseError, shapes.UnreadableCodeError)


class Command(BaseCommand):
    help = "Look a code up, search, check codes against each other, group them, compare releases."
    requires_system_checks = []  # nothing here is served, and a question should be answered at once

    def add_arguments(self, parser: CommandParser) -> None:
        asks = parser.add_subparsers(dest="ask", required=True, metavar="lookup|search|check|group|compare")
        look = _ask(asks, "lookup", "one code, with its notes, children and 7th characters", look_up)
        look.add_argument("code")
        look.add_argument("--system", choices=CodeSystem.values, default=None)
        find = _ask(asks, "search", "type-ahead by code or words", find_codes)
        find.add_argument("words", nargs="+")
        find.add_argument("--system", choices=CodeSystem.values, action="append", help="Default: all that are loaded.")
        find.add_argument("--limit", type=int, default=20)
        both = _ask(asks, "check", "the rules between codes, in the order given (first: principal)", check_codes)
        both.add_argument("codes", nargs="+", metavar="CODE[:POA][-MODIFIER][xUNITS]")
        both.add_argument("--setting", choices=["inpatient", "outpatient"], default="outpatient")
        both.add_argument("--uncertain", action="append", default=[], metavar="CODE")
        group = _ask(asks, "group", "MS-DRG and HCCs", group_codes)
        group.add_argument("--principal", required=True, metavar="CODE")
        group.add_argument("codes", nargs="*", metavar="CODE", help="Secondary diagnoses and procedures.")
        group.add_argument("--disposition", default="01", help="Patient discharge status, two digits.")
        for patient in (both, group):
            patient.add_argument("--sex", choices=["F", "M"], type=str.upper, default="")
            patient.add_argument("--age", type=int, help="Years.")
        releases = _ask(asks, "compare", "what changed from one release to another", compare_releases)
        releases.add_argument("old")
        releases.add_argument("new")
        releases.add_argument("--system", choices=CodeSystem.values, default=CodeSystem.ICD10CM)

    def handle(self, *args: Any, **options: Any) -> None:
        options["date"] = options["date"] or timezone.localdate()
        try:
            data, lines = options["answer"](options)
        except REFUSALS as error:
            raise CommandError(str(error)) from error
        text = json.dumps(data, ensure_ascii=False, indent=1) if options["json"] else "\n".join(lines)
        self.stdout.write(text)


def _ask(
    asks: Any, name: str, about: str, answer: Callable[[dict[str, Any]], tuple[Any, list[str]]]
) -> ArgumentParser:
    parser: ArgumentParser = asks.add_parser(name, help=about, description=about)
    parser.set_defaults(answer=answer)
    parser.add_argument("--date", type=date.fromisoformat, help="Date of service or discharge; default today.")
    parser.add_argument("--json", action="store_true", help="Print JSON.")
    return parser


def look_up(options: dict[str, Any]) -> tuple[Any, list[str]]:
    """One code."""
    system = options["system"] or shapes.system_of(options["code"])
    found = entry.entry(options["code"], on=options["date"], code_system=system)
    return plain.of_entry(found), printing.entry(found)


def find_codes(options: dict[str, Any]) -> tuple[Any, list[str]]:
    """Search results."""
    systems = options["system"] or book.loaded_systems()
    hits = search.search(
        " ".join(options["words"]), on=options["date"], code_systems=systems, limit=max(1, min(options["limit"], 200))
    )
    return plain.of_hits(hits), printing.hits(hits)


def check_codes(options: dict[str, Any]) -> tuple[Any, list[str]]:
    """Findings of the rules."""
    patient = {name: options[name] for name in ("setting", "sex", "age", "uncertain")}
    findings = asking.check_typed(options["codes"], on=options["date"], **patient)
    return plain.of_findings(findings), printing.findings(findings)


def group_codes(options: dict[str, Any]) -> tuple[Any, list[str]]:
    """The DRG and the HCCs."""
    if options["age"] is None or not options["sex"]:
        raise CommandError("Grouping needs the patient: give --sex and --age.")
    stay = {name: options[name] for name in ("sex", "age", "disposition")}
    group, hccs = asking.group_typed(options["principal"], options["codes"], on=options["date"], **stay)
    return plain.of_grouping(group, hccs), printing.grouping(group, hccs)


def compare_releases(options: dict[str, Any]) -> tuple[Any, list[str]]:
    """Changes between two releases."""
    old, new = (compare.release_named(options[name], options["system"]) for name in ("old", "new"))
    found = compare.compare(old, new)
    return plain.of_comparison(found), printing.comparison(found)
