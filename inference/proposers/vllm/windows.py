"""Notes that are longer than a model can read: cut, or read in windows.

Cut: the middle of the hospital course goes first, else the middle of the note; diagnoses and assessments stay as long
as anything else is left, and the instructions always do. Windows: runs of whole paragraphs that overlap, each asked by
itself. Both speak of code points; how many tokens those are is the server's to say, and it is asked after each cut.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inference.proposers.vllm.chart import Piece
from inference.schema import ChartText, NoteText
from inference.text.sections import Kind, lines, sections

KEPT = frozenset({Kind.DIAGNOSES, Kind.ASSESSMENT})
EDGE = 0.15  # share of a course or note that stays at either end while there is something else to cut
OVERLAP = 0.15  # of a window, repeated at the beginning of the next
BREAK = 200  # code points within which a cut looks for the end of a line or word


Hole = tuple[int, int, int]  # note, begin, end


@dataclass(frozen=True, slots=True)
class Stretch:
    """`[begin, end)` of a note, to be cut from its middle outwards. `edge`: the share that stays at both ends."""

    note: int
    begin: int
    end: int
    edge: float

    @property
    def spare(self) -> int:
        """How many code points may go."""
        return int((self.end - self.begin) * (1 - 2 * self.edge))


def length(pieces: Iterable[Piece]) -> int:
    """Code points of some pieces."""
    return sum(piece.end - piece.begin for piece in pieces)


def cut(chart: ChartText, room: int) -> tuple[Piece, ...]:
    """Pieces of the notes that hold at most `room` code points together."""
    surplus = sum(len(note.text) for note in chart.notes) - room
    gone: list[Hole] = []
    for stretch in _stretches(chart.notes):
        taken = sum(end - begin for _, begin, end in gone)
        if taken >= surplus:
            break
        if stretch.spare > 0:
            gone = _without(gone, _hole(chart.notes[stretch.note].text, stretch, surplus - taken, gone))
    return tuple(piece for place, note in enumerate(chart.notes) for piece in _left(place, note, gone))


def _stretches(notes: Sequence[NoteText]) -> list[Stretch]:
    """What may be cut, in order: hospital courses, what stands outside diagnoses and assessments, then anything."""
    courses, others, rest = [], [], []
    for place, note in enumerate(notes):
        parts = sections(note.text)
        courses += [Stretch(place, each.begin, each.end, EDGE) for each in parts if each.kind is Kind.COURSE]
        begin = 0
        for kept in [each for each in parts if each.kind in KEPT]:
            others.append(Stretch(place, begin, kept.begin, EDGE))
            begin = kept.end
        others.append(Stretch(place, begin, len(note.text), EDGE))
        rest.append(Stretch(place, 0, len(note.text), 0.0))
    # A cut takes whole words with it: out of a short stretch it would take all.
    long = ([each for each in group if each.end - each.begin > 2 * BREAK] for group in (courses, others))
    ordered = [sorted(group, key=lambda each: each.begin - each.end) for group in long]
    bare = [Stretch(each.note, each.begin, each.end, 0.0) for each in ordered[1]]
    return [*ordered[0], *ordered[1], *bare, *sorted(rest, key=lambda each: each.begin - each.end)]


def _hole(text: str, stretch: Stretch, wanted: int, gone: Iterable[Hole]) -> Hole:
    """`wanted` code points more out of the middle of a stretch, or a little over so that words stay whole."""
    inside = [(begin, end) for note, begin, end in gone if note == stretch.note]

    def fresh(size: int) -> int:
        """How much of a hole of this size is not gone yet: never less for a larger one."""
        begin, end = _middle(stretch, size)
        return size - sum(max(0, min(end, last) - max(begin, first)) for first, last in inside)

    size = bisect_left(range(stretch.spare), wanted, key=fresh)
    begin, end = _middle(stretch, size)
    return stretch.note, _back(text, begin, stretch.begin), _on(text, end, stretch.end)


def _middle(stretch: Stretch, size: int) -> tuple[int, int]:
    begin = (stretch.begin + stretch.end - size) // 2
    return begin, begin + size


def _back(text: str, place: int, least: int) -> int:
    floor = max(least, place - BREAK)
    for mark in ("\n", " "):
        found = text.rfind(mark, floor, place)
        if found >= 0:
            return found
    return place


def _on(text: str, place: int, most: int) -> int:
    ceiling = min(most, place + BREAK)
    for mark in ("\n", " "):
        found = text.find(mark, place, ceiling)
        if found >= 0:
            return found
    return place


def _without(gone: list[Hole], hole: Hole) -> list[Hole]:
    """The holes with one more, those that touch joined."""
    merged: list[Hole] = []
    for note, begin, end in sorted([*gone, hole]):
        if merged and merged[-1][0] == note and begin <= merged[-1][2]:
            merged[-1] = (note, merged[-1][1], max(end, merged[-1][2]))
        else:
            merged.append((note, begin, end))
    return merged


def _left(place: int, note: NoteText, gone: Iterable[Hole]) -> list[Piece]:
    found, begin = [], 0
    for number, first, last in gone:
        if number == place:
            found.append(Piece(place, begin, first))
            begin = last
    found.append(Piece(place, begin, len(note.text)))
    return [piece for piece in found if piece.begin < piece.end]


def windows(chart: ChartText, room: int) -> list[tuple[Piece, ...]]:
    """Runs of paragraphs of at most `room` code points each, over all notes in order, each overlapping the last."""
    found: list[tuple[Piece, ...]] = []
    current: list[Piece] = []
    for piece in _paragraphs(chart.notes, max(1, room)):
        if current and length(current) + piece.end - piece.begin > room:
            found.append(_joined(current))
            current = _tail(current, min(int(OVERLAP * room), room - (piece.end - piece.begin)))
        current.append(piece)
    return [*found, _joined(current)] if current else found


def _paragraphs(notes: Sequence[NoteText], most: int) -> list[Piece]:
    """The notes in pieces that end at an empty line, or where a paragraph grows longer than `most`."""
    found = []
    for place, note in enumerate(notes):
        begin = 0
        for first, last in lines(note.text):
            whole = last - begin > most
            if whole and first > begin:
                found.append(Piece(place, begin, first))
                begin = first
            while last - begin > most:
                end = _back(note.text, begin + most, begin + 1)
                found.append(Piece(place, begin, end))
                begin = end
            if not note.text[first:last].strip() and first > begin:
                found.append(Piece(place, begin, last))
                begin = last
        if begin < len(note.text):
            found.append(Piece(place, begin, len(note.text)))
    return found


def _tail(pieces: Sequence[Piece], room: int) -> list[Piece]:
    """The last pieces that fit into the room; of a long one its end."""
    kept: list[Piece] = []
    for piece in reversed(pieces):
        left = room - length(kept)
        if piece.end - piece.begin <= left:
            kept.insert(0, piece)
        else:
            if left > BREAK:
                kept.insert(0, Piece(piece.note, piece.end - left, piece.end))
            break
    return kept


def _joined(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Pieces that follow each other without a gap, as one."""
    found: list[Piece] = []
    for piece in pieces:
        if found and found[-1].note == piece.note and found[-1].end == piece.begin:
            found[-1] = Piece(piece.note, found[-1].begin, piece.end)
        else:
            found.append(piece)
    return tuple(found)
