"""One protocol by which every engine is measured. `docs/evaluation.md` defines each figure."""

from inference.evaluation.agreement import CATEGORY, Agreement, agreement

__all__ = ["CATEGORY", "Agreement", "agreement"]
