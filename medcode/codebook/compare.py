"""What changes from one release of a code system to another."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from medcode.codebook import crosswalk
from medcode.codebook.models import Code, CodeSystem, Note, Release
from medcode.codebook.snapshot import dotted


@dataclass(frozen=True, slots=True)
class Change:
    """One code that differs. `before` and `after` are its titles, or its notes' lines; `instead`: dotted codes."""

    code: str
    before: str
    after: str
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes, in tabular order, codes in dotted form.

    `new` and `retired`: billable codes that only one release has as billable (a code that became a
    header is retired, and `instead` names what is below it). `retitled`: same code, other words.
    `revised`: instructions added (`after`) or removed (`before`) at a code, block or chapter.
    """

    old: Release
    new_release: Release
    new: tuple[Change, ...]
    retired: tuple[Change, ...]
    retitled: tuple[Change, ...]
    revised: tuple[Change, ...]

    @property
    def affected(self) -> frozenset[str]:
        """Stored forms of the codes that can no longer be billed, or mean something else now."""
        return frozenset(change.code.replace(".", "") for change in (*self.retired, *self.retitled))


class NoSuchReleaseError(LookupError):
    """No loaded release has this name; the message lists those that are there."""


def release_named(name: str, code_system: str = CodeSystem.ICD10CM) -> Release:
    """The release of that name. Raises `NoSuchReleaseError`."""
    releases = Release.objects.filter(code_system=code_system, is_complete=True)
    found = releases.filter(name__iexact=name.strip()).first()
    if found is None:
        names = ", ".join(f'"{each.name}"' for each in releases) or "none"
        raise NoSuchReleaseError(f'No {code_system} release is named "{name}". Loaded: {names}.')
    return found


def compare(old: Release, new: Release) -> Comparison:
    """Every difference between two releases of one code system (about a second for 100,000 rows each)."""
    before, after = _billable(old), _billable(new)
    system = new.code_system
    retired = [code for code in before if code not in after]
    instead = _instead(retired, before, after, crosswalk.conversions(system, new.valid_from), system)
    return Comparison(
        old,
        new,
        tuple(Change(dotted(code, system), "", after[code]) for code in after if code not in before),
        tuple(
            Change(dotted(code, system), before[code], "", tuple(dotted(each, system) for each in instead[code]))
            for code in retired
        ),
        tuple(
            Change(dotted(code, system), before[code], title)
            for code, title in after.items()
            if before.get(code, title) != title
        ),
        tuple(_revised(old, new)),
    )


def _instead(
    retired: list[str],
    before: dict[str, str],
    after: dict[str, str],
    converted: dict[str, tuple[str, ...]],
    system: str,
) -> dict[str, tuple[str, ...]]:
    """What `crosswalk.successors` says, dotted, for many codes at once, from the releases' code → title in memory."""
    listed = sorted(after)
    by_title: dict[str, list[str]] = {}
    for code, title in after.items():
        by_title.setdefault(title, []).append(code)

    def one(code: str) -> tuple[str, ...]:
        start = bisect_right(listed, code)
        below = listed[start : bisect_right(listed, code + "\uffff", lo=start)]
        return tuple(converted.get(code) or below or by_title.get(before[code], []))[: crosswalk.MOST]

    return {code: tuple(dotted(each, system) for each in one(code)) for code in retired}


def _billable(release: Release) -> dict[str, str]:
    rows = Code.objects.filter(release=release, billable=True).order_by("position")
    return dict(rows.values_list("code", "title"))


def _revised(old: Release, new: Release) -> Iterable[Change]:
    before, after = _notes(old), _notes(new)
    for code in sorted(before.keys() | after.keys()):
        gone = [line for line in before.get(code, {}) if line not in after.get(code, {})]
        added = [line for line in after.get(code, {}) if line not in before.get(code, {})]
        if gone or added:
            yield Change(dotted(code, new.code_system), "\n".join(gone), "\n".join(added))


def _notes(release: Release) -> dict[str, dict[str, None]]:
    """Stored code → its notes as lines, in order."""
    found: dict[str, dict[str, None]] = {}
    labels = dict(Note.Kind.choices)
    rows = Note.objects.filter(code__release=release).order_by("code__position", "position")
    for code, kind, text in rows.values_list("code__code", "kind", "text"):
        found.setdefault(code, {})[f"{labels[kind]}: {text}"] = None
    return found
