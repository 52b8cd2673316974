"""What a language model's calibration belongs to: figures measured with one model say nothing about another."""

from __future__ import annotations

import hashlib

LONGEST = 200  # as `Adoption.subject`
MARK = 6  # characters of a SHA-256 behind a name that had to be shortened


def name(engine: str, base_model: str, adapter: str, prompt_version: str) -> str:
    """The subject of the adoptions of this engine over this model, adapter and prompt."""
    return f"{engine} {short(base_model, 90)} {short(adapter, 60) or '-'} {prompt_version}"[:LONGEST]


def short(served_name: str, most: int) -> str:
    """A served name without its folder, at most so long; cut, it keeps a mark of the whole."""
    last = served_name.rstrip("/").rsplit("/", 1)[-1]
    if len(last) <= most:
        return last
    return f"{last[: most - MARK - 1]}~{hashlib.sha256(served_name.encode()).hexdigest()[:MARK]}"
