"""Provenance of suggestions: which model, which prompt, how long. No note text is kept here."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class ModelVersion(models.Model):
    """A proposer as it answered: engine, version, and for a language model its base and adapter."""

    engine = models.CharField(max_length=40)
    version = models.CharField(max_length=120)
    first_seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["engine", "version"], name="model_version_once")]

    def __str__(self) -> str:
        return f"{self.engine} {self.version}"


class InferenceRun(models.Model):
    """One call of the engine over one chart.

    `input_sha256` fingerprints the notes that were read, so that a rerun over the same text is
    recognised. `dropped` counts the proposals that a check refused, by reason.
    """

    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="runs")
    prompt_version = models.CharField(max_length=60, blank=True)
    release = models.ForeignKey("codebook.Release", on_delete=models.PROTECT, related_name="+")
    input_sha256 = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    suggestion_count = models.PositiveIntegerField()
    dropped = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"Run {self.pk} of {self.model_version}"


class Adoption(models.Model):
    """Which learnt weights the built-in coder uses from a moment on: the last row counts.

    `content` is the whole artefact, so that every machine has it; empty for the packaged one. Who adopted it, and
    why, stands in the audit trail.
    """

    adopted_at = models.DateTimeField(default=timezone.now)
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=12)
    content = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
