"""Speed of the built-in coder: start to first note, notes per second, one very long note.

    python tests/bench/coder_speed.py NOTES.jsonl [CACHE_DIR]

Prints figures; asserts nothing. Run it pinned to one core (`taskset -c 0`) for comparable numbers.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from inference import batch, engine
from inference.engine import Engine
from inference.schema import ChartText, NoteText
from medcode.codebook.loaders import icd10cm

LONG_NOTE = 50_000  # words


def main(notes: Path, cache: Path | None) -> None:
    lines = [line for line in notes.read_text(encoding="utf-8").splitlines() if line.strip()]
    begin = time.perf_counter()
    snapshot = icd10cm.snapshot()
    print(f"release from its XML          {time.perf_counter() - begin:6.2f} s  (a worker reads it from PostgreSQL)")
    begin = time.perf_counter()
    coder = engine.load(snapshot, cache)
    next(batch.code_lines(lines[:1], coder))
    print(f"engine start to first note    {time.perf_counter() - begin:6.2f} s")
    begin = time.perf_counter()
    done = sum(1 for _ in batch.code_lines(lines, coder))
    print(f"notes per second              {done / (time.perf_counter() - begin):6.1f}    ({done} notes)")
    long_note(lines, coder)


def long_note(lines: list[str], coder: Engine) -> None:
    words = " ".join(json.loads(line)["text"] for line in lines).split(" ")
    text = " ".join((words * (LONG_NOTE // len(words) + 1))[:LONG_NOTE])
    begin = time.perf_counter()
    coder.propose(ChartText(notes=(NoteText("long", text),)))
    print(f"one note of {LONG_NOTE} words      {time.perf_counter() - begin:6.2f} s")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
