"""Where a code stands on a date: billable, a header, retired, not yet valid, or no code at all.

A coder is never just told "invalid": the reason is named, and what to use instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db.models import Q

from medcode.codebook import crosswalk, lookup
from medcode.codebook.models import Code, CodeSystem, Release
from medcode.codebook.snapshot import dotted, undotted

Kind = Literal["billable", "header", "retired", "future", "unknown"]
NAMED = 4  # codes named in a sentence; more are counted
NAMED_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """`code` as people write it; `sentence` says why it can or cannot be billed; `instead`: dotted codes to use."""

    kind: Kind
    code: str
    code_system: str
    title: str
    sentence: str
    instead: tuple[str, ...] = ()


def explain(text: str, *, on: date, code_system: str = CodeSystem.ICD10CM) -> Standing:
    """The standing of one code, typed with or without its dot. Raises `CodebookEmptyError` when nothing is loaded."""
    return explain_all([text], on=on, code_system=code_system)[undotted(text)]


def explain_all(texts: Iterable[str], *, on: date, code_system: str = CodeSystem.ICD10CM) -> dict[str, Standing]:
    """Stored form → standing. Two queries for codes of the day's release; a few more for each that is not in it."""
    release = lookup.release_for(code_system, on).release
    wanted = {undotted(text) for text in texts}
    shaped = [text for text in wanted if lookup.SHAPE.fullmatch(text)]
    codes = Code.objects.filter(release=release, code__in=shaped).select_related("release")
    found = {code.code: code for code in codes}
    return {text: _of(text, found.get(text), release, on) for text in wanted}


def _of(text: str, code: Code | None, release: Release, on: date) -> Standing:
    shown = dotted(text, release.code_system)
    if code is None:
        return _absent(text, shown, release, on)
    if code.valid_from and on < code.valid_from:
        return _standing("future", shown, code, release, f"{shown} is not valid before {_day(code.valid_from)}.")
    if code.valid_to and on > code.valid_to:
        return _retired(shown, code, release, code.valid_to)
    if code.billable:
        return _standing("billable", shown, code, release, f"{shown} is billable on {_day(on)}.")
    return _header(shown, code, release)


def _header(shown: str, code: Code, release: Release) -> Standing:
    below = lookup.billable_below(code)
    names = tuple(each.display for each in below)
    if code.kind in (Code.Kind.CHAPTER, Code.Kind.BLOCK):
        sentence = f"{shown} is a {code.get_kind_display().lower()}, not a code."
    elif names and all(len(each.code) == 7 for each in below) and len({each.code[:6] for each in below}) == 1:
        characters = ", ".join(each.code[6] for each in below)
        sentence = f"{shown} needs a 7th character: {characters}."
    else:
        sentence = f"{shown} is a header: choose one of the {len(names)} billable codes below it{_such_as(names)}."
    return _standing("header", shown, code, release, sentence, names[:NAMED])


def _absent(text: str, shown: str, release: Release, on: date) -> Standing:
    """Not in the day's release: perhaps in an earlier or a later one."""
    if not lookup.SHAPE.fullmatch(text):
        sentence = f'"{shown[:NAMED_LENGTH]}" has not the shape of a code.'
        return Standing("unknown", shown[:NAMED_LENGTH], release.code_system, "", sentence)
    others = (
        Code.objects.filter(code=text, release__code_system=release.code_system, release__is_complete=True)
        .filter(Q(billable=True) | Q(kind=Code.Kind.CODE))
        .select_related("release")
    )
    earlier = others.filter(release__valid_from__lt=release.valid_from).order_by("-release__valid_from").first()
    if earlier:
        return _retired(shown, earlier, release, earlier.valid_to or earlier.release.valid_to)
    later = others.filter(release__valid_from__gt=release.valid_from).order_by("release__valid_from").first()
    if later:
        begins = later.valid_from or later.release.valid_from
        before = crosswalk.predecessors(text, code_system=release.code_system, on=on)
        sentence = f"{shown} is new in {later.release.name}: it is not valid before {_day(begins)}{_use(before)}."
        return _standing("future", shown, later, release, sentence, before)
    successors = crosswalk.successors(text, code_system=release.code_system, on=on)
    if successors:
        sentence = f"{shown} is retired and not in {release}{_use(successors)}."
        return Standing("retired", shown, release.code_system, "", sentence, successors)
    return _unknown(text, shown, release)


def _retired(shown: str, code: Code, release: Release, last_day: date | None) -> Standing:
    instead = crosswalk.successors(code.code, code_system=release.code_system, on=release.valid_from)
    until = f"was valid until {_day(last_day)}" if last_day else "is retired"
    sentence = f"{shown} {until} and is not in {release.name}{_use(instead)}."
    return _standing("retired", shown, code, release, sentence, instead)


def _unknown(text: str, shown: str, release: Release) -> Standing:
    nearest = _nearest(text, release)
    sentence = f"{shown} is not a code of {release}."
    if nearest is not None:
        sentence = f"{sentence[:-1]}; the nearest is {nearest.display} {nearest.title}."
    instead = (nearest.display,) if nearest else ()
    return Standing("unknown", shown, release.code_system, "", sentence, instead)


def _nearest(text: str, release: Release) -> Code | None:
    """The longest code that the text begins with: E11.650 was probably meant as E11.65."""
    prefixes = [text[:length] for length in range(3, len(text))]
    codes = Code.objects.filter(release=release, code__in=prefixes, kind__in=[Code.Kind.CATEGORY, Code.Kind.CODE])
    return max(codes.select_related("release"), key=lambda code: len(code.code), default=None)


def _standing(
    kind: Kind, shown: str, code: Code, release: Release, sentence: str, instead: tuple[str, ...] = ()
) -> Standing:
    return Standing(kind, shown, release.code_system, code.title, sentence, instead)


def _use(codes: tuple[str, ...]) -> str:
    return f"; use {' or '.join(codes[:NAMED])}" if codes else ""


def _such_as(names: tuple[str, ...]) -> str:
    return f", such as {names[0]}" if len(names) > 1 else f", {names[0]}" if names else ""


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
