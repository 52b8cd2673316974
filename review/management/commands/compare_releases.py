"""What a new release changes, and whom it touches here."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from medcode.codebook import compare, plain, printing
from medcode.codebook.models import CodeSystem
from review.actions import releasing
from review.actions.errors import ActionError
from review.models import User
from review.reports import release_change
from review.reports.release_change import CodeCount, Touched


class Command(BaseCommand):
    help = "New, retired, retitled and revised codes between two releases, and which charts and labels they touch."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("old", metavar="OLD", help='Name of a loaded release, such as "April 2026".')
        parser.add_argument("new", metavar="NEW")
        parser.add_argument("--system", choices=CodeSystem.values, default=CodeSystem.ICD10CM)
        parser.add_argument("--json", action="store_true")
        parser.add_argument(
            "--suggest-again",
            metavar="USER",
            help="Send open charts of the new release's dates back for suggestions, as this admin.",
        )

    def handle(
        self, *args: Any, old: str, new: str, system: str, json: bool, suggest_again: str | None, **options: Any
    ) -> None:
        try:
            releases = [compare.release_named(name, system) for name in (old, new)]
        except compare.NoSuchReleaseError as error:
            raise CommandError(str(error)) from error
        found = compare.compare(*releases)
        touched = release_change.touched(found)
        if json:
            self.stdout.write(_as_json(found, touched))
        else:
            self.stdout.write("\n".join([*printing.comparison(found), "", *_lines(touched)]))
        if suggest_again:
            self._suggest_again(releases[1], suggest_again)

    def _suggest_again(self, release: Any, username: str) -> None:
        person = User.objects.filter(username=username).first()
        if person is None:
            raise CommandError(f'No account is named "{username}".')
        try:
            count = releasing.suggest_again(release, by=person)
        except ActionError as error:
            raise CommandError(str(error)) from error
        self.stderr.write(f"{count} charts are suggested again.", style_func=str)


def _as_json(found: compare.Comparison, touched: Touched) -> str:
    data = plain.of_comparison(found) | {
        "touched": {
            "open_charts": touched.open_count,
            "waiting_for_the_new_release": touched.waiting_count,
            "suggestions": _data(touched.suggestions),
            "assigned": _data(touched.assigned),
            "training": _data(touched.training),
        }
    }
    return json.dumps(data, ensure_ascii=False, indent=1)


def _data(counts: tuple[CodeCount, ...]) -> dict[str, int]:
    return {each.code: each.count for each in counts}


def _lines(touched: Touched) -> list[str]:
    return [
        f"Open charts with retired or retitled codes: {touched.open_count:,}",
        f"Open charts of the new dates that were suggested with another release: {touched.waiting_count:,}",
        f"Undecided suggestions: {_listed(touched.suggestions)}",
        f"Codes on open charts: {_listed(touched.assigned)}",
        f"Labels on final charts: {_listed(touched.training)}",
    ]


def _listed(counts: tuple[CodeCount, ...]) -> str:
    if not counts:
        return "none"
    first = ", ".join(f"{each.code} ({each.count:,})" for each in counts[: release_change.SHOWN])
    return first + (" …" if len(counts) > release_change.SHOWN else "")
