"""The chart as the model sees it: data between tags that nothing in the data can open or close.

Chart text is levelled one character for one (`neutral`): what opens a tag, or a control token of a chat template, gets
a bracket that merely looks like it. A quote that the model copies is found again in the stored text, because
`inference.text.folding` reads both brackets as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from inference.schema import ChartText
from medcode.codebook.snapshot import dotted

# "<140" and "p < 0.05" stay; "<|im_start|>", "</s>", "<note>", "<!--", "<<SYS>>" do not.
OPENS = re.compile(r"<(?=[A-Za-z/|｜!?<\[])")
# "[INST]", "[/INST]", "[TOOL_CALLS]".
BRACKETED = re.compile(r"\[(?=/?[A-Z_]{3,20}\])")
# Invisible, or nothing that a JSON string should carry: zero width, direction marks, controls, lone surrogates.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
CUT = "[… left out …]"
MOST_FACTS = 100  # medications, and laboratory results: the first that many
LONGEST_FACT = 160  # code points


@dataclass(frozen=True, slots=True)
class Piece:
    """`notes[note].text[begin:end]`: a stretch of a note that is shown to the model."""

    note: int
    begin: int
    end: int


def whole(chart: ChartText) -> tuple[Piece, ...]:
    """Every note in full."""
    return tuple(Piece(place, 0, len(note.text)) for place, note in enumerate(chart.notes))


def neutral(text: str) -> str:
    """Text that holds no tag, no control token and nothing invisible."""
    shown = CONTROL.sub(" ", INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return BRACKETED.sub("⟦", OPENS.sub("‹", shown))


def line(text: str) -> str:
    """The same for what stands in one line."""
    return " ".join(neutral(text).split())[:LONGEST_FACT]


def written(chart: ChartText, pieces: Sequence[Piece]) -> str:
    """The chart between its tags; of the notes only the pieces, with a mark where text between two is left out."""
    shown = [
        f"setting: {chart.setting.value}",
        f"sex: {chart.sex or 'unknown'}",
        f"age: {'unknown' if chart.age is None else chart.age}",
        f"date of service: {chart.date_of_service or 'unknown'}",
        *_list("medications", (f"{each.name} {each.dose}" for each in chart.medications[:MOST_FACTS])),
        *_list("labs", (f"{each.name} {each.value} {each.unit} {each.flag}" for each in chart.labs[:MOST_FACTS])),
    ]
    for place, note in enumerate(chart.notes):
        own = [piece for piece in pieces if piece.note == place and piece.begin < piece.end]
        if own:
            kind = line(note.kind).replace('"', "'")
            shown += [f'<note id="{place + 1}" kind="{kind}">', _text(note.text, own), "</note>"]
    return "\n".join(["<chart>", *shown, "</chart>"])


def candidates(codes: Iterable[tuple[str, str]], code_system: str) -> str:
    """Stored codes with their titles, one a line, between their tags."""
    return "\n".join(["<candidates>", *_titled(codes, code_system), "</candidates>"])


def lettered(codes: Iterable[tuple[str, str]], code_system: str) -> tuple[str, str]:
    """The same with a letter before each, "none of these" at the end; and the letters. At most 25 codes.

    Asked for the code itself or the word "none", small models say "none" whatever is asked: the word alone is likelier
    than any row of digits. Among letters they look at what stands behind them.
    """
    lines = [*_titled(codes, code_system), "none of these"]
    letters = ascii_uppercase[: len(lines)]
    named = [f"{letter}. {text}" for letter, text in zip(letters, lines, strict=True)]
    return "\n".join(["<candidates>", *named, "</candidates>"]), letters


def _titled(codes: Iterable[tuple[str, str]], code_system: str) -> list[str]:
    return [f"{dotted(code, code_system)} {line(title)}" for code, title in codes]


def _list(name: str, facts: Iterable[str]) -> list[str]:
    lines = [f"- {shown}" for fact in facts if (shown := line(fact))]
    return [f"<{name}>", *lines, f"</{name}>"] if lines else []


def _text(text: str, pieces: Sequence[Piece]) -> str:
    parts: list[str] = []
    reached = 0
    for piece in pieces:
        if piece.begin > reached:
            parts.append(CUT)
        parts.append(neutral(text[piece.begin : piece.end]).strip("\n"))
        reached = piece.end
    if reached < len(text):
        parts.append(CUT)
    return "\n".join(parts)
