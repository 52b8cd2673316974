"""ICD-10-PCS codes of an act on a part of the body: "biopsy of the left kidney", "ORIF of the right tibia".

The parts and their names are the titles' own, so that a new release needs no new table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from inference.procedures.books import Book
from inference.procedures.building import OPEN_AXIS, usual_sides
from inference.procedures.claims import Claim
from inference.procedures.details import APPROACH, choose
from inference.procedures.phrases import SMALL, Phrases, key_of, rows
from inference.procedures.reading import Act
from inference.text.tokens import SIDES, norms

WINDOW = 8  # words on either side of the act
OF_PARTS = 0.8  # a part found by its words is less sure than a procedure found by its name
UNSIDED = 0.5
TIED = 0.6
APPROACHES = "034X87F"  # from the plainest on
EASY = {"B": "3", "9": "3", "Q": "0"}
FILLING = frozenset({"with", "using", "part", "or"})
HINT_WORTH = 0.5


@dataclass(frozen=True, slots=True)
class Operation:
    """A line of `actions.tsv`. Empty fields are open."""

    root: str
    systems: str
    approach: str
    device: str
    qualifier: str


@dataclass(frozen=True, slots=True)
class Part:
    """A body part of a table: four characters, the words of its name, its side."""

    prefix: str
    words: frozenset[str]
    side: str


@cache
def operations() -> dict[str, Operation]:
    """Normal name → what it does."""
    found = {}
    for names, *fields in rows("actions.tsv"):
        for name in names.split("|"):
            found[key_of(name)] = Operation(*fields)
    return found


@cache
def names() -> Phrases:
    """The names of `actions.tsv`."""
    return Phrases(operations())


@cache
def _hints() -> tuple[tuple[frozenset[str], frozenset[str], str], ...]:
    """Words of notes, the words of the part's name, and the body system that they are meant for."""
    return tuple(
        (frozenset(key_of(said).split(" ")), frozenset(_named(name)), system)
        for listed, name, system in rows("parts.tsv")
        for said in listed.split("|")
    )


def _named(name: str) -> list[str]:
    return [word for word in norms(name) if word not in SMALL and word not in FILLING and word not in SIDES]


class Parts:
    """The body parts of a release by root operation."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._by_root: dict[str, list[Part]] = {}
        for prefix, name in book.parts():
            words = frozenset(_named(name))
            if words:
                said = {SIDES.get(word, "") for word in norms(name)} - {""}
                side = min(said) if len(said) == 1 else ""
                self._by_root.setdefault(prefix[2], []).append(Part(prefix, words, side))

    def claims(self, acts: Sequence[Act]) -> list[Claim]:
        """The code of each act whose part of the body is named close by."""
        sides = usual_sides(acts)
        found = []
        for act in acts:
            operation = operations()[act.key]
            side = act.side or sides.get(act.line.note.key, "")
            for part, factor in self._nearest(act, operation, side):
                found += self._completed(act, operation, part, factor)
        return found

    def _nearest(self, act: Act, operation: Operation, side: str) -> list[tuple[Part, float]]:
        near = _near(act)
        hinted = [(name, system) for said, name, system in _hints() if said <= near]
        rated = []
        for part in self._by_root.get(operation.root, ()):
            if operation.systems and part.prefix[1] not in operation.systems:
                continue
            if worth := _worth(part, near, hinted):
                rated.append((worth, part))
        if not rated:
            return []
        best = max(worth for worth, _ in rated)
        top = [part for worth, part in rated if worth == best]
        sided = [part for part in top if part.side == side] if side else [part for part in top if not part.side]
        chosen = sided or top
        names_left = {part.words for part in chosen}
        tied = TIED if len(names_left) > 1 or len({part.prefix[1] for part in chosen}) > 1 else 1.0
        if not sided and any(part.side for part in chosen):
            return [(part, UNSIDED * tied) for part in chosen[:2]]
        return [(part, tied) for part in chosen[: 1 if side != "bilateral" else 2]]

    def _completed(self, act: Act, operation: Operation, part: Part, factor: float) -> list[Claim]:
        codes = [code for code in self.book.under(part.prefix) if _allowed(code, operation)]
        approaches = "".join(dict.fromkeys(code[4] for code in codes))
        asked = choose(part.prefix, APPROACH, approaches, act) or (operation.approach if approaches else "")
        if not asked and len(approaches) > 1:
            factor *= OPEN_AXIS
        preferred = asked or EASY.get(operation.root, "")
        codes.sort(key=lambda code: (code[4] != preferred, APPROACHES.find(code[4]), _unplain(code)))
        wanted = choose(part.prefix, 7, "XZ", act) if not operation.qualifier else operation.qualifier
        codes.sort(key=lambda code: bool(wanted) and code[6] != wanted)
        remark = "" if asked or len(approaches) < 2 else "approach not documented"
        score = act.sure * factor * OF_PARTS
        return [Claim(codes[0], score, [act], [remark] if remark else [])] if codes else []


def _near(act: Act) -> frozenset[str]:
    words = act.line.words
    inside = [place for place, word in enumerate(words) if word.begin < act.end and word.end > act.begin]
    window = words[max(0, inside[0] - WINDOW) : inside[-1] + 1 + WINDOW]
    return frozenset(word.norm for word in window if word.norm not in SMALL)


def _worth(part: Part, near: frozenset[str], hinted: list[tuple[frozenset[str], str]]) -> float:
    """How many words of the part's name are said; 0 unless all are, in words of its own or in other words for it."""
    if part.words <= near:
        return float(len(part.words))
    if any(name == part.words and system in ("", part.prefix[1]) for name, system in hinted):
        return len(part.words) - HINT_WORTH
    return 0.0


def _allowed(code: str, operation: Operation) -> bool:
    return (
        operation.approach in ("", code[4])
        and operation.device in ("", code[5])
        and operation.qualifier in ("", code[6])
        and (operation.device != "" or code[5] == "Z" or operation.root in "HRU")
    )


def _unplain(code: str) -> int:
    return (code[5] != "Z") + (code[6] != "Z")
