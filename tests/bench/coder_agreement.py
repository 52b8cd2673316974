"""Agreement of the built-in coder with gold codes: micro P, R, F1, exact and by category, per band.

    python tests/bench/coder_agreement.py NOTES.jsonl GOLD.jsonl [CACHE_DIR]

Note lines are `{"id", "text"}`, gold lines `{"id", "codes"}`. Prints figures; asserts nothing.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from inference import batch, engine
from inference.evaluation import CATEGORY, agreement
from inference.schema import Band
from medcode.codebook.loaders import icd10cm

SHOWN = {
    "HIGH and MEDIUM": (Band.HIGH, Band.MEDIUM),
    "HIGH": (Band.HIGH,),
    "all": tuple(Band),
}


def main(notes: Path, gold_file: Path, cache: Path | None) -> None:
    gold = {row["id"]: row["codes"] for row in map(json.loads, gold_file.read_text(encoding="utf-8").splitlines())}
    coder = engine.load(icd10cm.snapshot(), cache)
    with notes.open(encoding="utf-8") as lines:
        coded = {row["id"]: row["suggestions"] for row in batch.code_lines(lines, coder)}
    for name, bands in SHOWN.items():
        proposed = {key: [item["code"] for item in items if item["band"] in bands] for key, items in coded.items()}
        print(f"{name:16} exact     {agreement(gold, proposed)}")
        print(f"{name:16} category  {agreement(gold, proposed, CATEGORY)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
