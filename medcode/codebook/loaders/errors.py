"""What a loader says when a file is not what it should be."""

from __future__ import annotations


class CodebookFileError(ValueError):
    """The file is not what it should be; the message says what and where."""


def malformed(where: str, line: int, expected: str, found: str) -> CodebookFileError:
    """The sentence for one bad line: where, what was expected, and the beginning of what stands there."""
    shown = found if len(found) <= 80 else found[:77] + "…"
    return CodebookFileError(f"{where}, line {line:,}: expected {expected}, found {shown!r}.")
