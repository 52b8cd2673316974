"""Bring in files of charts."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper

from review import permissions
from review.actions.bringing_in import Brought, bring_in, describe
from review.actions.errors import NotAllowedError
from review.intake import files
from review.models import Role, User

BAR = 30
QUIET_SECONDS = 5.0


class Command(BaseCommand):
    help = (
        "Bring in charts: files of JSON lines (.jsonl), FHIR Bundles or single charts (.json), plain texts (.txt). "
        "Bad lines are named and left out, the others stored; the exit code is 1 when there were any."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--source", default="import", help="Names the system that the charts come from.")
        parser.add_argument("--specialty", default="", help="For charts that name none.")
        parser.add_argument("--patient-class", default="", help="For charts that name none, such as inpatient.")
        parser.add_argument("--as", dest="username", default="", help="Who brings them in; default: integration.")
        parser.add_argument("--strict", action="store_true", help="Stop at the first refusal.")

    def handle(self, *args: Any, paths: list[Path], username: str, strict: bool, **options: Any) -> None:
        self.outcomes = Counter[str]()
        self.skipped = Counter[tuple[str, str]]()
        self.unread = Counter[str]()
        by = _account(username)
        defaults = files.Defaults(
            source=options["source"], specialty=options["specialty"], patient_class=options["patient_class"]
        )
        started = time.monotonic()
        for path in paths:
            if not self._import(path, defaults, by, strict=strict):
                self.stderr.write("Stopped at the first refusal (--strict); what came before it is stored.")
                break
        self._summarize(time.monotonic() - started)
        if self.outcomes["refused"]:
            raise SystemExit(1)

    def _import(self, path: Path, defaults: files.Defaults, by: User, *, strict: bool) -> bool:
        """False when the first refusal is to stop everything."""
        try:
            file = path.open("rb")
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        with file, Progress(self.stderr, path) as progress:
            for brought in bring_in(files.read(path.name, file, defaults), by=by):
                self._count(path, brought, progress)
                progress.show(brought.item.position, sum(self.outcomes.values()))
                if strict and brought.error:
                    return False
        return True

    def _count(self, path: Path, brought: Brought, progress: Progress) -> None:
        self.outcomes.update(received.outcome for received in brought.received)
        self.unread.update(brought.item.unread)
        for skipped in brought.item.skipped:
            self.skipped[skipped.kind, skipped.reason] += skipped.count
        for received in brought.received:
            for name in received.older:
                progress.say(f"{path.name}: {brought.item.where}: note {name} is older than the one stored: left out")
        if brought.error:
            self.outcomes["refused"] += 1
            progress.say(": ".join(part for part in (path.name, brought.item.where, *describe(brought.error)) if part))

    def _summarize(self, seconds: float) -> None:
        for (kind, reason), count in self.skipped.most_common():
            self.stdout.write(f"Left out {count} {kind}: {reason}.")
        for name, count in self.unread.most_common():
            self.stdout.write(f"Not read: the field {name} (in {count}).")
        counts = ", ".join(f"{self.outcomes[name]} {name}" for name in ("created", "amended", "unchanged", "refused"))
        total = sum(self.outcomes.values())
        rate = f" ({total / seconds:,.0f} a second)" if total >= 100 else ""
        self.stdout.write(self.style.SUCCESS(f"{counts} in {seconds:.1f} s{rate}."))


def _account(username: str) -> User:
    """The named account, else the integration account."""
    if username:
        user = User.objects.filter(username=username).first()
    else:
        user = User.objects.filter(role=Role.INTEGRATION, is_active=True).order_by("pk").first()
    if user is None:
        missing = f"There is no account {username}." if username else "There is no integration account."
        raise CommandError(f"{missing} Make one: `manage.py create_account integration integration`.")
    try:
        permissions.check_can_bring_in_charts(user)
    except NotAllowedError as error:
        raise CommandError(error.message) from error
    return user


class Progress:
    """A bar on a terminal; elsewhere a line every few seconds."""

    def __init__(self, out: OutputWrapper, path: Path) -> None:
        self.out = out
        self.name = path.name
        self.size = max(1, path.stat().st_size)
        self.last = time.monotonic()
        self.bar = ""

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._wipe()

    def show(self, position: int, charts: int) -> None:
        now = time.monotonic()
        if now - self.last < (0.1 if self.out.isatty() else QUIET_SECONDS):
            return
        self.last = now
        share = min(1.0, position / self.size)
        if self.out.isatty():
            self.bar = f"\r{self.name} [{'█' * int(share * BAR):<{BAR}}] {share:4.0%}  {charts:,} charts"
            self.out.write(self.bar, style_func=str, ending="")
            self.out.flush()
        else:
            self.out.write(f"{self.name}: {share:.0%}, {charts:,} charts", style_func=str)

    def say(self, line: str) -> None:
        """A line of its own, above the bar."""
        self._wipe()
        self.out.write(line)

    def _wipe(self) -> None:
        if self.bar:
            self.out.write(f"\r{' ' * len(self.bar)}\r", style_func=str, ending="")
            self.bar = ""
