"""Agreement between proposed and gold code sets: micro precision, recall and F1.

Codes in stored or dotted form; compared exactly, or by category (first three characters).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from medcode.codebook.snapshot import undotted

CATEGORY = 3  # characters


@dataclass(frozen=True, slots=True)
class Agreement:
    """Counts over all documents, and the figures that follow from them (0 where undefined)."""

    right: int
    proposed: int
    gold: int

    @property
    def precision(self) -> float:
        """Share of proposed codes that are gold."""
        return self.right / self.proposed if self.proposed else 0.0

    @property
    def recall(self) -> float:
        """Share of gold codes that were proposed."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / (self.proposed + self.gold) if self.proposed + self.gold else 0.0

    def __str__(self) -> str:
        counts = f"{self.right}/{self.proposed}/{self.gold}"
        return f"P {self.precision:.3f}  R {self.recall:.3f}  F1 {self.f1:.3f}  ({counts})"


def agreement(
    gold: Mapping[str, Iterable[str]], proposed: Mapping[str, Iterable[str]], length: int | None = None
) -> Agreement:
    """Micro agreement over the documents of `gold`; `length` 3 compares categories."""
    right = proposed_count = gold_count = 0
    for key, codes in gold.items():
        wanted = {undotted(code)[:length] for code in codes}
        given = {undotted(code)[:length] for code in proposed.get(key, ())}
        right += len(wanted & given)
        proposed_count += len(given)
        gold_count += len(wanted)
    return Agreement(right, proposed_count, gold_count)
