"""What an amended document says differently, word by word, and what that did to the suggestions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from inference.models import InferenceRun
from review.models import Chart, Note, Suggestion
from review.reports.timeline import runs_of

WORDS = re.compile(r"\s+|\w+|[^\w\s]")
# Comparing is quadratic: a changed stretch longer than this is shown as replaced as a whole.
MOST_WORDS = 3000
MOST_LINES = 5000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text: "same", "gone" (only in the older version) or "new" (only in the newer one)."""

    kind: str
    text: str


def diff(old: str, new: str) -> list[Piece]:
    """The two texts as one sequence of pieces; without the "new" ones it is `old`, without the "gone" ones `new`.

    Lines first, then words within the lines that differ, so that a long note costs little.
    """
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    if max(len(before), len(after)) > MOST_LINES:
        return list(_merged(_replaced(old, new)))
    return list(_merged(_by_lines(before, after)))


def _by_lines(before: list[str], after: list[str]) -> Iterator[Piece]:
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, from_old, to_old, from_new, to_new in matcher.get_opcodes():
        old, new = "".join(before[from_old:to_old]), "".join(after[from_new:to_new])
        if tag == "equal":
            yield Piece("same", old)
        else:
            yield from _by_words(old, new)


def _by_words(old: str, new: str) -> Iterator[Piece]:
    before, after = WORDS.findall(old), WORDS.findall(new)
    if not before or not after or max(len(before), len(after)) > MOST_WORDS:
        yield from _replaced(old, new)
        return
    for tag, from_old, to_old, from_new, to_new in difflib.SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        gone, come = "".join(before[from_old:to_old]), "".join(after[from_new:to_new])
        if tag == "equal":
            yield Piece("same", gone)
        else:
            yield from _replaced(gone, come)


def _replaced(old: str, new: str) -> Iterator[Piece]:
    if old:
        yield Piece("gone", old)
    if new:
        yield Piece("new", new)


def _merged(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind become one piece."""
    held: Piece | None = None
    for piece in pieces:
        if held and held.kind == piece.kind:
            held = Piece(held.kind, held.text + piece.text)
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held


@dataclass(frozen=True, slots=True)
class Moved:
    """A code among the suggestions before and after, with the probability it had."""

    display: str
    description: str
    percent: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What an amendment did to the suggestions. `answered` is False while no run has read the newer version."""

    answered: bool
    withdrawn: tuple[Moved, ...] = ()
    fresh: tuple[Moved, ...] = ()
    kept: tuple[Moved, ...] = ()
    before: InferenceRun | None = None
    after: InferenceRun | None = None


@dataclass(frozen=True, slots=True)
class Amendment:
    """One document from one version to the next. `new` is None when the source withdrew it."""

    old: Note
    new: Note | None
    at: datetime
    pieces: list[Piece]
    effect: Effect

    @property
    def left(self) -> list[Piece]:
        """The older version's text."""
        return [piece for piece in self.pieces if piece.kind != "new"]

    @property
    def right(self) -> list[Piece]:
        """The newer version's text."""
        return [piece for piece in self.pieces if piece.kind != "gone"]

    @property
    def words_gone(self) -> int:
        return _count(self.pieces, "gone")

    @property
    def words_new(self) -> int:
        return _count(self.pieces, "new")


def _count(pieces: list[Piece], kind: str) -> int:
    return sum(len(piece.text.split()) for piece in pieces if piece.kind == kind)


def amendments(chart: Chart) -> list[Amendment]:
    """Every change of a document that the chart has seen, the latest first. Reads the notes' text."""
    runs = runs_of(chart)
    suggestions = list(chart.suggestions.order_by("rank", "pk"))
    by_source: dict[str, list[Note]] = {}
    for note in chart.notes.order_by("source_id", "version"):
        by_source.setdefault(note.source_id, []).append(note)
    found = []
    for versions in by_source.values():
        for old, new in zip(versions, [*versions[1:], None], strict=True):
            if old.superseded_at:
                pieces = diff(old.text, new.text if new else "")
                effect = _effect(runs, suggestions, old.superseded_at)
                found.append(Amendment(old, new, old.superseded_at, pieces, effect))
    return sorted(found, key=lambda each: each.at, reverse=True)


def _effect(runs: list[InferenceRun], suggestions: list[Suggestion], at: datetime) -> Effect:
    """The suggestions of the last run before the moment beside those of the first run after it.

    A code that a person had decided stays on the chart and is not proposed again: it counts as kept.
    """
    before = [run for run in runs if run.started_at < at]
    after = [run for run in runs if run.started_at >= at]
    old_keys, new_keys = {run.pk for run in before}, {run.pk for run in after[:1]}
    shown = {_key(each): each for each in suggestions if each.run_id in {run.pk for run in before[-1:]}}
    decided = {
        _key(each): each
        for each in suggestions
        if each.run_id in old_keys and each.state not in (Suggestion.State.WITHDRAWN, Suggestion.State.PENDING)
    }
    old = shown | decided
    if not after:
        return Effect(False, before=before[-1] if before else None)
    new = {_key(each): each for each in suggestions if each.run_id in new_keys}
    return Effect(
        True,
        withdrawn=_moved(each for key, each in old.items() if key not in new and key not in decided),
        fresh=_moved(each for key, each in new.items() if key not in old),
        kept=_moved(new.get(key, each) for key, each in old.items() if key in new or key in decided),
        before=before[-1] if before else None,
        after=after[0],
    )


def _key(suggestion: Suggestion) -> tuple[str, str]:
    return suggestion.code_system, suggestion.code


def _moved(suggestions: Iterator[Suggestion]) -> tuple[Moved, ...]:
    return tuple(Moved(each.display, each.description, each.percent) for each in suggestions)
