"""What any coder would say before seeing data: the weights towards which a first fit is pulled."""

from __future__ import annotations

from dataclasses import dataclass, field

from inference.calibration import Weights

RIDGE = 2.0
BIAS = -1.5
WEIGHTS = {
    "problem": 2.5, "plan problem": 1.5, "rule integral": -3.0, "never affirmed": -1.0,
    "symptom beside disease": -0.5,
    "in review of systems": -0.5, "in examination": -0.5, "others listed": -1.0, "in diagnoses": 2.0,
    "guessed": -0.5, "rule drug": -1.0, "pregnancy": -1.5, "symptom": -0.5, "rule combined": 0.5, "rule assumed": 0.3,
    "drug given": 0.4, "result given": 0.4,
    "in assessment": 0.7, "assessed, nothing listed": 1.5, "unstructured": 2.2, "chronic inpatient": 1.5,
    "only by term": -0.3, "problem earlier": 1.2, "not at discharge": -1.2, "status inpatient": 2.2,
    "pregnant patient": 2.5, "rule long-term": 4.0, "rule stated": 1.5, "rule family": -0.5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prior:
    """Belief about weights before a fit: their values, and how firmly each is held (a ridge; 0 would be free)."""

    weights: Weights
    firmness: dict[str, float] = field(default_factory=dict)
    ridge: float = RIDGE

    def of(self, name: str) -> tuple[float, float]:
        """The value of a feature's weight and its ridge."""
        return self.weights.by_feature.get(name, 0.0), self.ridge + self.firmness.get(name, 0.0)


SCRATCH = Prior(Weights(BIAS, WEIGHTS))
