"""Speed and memory of the built-in coder, side by side with what is wanted.

    python tests/bench/coder_speed.py NOTES.jsonl [CACHE_DIR]

Start to first note, notes per second, one very long note, growth with length, two workers beside one, memory of a
worker and what it does not share. Prints figures; asserts nothing. Run it on an idle machine.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import sys
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medcode.settings")
os.environ.setdefault("MEDCODE_NO_SERVICES", "1")
django.setup()

from inference import batch, engine  # noqa: E402
from inference.engine import Engine  # noqa: E402
from inference.schema import ChartText, NoteText  # noqa: E402
from medcode.codebook.loaders import icd10cm  # noqa: E402

LONG_NOTE = 50_000  # words
GROWTH = 20_000  # code points
TIMES = 3  # over the notes, for two workers
GROWING = {
    "one condition": "hypertension ",
    "no no no": "no ",
    "open brackets": "(",
    "an endless list": "1. Hypertension.\n",
    "unknown problems": "1. Gizmo of the frobnicator.\n",
    "names without line breaks": "type 2 diabetes CKD stage 3 left knee pain gout ",
}


def main(notes: Path, cache: Path | None) -> None:
    lines = [line for line in notes.read_text(encoding="utf-8").splitlines() if line.strip()]
    begin = time.perf_counter()
    snapshot = icd10cm.snapshot()
    show("release from its XML", time.perf_counter() - begin, "s", "a worker reads it from PostgreSQL")
    begin = time.perf_counter()
    coder = engine.load(snapshot, cache)
    next(batch.code_lines(lines[:1], coder))
    show("engine start to first note", time.perf_counter() - begin, "s", "3 s at most")
    begin = time.perf_counter()
    done = sum(1 for _ in batch.code_lines(lines, coder))
    show("notes per second", done / (time.perf_counter() - begin), "", "20 at least")
    long_note(lines, coder)
    growth(lines, coder)
    workers(lines, coder)


def show(name: str, figure: float, unit: str, wanted: str) -> None:
    print(f"{name:44}{figure:9.2f} {unit:4} {wanted}")


def long_note(lines: list[str], coder: Engine) -> None:
    show(f"one note of {LONG_NOTE} words", seconds(coder, long_text(lines, LONG_NOTE)), "s", "5 s at most")


def long_text(lines: list[str], count: int) -> str:
    words = " ".join(json.loads(line)["text"] for line in lines).split(" ")
    return " ".join((words * (count // len(words) + 1))[:count])


def seconds(coder: Engine, text: str) -> float:
    begin = time.process_time()
    coder.propose(ChartText(notes=(NoteText("long", text),)))
    return time.process_time() - begin


def growth(lines: list[str], coder: Engine) -> None:
    """How much longer twice the text takes."""
    texts = {name: part * (GROWTH // len(part)) for name, part in GROWING.items()}
    texts["visits"] = long_text(lines, GROWTH)
    for name, text in texts.items():
        once = min(seconds(coder, text) for _ in range(2))
        twice = min(seconds(coder, text + text) for _ in range(2))
        show(f"twice the text takes: {name}", twice / once, "×", "2.5 at most")


def workers(lines: list[str], coder: Engine) -> None:
    """Forked after warming up, as the Celery workers are."""
    coder.warm_up()
    gc.collect()
    gc.freeze()
    show("memory before the fork", memory("VmRSS"), "MB", "600 MB at most, a worker")
    one, two = together(lines, coder, 1), together(lines, coder, 2)
    show("two workers beside one", two / one, "×", "1.8 at least")


def together(lines: list[str], coder: Engine, count: int) -> float:
    """Notes per second of this many workers together."""
    context = multiprocessing.get_context("fork")
    ready = context.Barrier(count + 1)
    children = [context.Process(target=work, args=(lines, coder, ready)) for _ in range(count)]
    for child in children:
        child.start()
    ready.wait()
    begin = time.perf_counter()
    for child in children:
        child.join()
    return count * TIMES * len(lines) / (time.perf_counter() - begin)


def work(lines: list[str], coder: Engine, ready: Barrier) -> None:
    ready.wait()
    for _ in range(TIMES):
        for _ in batch.code_lines(lines, coder):
            pass
    show("memory of a worker", memory("VmRSS"), "MB", f"of which its own: {private():.0f} MB")


def memory(field: str) -> float:
    """MB of this process, as Linux counts them."""
    rows = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(row.split()[1]) / 1024 for row in rows if row.startswith(field + ":"))


def private() -> float:
    """MB that this process shares with nobody."""
    rows = Path("/proc/self/smaps_rollup").read_text(encoding="utf-8").splitlines()
    return sum(int(row.split()[1]) for row in rows if row.startswith("Private_")) / 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
