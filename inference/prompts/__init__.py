"""The versioned instructions of the language model: one file for each mode, the same for every chart.

The file is the system message, and comes first, so that a server's prefix cache holds it once for all charts. Whatever
differs from chart to chart follows in the user's message (`inference.proposers.vllm.chart`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
LAYOUT = 1  # of the message after the instructions: raise it with every change of its form
DIGEST_LENGTH = 8  # characters of a SHA-256


@dataclass(frozen=True, slots=True)
class Template:
    """Instructions, and the version that is stored with every run: it changes with every character."""

    name: str
    text: str

    @property
    def version(self) -> str:
        """The name and a digest of text and layout."""
        digest = hashlib.sha256(f"{LAYOUT}\n{self.text}".encode()).hexdigest()
        return f"{self.name}-{digest[:DIGEST_LENGTH]}"


@cache
def load(name: str) -> Template:
    """The instructions of a mode. `KeyError` for a mode that has none."""
    file = FOLDER / f"{name}.txt"
    if name not in names():
        raise KeyError(name)
    return Template(name, file.read_text(encoding="utf-8").strip())


@cache
def names() -> frozenset[str]:
    """The modes that have instructions."""
    return frozenset(file.stem for file in FOLDER.glob("*.txt"))
