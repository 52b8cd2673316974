"""ICD-10-PCS codes from a named procedure: its pattern, completed by side, approach, device and qualifier.

Only codes that the release has come out. An axis that the documentation leaves open takes the pattern's plainest value
and costs score; a side is never invented: without one, both are offered low.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from inference.procedures.books import Book
from inference.procedures.claims import Claim
from inference.procedures.details import choose
from inference.procedures.phrases import Phrases, key_of, rows
from inference.procedures.reading import Act
from inference.schema import Evidence

AXIS = re.compile(r"\[([^\]]+)\]|\{([^}]+)\}|\(([^)]+)\)|(.)")
AXES = ("section", "body system", "operation", "body part", "approach", "device", "qualifier")
OPEN_AXIS = 0.85  # what each axis that nothing decides leaves of a score
OPEN_SIDE = 0.5
SECOND_BEST = 0.4
MOST_OPEN = 1  # alternatives to an axis that is left open
SIDES = ("right", "left", "bilateral")
GRAFTS = "021"
MAMMARY = re.compile(r"\b(?:lima|left internal mammary|left internal thoracic|\bima)\b")
IMAGING = ("B0", "BB2", "BR", "BT", "BV", "BW", "B24", "4A00", "4A02X")
OF_IMAGING = 0.45  # seldom reported for inpatients


@dataclass(frozen=True, slots=True)
class Axis:
    """One character of a pattern: what it may be, the plainest first.

    `sided`: right, left, and perhaps both. `plain`: where the documentation is silent, the first one is meant.
    """

    options: str
    sided: bool = False
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A character for an axis, what it leaves of the score, and what to say of it."""

    character: str
    factor: float = 1.0
    remark: str = ""


@cache
def patterns() -> dict[str, tuple[tuple[Axis, ...], ...]]:
    """Normal name → the patterns that it builds."""
    found: dict[str, list[tuple[Axis, ...]]] = {}
    for names, pattern in rows("operations.tsv"):
        axes = tuple(_axis(*match.groups(default="")) for match in AXIS.finditer(pattern))
        for name in names.split("|"):
            found.setdefault(key_of(name), []).append(axes)
    return {name: tuple(listed) for name, listed in found.items()}


def _axis(options: str, sided: str, plain: str, fixed: str) -> Axis:
    return Axis(options or sided or plain or fixed, sided=bool(sided), plain=bool(plain))


@cache
def names() -> Phrases:
    """The names of `operations.tsv`."""
    return Phrases(patterns())


def claims(acts: Sequence[Act], book: Book) -> list[Claim]:
    """The codes of the named procedures, several where one is not settled."""
    sides = usual_sides(acts)
    found = []
    for act in acts:
        for axes in patterns()[act.key]:
            found += build(act, act.side or sides.get(act.line.note.key, ""), _grafted(axes, act), book)
        if axes[0].options + axes[1].options + axes[2].options == GRAFTS and MAMMARY.search(act.line.text):
            found += build(act, "", patterns()[key_of("cabg x 1")][0], book)
    return found


def usual_sides(acts: Sequence[Act]) -> dict[str, str]:
    """The one side that all sided acts of a note share, by the note's key: a title says it once for all."""
    said: dict[str, set[str]] = {}
    for act in acts:
        if act.side:
            said.setdefault(act.line.note.key, set()).add(act.side)
    return {note: min(sides) for note, sides in said.items() if len(sides) == 1}


def build(act: Act, side: str, axes: Sequence[Axis], book: Book) -> list[Claim]:
    """The valid codes of a pattern for one act, best first."""
    choices: list[list[Choice]] = []
    for place, axis in enumerate(axes):
        prefix = "".join(each[0].character for each in choices)
        choices.append(_choices(prefix, place, axis, act, side))
    found = []
    for chosen in product(*choices):
        code = "".join(each.character for each in chosen)
        if book.has(code):
            score = act.sure
            for each in chosen:
                score *= each.factor
            if code.startswith(IMAGING):
                score *= OF_IMAGING
            found.append(Claim(code, score, [act], [each.remark for each in chosen if each.remark]))
    return sorted(found, key=lambda claim: -claim.score)


def _choices(prefix: str, place: int, axis: Axis, act: Act, side: str) -> list[Choice]:
    if axis.sided:
        return list(_sided(axis.options, side))
    if len(axis.options) == 1:
        return [Choice(axis.options)]
    asked = choose(prefix, place + 1, axis.options, act)
    if asked or axis.plain:
        return [Choice(asked or axis.options[0])]
    said = f"{AXES[place]} not documented"
    others = axis.options[1 : 1 + MOST_OPEN]
    return [
        Choice(axis.options[0], OPEN_AXIS, said),
        *(Choice(each, OPEN_AXIS * SECOND_BEST, said) for each in others),
    ]


def _sided(options: str, side: str) -> Iterator[Choice]:
    if side == "bilateral" and len(options) < len(SIDES):
        yield from map(Choice, options)
    elif side in SIDES:
        yield Choice(options[SIDES.index(side)])
    else:
        yield from (Choice(each, OPEN_SIDE, "side not documented") for each in options[:2])


def _grafted(axes: tuple[Axis, ...], act: Act) -> tuple[Axis, ...]:
    """Beside a mammary graft one vessel fewer has a vein (ICD-10-PCS Guideline B3.6c: each graft by its source)."""
    begins = "".join(axis.options for axis in axes[:3])
    if begins != GRAFTS or len(axes[3].options) < 4 or not MAMMARY.search(act.line.text):
        return axes
    count = choose(GRAFTS, 4, axes[3].options, act)
    if count not in ("1", "2", "3"):
        return axes
    return (*axes[:3], Axis(str(int(count) - 1)), Axis("0"), Axis("9"), Axis("W"))


def evidence(acts: Sequence[Act], most: int) -> tuple[Evidence, ...]:
    """The places of these acts, the surest first, none overlapping."""
    found: list[Evidence] = []
    for act in sorted(acts, key=lambda each: -each.sure):
        note = act.line.note
        if not any(note.key == each.note and act.begin < each.end and each.begin < act.end for each in found):
            found.append(Evidence(note.key, act.begin, act.end, note.text[act.begin : act.end]))
    return tuple(found[:most])
