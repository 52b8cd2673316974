"""Charts with what coders made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from inference.evaluation import files
from inference.evaluation.rows import Gold
from inference.schema import ChartText

ICD10CM = "ICD-10-CM"
SECOND_WEIGHT = 0.35  # a further coder's opinion, beside the adjudicated one


@dataclass(frozen=True, slots=True)
class Opinion:
    """One coder's codes for a chart, in stored form.

    `refused` are suggestions that the coder saw and did not code. Whatever else the chart was not coded with
    counts as refused with the weight `unseen`: 1 for a coder who read without suggestions.
    """

    kept: frozenset[str]
    refused: frozenset[str] = frozenset()
    weight: float = 1.0
    unseen: float = 1.0

    def weight_of(self, code: str) -> float:
        """How much this opinion says about a code."""
        return self.weight if code in self.kept or code in self.refused else self.weight * self.unseen


@dataclass(frozen=True, slots=True)
class Labelled:
    """A chart with at least one opinion. `key` is unique over everything that is trained on together."""

    key: str
    chart: ChartText
    opinions: tuple[Opinion, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Labelled charts of one origin. `weight` is how much each counts; `measured`: figures are taken on these."""

    name: str
    charts: tuple[Labelled, ...]
    weight: float = 1.0
    measured: bool = False
    files: tuple[str, ...] = field(default=())


def from_files(notes: Path, golds: Sequence[Path]) -> Iterator[Labelled]:
    """The coded notes of a file; the first gold counts in full, every further one by `SECOND_WEIGHT`.

    Raises `files.EvaluationFileError` for a line that is not what it should be.
    """
    opinions = [files.gold(path) for path in golds]
    for key, document in files.notes(notes).items():
        given = [
            Opinion(_codes(coder[key]), weight=SECOND_WEIGHT if place else 1.0)
            for place, coder in enumerate(opinions)
            if key in coder
        ]
        if given:
            yield Labelled(f"{notes.parent.name}/{notes.stem}/{key}", document.chart, tuple(given))


def first_opinions(charts: Sequence[Labelled], place: int = 0) -> Mapping[str, frozenset[str]]:
    """Key → the codes of the coder in this place, for charts that this many coders read."""
    return {chart.key: chart.opinions[place].kept for chart in charts if len(chart.opinions) > place}


def _codes(gold: Gold) -> frozenset[str]:
    return frozenset(key.code for key in gold.codes if key.system == ICD10CM)
