"""The same chart gets the same answer in every process: a worker's hash seed decides nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROPOSE = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medcode.settings")
os.environ["MEDCODE_NO_SERVICES"] = "1"
import django
django.setup()
from pathlib import Path
from inference import engine
from inference.schema import ChartText, NoteText
from medcode.codebook.loaders import icd10cm
from tests.unit.inference.visits import visits
coder = engine.load(icd10cm.snapshot(), Path(sys.argv[1]))
texts = [visit.text for visit in visits()] + ["HPI\\n28 weeks gestation, ventriculomegaly at week 21 of gestation.\\n"]
for text in texts:
    for each in coder.propose(ChartText(notes=(NoteText("note", text),))).proposals:
        print(each.code, each.confidence, each.reason, [(span.begin, span.end) for span in each.evidence])
"""


def answers(seed: str, cache: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COV_")}
    done = subprocess.run(
        [sys.executable, "-c", PROPOSE, str(cache)],
        cwd=ROOT,
        env=environment | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_processes_with_other_hash_seeds_propose_the_same(tmp_path: Path) -> None:
    first = answers("1", tmp_path)
    assert first
    assert answers("2", tmp_path) == first
