"""Starts the processes that make up a running Medcode, and stops them together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self

STOP_SECONDS = 10


class ProcessDiedError(RuntimeError):
    """A supervised process ended by itself; the message names its log."""


class Supervisor:
    """Child processes in sessions of their own: Ctrl+C reaches only this process, which stops them in order.

    Each writes to `log_dir/NAME.log`. Leaving the `with` block stops all, the last started first.
    """

    def __init__(self, log_dir: Path, environment: dict[str, str]) -> None:
        self.log_dir = log_dir
        self.environment = os.environ | environment
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._logs: list[IO[bytes]] = []

    def __enter__(self) -> Self:
        self.log_dir.mkdir(parents=True, exist_ok=True)
        # `kill` should stop everything as Ctrl+C does.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in reversed(self.running):
            self.running[name].terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in reversed(self.running.values()):
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for log in self._logs:
            log.close()

    def start(self, name: str, *arguments: str) -> None:
        """Start `python -m ARGUMENTS…`."""
        log = (self.log_dir / f"{name}.log").open("ab")
        self._logs.append(log)
        self.running[name] = subprocess.Popen(  # noqa: S603 - our own programs
            [sys.executable, "-m", *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def check(self) -> None:
        """Raise `ProcessDiedError` when one of them is gone."""
        for name, process in self.running.items():
            if process.poll() is not None:
                raise ProcessDiedError(f"The {name} process ended by itself; see {self.log_dir / name}.log.")
