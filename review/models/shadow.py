"""What a challenger would have suggested: for comparison only, never shown beside a chart."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from inference.models import Adapter, Routing
from inference.schema import Band
from medcode.codebook.models import CodeSystem


class ShadowRun(models.Model):
    """A chart that also runs on the challenger. Due until `run` is set or `error` says why it never will be."""

    chart = models.ForeignKey("review.Chart", on_delete=models.PROTECT, related_name="shadow_runs")
    champion = models.ForeignKey("inference.InferenceRun", on_delete=models.PROTECT, related_name="+")
    engine = models.CharField(max_length=10, choices=Routing.Engine)
    adapter = models.ForeignKey(Adapter, on_delete=models.PROTECT, null=True, related_name="+")
    due_since = models.DateTimeField(default=timezone.now)
    lease = models.UUIDField(null=True)
    lease_expires_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    run = models.ForeignKey("inference.InferenceRun", on_delete=models.PROTECT, null=True, related_name="+")
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["champion"], name="shadow_once_per_run")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(run__isnull=True, error=""), name="shadow_due"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Shadow {self.pk} of chart {self.chart_id}"


class ShadowSuggestion(models.Model):
    """A code that the challenger proposed, with its probability. Its evidence is not kept."""

    shadow = models.ForeignKey(ShadowRun, on_delete=models.CASCADE, related_name="suggestions")
    code_system = models.CharField(max_length=12, choices=CodeSystem)
    code = models.CharField(max_length=10)
    confidence = models.FloatField()
    band = models.CharField(max_length=6, choices=[(band.value, band.value.title()) for band in Band])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shadow", "code_system", "code"], name="shadow_code_once_per_run"),
        ]
        ordering = ["-confidence", "id"]

    def __str__(self) -> str:
        return f"{self.code} in shadow {self.shadow_id}"
