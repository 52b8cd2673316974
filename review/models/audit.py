"""Who did what, when. Append-only, like the decisions. Never holds PHI: ids, codes and counts only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class AuditEvent(models.Model):
    """One state change or one access. `actor` is empty when the system itself acted."""

    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="audit_events"
    )
    event = models.CharField(max_length=60, help_text='What happened, as "chart.finalized".')
    chart = models.ForeignKey(
        "review.Chart", on_delete=models.PROTECT, null=True, blank=True, related_name="audit_events"
    )
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["chart", "id"], name="audit_by_chart"),
            models.Index(fields=["-at", "id"], name="audit_by_time"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.event} #{self.pk}"
