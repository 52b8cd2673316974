"""Agreement of the built-in coder with the demo charts' `gold`: micro P, R, F1 per band and setting.

    python tests/bench/demo_agreement.py [CACHE_DIR]

The authors of the charts wrote this gold; no certified coder did. Prints figures; asserts nothing.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medcode.settings")
os.environ.setdefault("MEDCODE_NO_SERVICES", "1")
django.setup()

from inference import engine  # noqa: E402
from inference.evaluation import CATEGORY, agreement  # noqa: E402
from inference.schema import (  # noqa: E402
    Band,
    ChartText,
    LabFact,
    MedicationFact,
    NoteText,
    Proposal,
    Setting,
)
from medcode.codebook.loaders import icd10cm  # noqa: E402
from medcode.codebook.snapshot import undotted  # noqa: E402

# The files themselves: `review.demo.charts` needs a database, an evaluation does not.
FOLDER = Path(__file__).parents[2] / "review" / "demo" / "charts"
DAY = re.compile(r"\{day:-?\d+\}")
SHOWN = {"HIGH and MEDIUM": (Band.HIGH, Band.MEDIUM), "HIGH": (Band.HIGH,), "all": tuple(Band)}
FIRST = 10  # suggestions that a coder sees without scrolling


@dataclass(frozen=True)
class Sample:
    key: str
    gold: tuple[str, ...]
    content: dict[str, Any]


def main(cache: Path | None) -> None:
    samples = load()
    coder = engine.load(icd10cm.snapshot(), cache)
    coded = {sample.key: coder.propose(chart_of(sample)).proposals for sample in samples}
    groups = {"all charts": samples, "inpatient": [s for s in samples if chart_of(s).setting is Setting.INPATIENT]}
    for title, group in groups.items():
        print(f"{title}: {len(group)}")
        for name, bands in SHOWN.items():
            proposed = {s.key: [p.code for p in coded[s.key] if p.band in bands] for s in group}
            gold = {s.key: s.gold for s in group}
            print(f"  {name:16} exact     {agreement(gold, proposed)}")
            print(f"  {name:16} category  {agreement(gold, proposed, CATEGORY)}")
        print(f"  recall among the first {FIRST}  {recall_among_first(group, coded):.3f}")
    low = sorted(sum(p.band is Band.LOW for p in proposals) for proposals in coded.values())
    print(f"LOW suggestions per chart: median {low[len(low) // 2]}, most {low[-1]}")


def load() -> list[Sample]:
    contents = [tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.toml"))]
    return [Sample(each["id"], tuple(undotted(code) for code in each["gold"]), each) for each in contents]


def chart_of(sample: Sample) -> ChartText:
    """The chart as the engine would see it; placeholders of days stand for a fixed date."""
    content = sample.content
    return ChartText(
        notes=tuple(
            NoteText(note["id"], DAY.sub("03/05/2026", note["text"]), note["kind"]) for note in content["notes"]
        ),
        setting=Setting.INPATIENT if content["patient_class"] == "inpatient" else Setting.OUTPATIENT,
        sex=content["sex"],
        age=content["age"],
        medications=tuple(MedicationFact(m["name"], m.get("dose", "")) for m in content.get("medications", ())),
        labs=tuple(
            LabFact(lab["name"], str(lab["value"]), lab.get("unit", ""), lab.get("flag", ""))
            for lab in content.get("labs", ())
        ),
    )


def recall_among_first(group: Iterable[Sample], coded: dict[str, tuple[Proposal, ...]]) -> float:
    gold = {sample.key: sample.gold for sample in group}
    return agreement(gold, {key: [item.code for item in coded[key][:FIRST]] for key in gold}).recall


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
