"""Text as two readers may write it differently: blanks, case, typography and invisible characters are levelled out.

Every folded character remembers where it stood, so that what is found in the folded text is quoted verbatim.
"""

from __future__ import annotations

import unicodedata
from array import array
from dataclasses import dataclass
from functools import lru_cache

LONGEST_FOLD = 8  # characters that one may become; compatibility forms of more are oddities (U+FDFA)
ALIKE = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        # What `inference.proposers.vllm.chart.neutral` writes for the brackets of a chat template.
        "‹": "<",
        "›": ">",
        "⟦": "[",
        "⟧": "]",
    }
)


@dataclass(frozen=True, slots=True)
class Folded:
    """`text[i]` stands for the character at `places[i]` of the original."""

    text: str
    places: array[int]

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Where folded characters `[begin, end)` (at least one) stand in the original, half open."""
        return self.places[begin], self.places[end - 1] + 1

    def all(self, wanted: str, most: int) -> list[tuple[int, int]]:
        """The first `most` places of a folded text as whole words, in offsets of the original."""
        found: list[tuple[int, int]] = []
        begin = self.text.find(wanted) if wanted else -1
        while begin >= 0 and len(found) < most:
            end = begin + len(wanted)
            if not self._inside_word(begin) and not self._inside_word(end):
                found.append(self.span(begin, end))
            begin = self.text.find(wanted, begin + 1)
        return found

    def _inside_word(self, place: int) -> bool:
        return 0 < place < len(self.text) and self.text[place - 1].isalnum() and self.text[place].isalnum()


def fold(text: str) -> Folded:
    """The folded form of a text. Time is linear in its length."""
    parts: list[str] = []
    places = array("l")
    blank = True  # so that no blank opens the text
    for place, character in enumerate(text):
        written = _folded(character)
        if written == " ":
            if blank:
                continue
            blank = True
        elif written:
            blank = False
        parts.append(written)
        places.extend([place] * len(written))
    if blank and places:
        parts.pop()
        places.pop()
    return Folded("".join(parts), places)


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    """What one character becomes: nothing where it is invisible (zero width, direction marks), " " for any blank."""
    if character.isspace():
        return " "
    if unicodedata.category(character) in ("Cf", "Cc", "Cs") or "\ufe00" <= character <= "\ufe0f":
        return ""
    written = unicodedata.normalize("NFKC", character).translate(ALIKE).casefold()
    return written if 0 < len(written) <= LONGEST_FOLD and not written.isspace() else character
