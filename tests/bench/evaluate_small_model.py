"""`make evaluate-llm`: a small model served here, and the coder with it measured on a hospital's own coded notes.

    python -m tests.bench.evaluate_small_model 0.5b --notes N.jsonl --gold G.jsonl --sample 20 [--engine vllm …]

What is measured is the way a chart takes, and what so small a model adds or spoils: no figure of a model that a
hospital would use. On two cores count on a minute for each note.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tests.bench.small_models import FOLDER, MODELS, prepare, serving
from tests.verification.llm.verify import make_sure_of_vllm
from tests.verification.llm.vllm_process import ROOT, NoServerError, Supervised, free_port

ENGINES = ["vllm", "ensemble", "builtin"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=sorted(MODELS))
    parser.add_argument("--notes", type=Path, required=True)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--sample", type=int, default=20)
    parser.add_argument("--engine", action="append", choices=ENGINES)
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32")
    options, more = parser.parse_known_args()  # the rest is for evaluate_coding, `--bands` or `--report` for instance
    try:
        make_sure_of_vllm()
        FOLDER.mkdir(parents=True, exist_ok=True)
        server = serving(options.model, prepare(options.model), port=free_port(), dtype=options.dtype, context=8192)
        with Supervised(server, server.log.with_suffix(".pid")):
            return evaluate(server.url, options, more)
    except NoServerError as error:
        print(error, file=sys.stderr)
        return 1


def evaluate(url: str, options: argparse.Namespace, more: list[str]) -> int:
    environment = os.environ | {
        "VLLM_URL": url,
        "VLLM_MODEL": options.model,
        "VLLM_IN_FLIGHT": "4",
        "VLLM_RESERVED": "0",
        "VLLM_TIMEOUT": "900",
    }
    manage = [sys.executable, "manage.py"]
    for command in (["migrate", "--verbosity", "0"], ["load_codes", "packaged", "--verbosity", "0"]):
        subprocess.run([*manage, *command], cwd=ROOT, env=environment, check=True)
    engines = [word for engine in options.engine or ENGINES for word in ("--engine", engine)]
    files = ["--notes", str(options.notes), "--gold", str(options.gold), "--sample", str(options.sample)]
    return subprocess.run(
        [*manage, "evaluate_coding", *files, *engines, *more], cwd=ROOT, env=environment, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
