"""Codes proposed by the model; never final by themselves."""

from __future__ import annotations

from django.db import models

from inference.schema import Band
from medcode.codebook.models import CodeSystem
from medcode.codebook.snapshot import dotted


class Suggestion(models.Model):
    """A code that the model proposes for a chart, with its calibrated probability of being kept."""

    class State(models.TextChoices):
        PENDING = "pending", "Undecided"
        ACCEPTED = "accepted", "Accepted"
        MODIFIED = "modified", "Modified"
        REJECTED = "rejected", "Rejected"
        WITHDRAWN = "withdrawn", "Withdrawn"

    chart = models.ForeignKey("review.Chart", on_delete=models.PROTECT, related_name="suggestions")
    run = models.ForeignKey("inference.InferenceRun", on_delete=models.PROTECT, related_name="suggestions")
    code_system = models.CharField(max_length=12, choices=CodeSystem)
    code = models.CharField(max_length=10, help_text="Stored form, without a dot.")
    description = models.CharField(max_length=400)
    confidence = models.FloatField()
    band = models.CharField(max_length=6, choices=[(band.value, band.value.title()) for band in Band])
    rank = models.PositiveSmallIntegerField(help_text="1 is the best of its run.")
    reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["chart", "code_system", "code"],
                condition=~models.Q(state="withdrawn"),
                name="suggestion_code_once_per_chart",
            ),
            models.CheckConstraint(
                condition=models.Q(confidence__gte=0, confidence__lte=1), name="suggestion_confidence_in_range"
            ),
            models.CheckConstraint(
                condition=models.Q(band__in=[band.value for band in Band]), name="suggestion_band_known"
            ),
        ]
        ordering = ["rank", "id"]

    def __str__(self) -> str:
        return f"Suggestion {self.pk}: {self.display}"

    @property
    def display(self) -> str:
        """The dotted form for people."""
        return dotted(self.code, self.code_system)

    @property
    def percent(self) -> int:
        """The confidence as people read it; never 100, for nothing here is certain."""
        return min(99, round(self.confidence * 100))

    @property
    def quotes(self) -> list[Evidence]:
        """The best spans with different words, at most four: the same words twice convince nobody more."""
        different = {" ".join(span.text.lower().split()): span for span in reversed(self.evidence.all())}
        return sorted(different.values(), key=lambda span: span.position)[:4]


class Evidence(models.Model):
    """A span in a note: Unicode code points into the stored text, `text == note.text[begin:end]`."""

    suggestion = models.ForeignKey(Suggestion, on_delete=models.CASCADE, related_name="evidence")
    note = models.ForeignKey("review.Note", on_delete=models.PROTECT, related_name="evidence")
    begin = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    text = models.TextField()
    position = models.PositiveSmallIntegerField(help_text="1 is the best span.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(end__gt=models.F("begin")), name="evidence_span_not_empty"),
        ]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"Evidence {self.pk}"
