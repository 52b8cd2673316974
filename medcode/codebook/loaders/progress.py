"""How far a load is: a bar on a terminal, a plain line now and then otherwise."""

from __future__ import annotations

import time
from typing import TextIO

WIDTH = 30  # characters of the bar
EVERY_SECONDS = {True: 0.2, False: 10.0}  # on a terminal, and in a log


class Meter:
    """Shows steps and rows. Without a stream it shows nothing."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream
        self.live = bool(stream and stream.isatty())
        self.name, self.total, self.begun, self.shown = "", 0, 0.0, 0.0
        self.open = False

    def step(self, name: str, total: int = 0) -> None:
        """Begin a step; `total` rows when they are known beforehand."""
        self.done()
        self.name, self.total, self.begun = name, total, time.monotonic()
        self.shown = self.begun
        if self.stream:
            self.open = self.live
            self.stream.write(f"  {name} …" + ("" if self.live else "\n"))
            self.stream.flush()

    def tick(self, rows: int) -> None:
        """So many rows of this step are done."""
        now = time.monotonic()
        if not self.stream or now - self.shown < EVERY_SECONDS[self.live]:
            return
        self.shown = now
        speed = rows / max(now - self.begun, 0.001)
        line = f"  {self.name}: {self._bar(rows)}{rows:,} rows, {speed:,.0f} a second"
        self.stream.write(f"\r\x1b[K{line}" if self.live else f"{line}\n")
        self.stream.flush()

    def done(self) -> None:
        """End the line of the bar."""
        if self.stream and self.open:
            self.stream.write("\n")
        self.open = False

    def _bar(self, rows: int) -> str:
        if not self.total:
            return ""
        full = min(WIDTH, WIDTH * rows // self.total)
        return f"[{'█' * full}{'·' * (WIDTH - full)}] "
