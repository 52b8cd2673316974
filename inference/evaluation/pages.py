"""What the pages of the error browser show: the note cut into marked pieces, and its mistakes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from inference.evaluation.errors import DocumentErrors
from inference.evaluation.rows import Key, Predicted
from inference.evaluation.stages import Missed

# What a mark means; where marks overlap the first of these gives the colour, and the tooltip names all.
MISSED, FALSE, RIGHT, GOLD = "missed", "false", "right", "gold"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the note. `kind` "" is plain text; `codes` say what the piece is evidence for."""

    text: str
    kind: str = ""
    codes: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """`text[begin:end]` is evidence of this kind for a code."""

    begin: int
    end: int
    kind: str
    code: str


def marks(found: DocumentErrors) -> list[Mark]:
    """Every place that matters to a mistake, to a right code, or to the coder."""
    listed = [Mark(*place, MISSED, miss.key.shown) for miss in found.missed for place in miss.spans]
    listed += [mark for each in found.false for mark in _quoted(each.predicted, FALSE)]
    listed += [mark for item in found.right for mark in _quoted(item, RIGHT)]
    return listed + [Mark(span.begin, span.end, GOLD, span.key.shown) for span in found.gold.spans]


def _quoted(item: Predicted, kind: str) -> list[Mark]:
    return [Mark(begin, end, kind, item.key.shown) for begin, end, _ in item.evidence]


def pieces(text: str, listed: Iterable[Mark]) -> list[Piece]:
    """The whole text, cut wherever a mark begins or ends. Time is that of sorting the marks."""
    known = [mark for mark in listed if 0 <= mark.begin < mark.end <= len(text)]
    begins: dict[int, list[Mark]] = {}
    ends: dict[int, list[Mark]] = {}
    for mark in known:
        begins.setdefault(mark.begin, []).append(mark)
        ends.setdefault(mark.end, []).append(mark)
    cuts = sorted({0, len(text), *begins, *ends})
    open_marks: list[Mark] = []
    found = []
    for begin, end in pairwise(cuts):
        for mark in ends.get(begin, ()):
            open_marks.remove(mark)
        open_marks.extend(begins.get(begin, ()))
        found.append(_piece(text[begin:end], open_marks))
    return found


def _piece(text: str, open_marks: list[Mark]) -> Piece:
    if not open_marks:
        return Piece(text)
    kinds = {mark.kind for mark in open_marks}
    kind = next(kind for kind in (MISSED, FALSE, RIGHT, GOLD) if kind in kinds)
    said = dict.fromkeys(f"{mark.kind} {mark.code}" for mark in open_marks)
    return Piece(text, kind, ", ".join(said))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the browser's lists. `where` is the file of its document."""

    code: str
    title: str
    detail: str
    document: str
    where: str
    near: tuple[tuple[str, str, str], ...] = ()
    band: str = ""


def missed_line(miss: Missed, found: DocumentErrors, where: str, titles: Mapping[Key, str]) -> Line:
    """A missed code with its nearest candidates: code, title, what the engine gave it."""
    near = tuple(
        (each.key.shown, titles.get(each.key, ""), f"{_number(each.confidence)} {each.note}".strip())
        for each in miss.near
    )
    return Line(miss.key.shown, titles.get(miss.key, ""), miss.detail, found.key, where, near)


def false_lines(found: DocumentErrors, where: str, titles: Mapping[Key, str]) -> list[tuple[str, Line]]:
    """Kind and line of each false code of a document."""
    rows = []
    for each in found.false:
        item = each.predicted
        detail = f"confidence {item.confidence:.2f}" + (", but the second coder has it" if each.seconded else "")
        title = item.description or titles.get(item.key, "")
        rows.append((each.fault.value, Line(item.key.shown, title, detail, found.key, where, band=item.band.value)))
    return rows


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
