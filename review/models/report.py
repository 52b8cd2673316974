"""Rolled-up weeks, so that opening a report reads one row."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class WeeklyReport(models.Model):
    """The accuracy figures of one week of FINAL charts, Monday to Sunday in the hospital's time zone.

    `figures` holds counts only, so that every rate and interval is derived on reading and equals
    a recount from the decisions.
    """

    week = models.DateField(unique=True, help_text="The Monday on which the week begins.")
    figures = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["-week"]

    def __str__(self) -> str:
        return f"Week of {self.week}"
