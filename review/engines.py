"""The engine that suggests codes for charts. Pages, tasks and tests reach it by this name only."""

from inference.registry import builtin, diagnoses

__all__ = ["builtin", "diagnoses"]
