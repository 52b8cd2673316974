"""Provenance of suggestions: which model, which prompt, how long. No note text is kept here."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone


class ModelVersion(models.Model):
    """A proposer as it answered: engine, version, and for a language model its base and adapter."""

    engine = models.CharField(max_length=40)
    version = models.CharField(max_length=120)
    base_model = models.CharField(max_length=120, blank=True)
    adapter = models.CharField(
        max_length=80, blank=True, help_text="The LoRA adapter that answered; none for the base."
    )
    first_seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["engine", "version"], name="model_version_once")]

    def __str__(self) -> str:
        return f"{self.engine} {self.version}"


class InferenceRun(models.Model):
    """One call of the engine over one chart.

    `input_sha256` fingerprints the notes that were read, so that a rerun over the same text is
    recognised. `dropped` counts the proposals that a check refused, by reason. Tokens are counted by the model
    server; `cached_tokens` are those of the prompt that its prefix cache held.
    """

    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="runs")
    prompt_version = models.CharField(max_length=60, blank=True)
    release = models.ForeignKey("codebook.Release", on_delete=models.PROTECT, related_name="+")
    input_sha256 = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    suggestion_count = models.PositiveIntegerField()
    dropped = models.JSONField(default=dict)
    fallback = models.BooleanField(default=False, help_text="The model server was away; the built-in coder answered.")
    shadow = models.BooleanField(default=False, help_text="The challenger's: compared in reports, never shown.")
    prompt_tokens = models.PositiveIntegerField(default=0)
    cached_tokens = models.PositiveIntegerField(default=0)
    completion_tokens = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"Run {self.pk} of {self.model_version}"


class Adapter(models.Model):
    """A LoRA adapter that the model server can load: the name that requests ask for, and where it lies there."""

    class Purpose(models.TextChoices):
        CODING = "coding", "Coding"
        CDI = "cdi", "CDI queries"

    name = models.CharField(max_length=80, unique=True, validators=[RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z")])
    purpose = models.CharField(max_length=10, choices=Purpose)
    base_model = models.CharField(max_length=120)
    path = models.CharField(max_length=400, help_text="The folder, as the model server sees it.")
    registered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Routing(models.Model):
    """Which engine and which adapters answer from a moment on: the last row counts, so every change can be taken back.

    Without a row the settings decide. Who changed it, and why, stands in the audit trail.
    """

    class Engine(models.TextChoices):
        BUILTIN = "builtin", "Built-in coder"
        VLLM = "vllm", "Language model"
        ENSEMBLE = "ensemble", "Both together"

    decided_at = models.DateTimeField(default=timezone.now)
    engine = models.CharField(max_length=10, choices=Engine)
    coding_adapter = models.ForeignKey(Adapter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    cdi_adapter = models.ForeignKey(Adapter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    fallback = models.BooleanField(default=True, help_text="The built-in coder answers while the server is away.")
    challenger_engine = models.CharField(max_length=10, choices=Engine, blank=True)
    challenger_adapter = models.ForeignKey(Adapter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    challenger_share = models.FloatField(
        default=0.0, help_text="Of the charts that also run on the challenger, 0 … 1."
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(challenger_share__gte=0, challenger_share__lte=1), name="routing_share_in_range"
            ),
            models.CheckConstraint(
                condition=models.Q(challenger_share=0) | ~models.Q(challenger_engine=""),
                name="routing_share_needs_challenger",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.engine} since {self.decided_at:%Y-%m-%d}"


class Adoption(models.Model):
    """Which learnt weights a coder uses from a moment on: the last row of its `subject` counts.

    The subject is "builtin", or names a language model's calibration (`inference.llm.subject`).

    `content` is the whole artefact, so that every machine has it; empty for the packaged one. Who adopted it, and
    why, stands in the audit trail.
    """

    adopted_at = models.DateTimeField(default=timezone.now)
    subject = models.CharField(max_length=200, default="builtin")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=12)
    content = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
