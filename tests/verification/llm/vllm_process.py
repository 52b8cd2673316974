"""A `vllm serve` of our own: started, waited for, started again when it dies, and never left behind."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[3]
VENV = ROOT / ".venv-llm"
START_SECONDS = 420  # 50 to 90 on two quiet cores, three times that on busy ones


class NoServerError(Exception):
    """vLLM did not come up. The message says what to look at."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What to serve, and how. `cache` in GiB, `threads` as VLLM_CPU_OMP_THREADS_BIND wants them."""

    model: Path
    name: str
    port: int
    log: Path
    dtype: str = "float32"
    context: int = 2048
    cache: int = 1
    more: Sequence[str] = ()
    api_key: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def command(self) -> list[str]:
        fixed = ["--served-model-name", self.name, "--host", "127.0.0.1", "--port", str(self.port)]
        shape = ["--dtype", self.dtype, "--max-model-len", str(self.context), "--enforce-eager"]
        adapters = ["--enable-lora", "--max-loras", "2", "--max-lora-rank", "16"]
        as_documented = [  # docs/serving.md says why
            "--enable-prefix-caching",
            "--enable-prompt-tokens-details",
            "--scheduling-policy=priority",
            "--generation-config=vllm",
            "--disable-fastapi-docs",
            '--structured-outputs-config={"backend":"xgrammar","disable_any_whitespace":true}',
        ]
        return [
            str(VENV / "bin/vllm"), "serve", str(self.model), *fixed, *shape, *adapters, *as_documented, *self.more
        ]  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of ours but what a program needs, and no way out of the machine."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        quiet = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
        cpu = {"VLLM_CPU_KVCACHE_SPACE": str(self.cache), "VLLM_CPU_OMP_THREADS_BIND": _cores()}
        keys = {"VLLM_ALLOW_RUNTIME_LORA_UPDATING": "True"} | ({"VLLM_API_KEY": self.api_key} if self.api_key else {})
        return kept | quiet | cpu | keys | {"LD_PRELOAD": ":".join(map(str, preloaded()))}


class Supervised:
    """Keeps one server running, as systemd would: `with Supervised(serving, pid_file): …`.

    Each life's process group is led by the pid in `pid_file`.
    """

    def __init__(self, serving: Serving, pid_file: Path) -> None:
        self.serving, self.pid_file = serving, pid_file
        self.lives = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Supervised:
        self.serving.log.parent.mkdir(parents=True, exist_ok=True)
        self.serving.log.write_bytes(b"")
        kill_leftover(self.pid_file)
        self._start()
        self._watcher.start()
        try:
            self._first_start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        self._stopping.set()
        if self._watcher.is_alive():
            self._watcher.join()
        if self._process:
            kill_group(self._process.pid)
            self._process.wait()
        self.pid_file.unlink(missing_ok=True)

    def _first_start(self) -> None:
        until = time.monotonic() + START_SECONDS
        while not healthy(self.serving.port):
            if self.lives > 1:
                raise NoServerError(f"vLLM ended while it started. Its last words are in {self.serving.log}.")
            if time.monotonic() > until:
                raise NoServerError(f"vLLM is not up after {START_SECONDS} s. See {self.serving.log}.")
            time.sleep(0.5)

    def _start(self) -> None:
        self.lives += 1
        with self.serving.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.serving.command,
                env=self.serving.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid_file.write_text(str(self._process.pid))

    def _watch(self) -> None:
        while not self._stopping.wait(0.2):
            if self._process and self._process.poll() is not None:
                kill_group(self._process.pid)  # its engine, should that have outlived it
                self._start()


def kill_group(pid: int) -> None:
    """vLLM is several processes; a lone engine would keep the memory."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def kill_leftover(pid_file: Path) -> None:
    """The server of a run that was itself killed, should it still be there."""
    with contextlib.suppress(OSError, ValueError):
        pid = int(pid_file.read_text())
        if b"vllm" in Path(f"/proc/{pid}/cmdline").read_bytes():
            kill_group(pid)


def healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def preloaded() -> list[Path]:
    """What vLLM's CPU build wants loaded first: a quick allocator and Intel's OpenMP, those that there are."""
    places = [Path("/usr/lib"), Path("/usr/lib64")]
    allocators = [found for place in places for found in sorted(place.glob("**/libtcmalloc_minimal.so.4"))]
    return allocators[:1] + [openmp for openmp in [VENV / "lib/libiomp5.so"] if openmp.exists()]


def _cores() -> str:
    """All of this process's."""
    return ",".join(map(str, sorted(os.sched_getaffinity(0))))
