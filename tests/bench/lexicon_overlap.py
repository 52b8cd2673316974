"""Whether the lexicon was copied from benchmark notes: fails when they share six words in a row.

    python tests/bench/lexicon_overlap.py NOTES.jsonl [MORE.jsonl …]

Note lines are `{"id", "text"}`. A dictionary that holds a phrase of a note measures memory, not coding. Official
titles and inclusion terms are no part of the lexicon and are not looked at. Prints what overlaps; exits with 1.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from inference.coding import external
from medcode.codebook.lexicon import tables

LONGEST_SHARED = 5  # words
WORD = re.compile(r"[a-z0-9]+")


def main(files: list[Path]) -> int:
    rows = [row for path in [*tables.tables(), external.TABLE] for row in tables.rows(path)]
    phrases = {run for row in rows for run in _runs(row.phrase)}
    shared = [
        (path.name, note, " ".join(run))
        for path in files
        for note, text in _notes(path)
        for run in _runs(text)
        if run in phrases
    ]
    for file, note, run in shared:
        print(f"{file}, {note}: {run}")
    print(f"{len(phrases)} runs of {LONGEST_SHARED + 1} words in the lexicon, {len(shared)} of them in the notes.")
    return 1 if shared else 0


def _notes(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            row = json.loads(line)
            yield str(row["id"]), str(row["text"])


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    """Every run of words one longer than may be shared."""
    words = WORD.findall(text.lower())
    for start in range(len(words) - LONGEST_SHARED):
        yield tuple(words[start : start + LONGEST_SHARED + 1])


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
