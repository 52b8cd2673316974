"""What the coder's screen keeps: each person's keys and switches, notes read, time spent, and blind charts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class WorkbenchPolicy(models.Model):
    """What an admin sets for everybody from a moment on: the last row counts. Who set it stands in the audit trail."""

    decided_at = models.DateTimeField(default=timezone.now)
    blind_share = models.FloatField(default=0.0, help_text="Of new charts that are presented without suggestions.")
    hide_money = models.BooleanField(default=False, help_text="For people who have not chosen themselves.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(blind_share__gte=0, blind_share__lte=0.5), name="policy_blind_share_in_range"
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Workbench policy {self.pk}"


class Workbench(models.Model):
    """One person's own arrangement of the screen. `keys` maps an act to its key where it is not the usual one."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="workbench")
    hide_money = models.BooleanField(null=True, help_text="Empty: as the policy says.")
    keys = models.JSONField(default=dict)
    time_zone = models.CharField(max_length=63, blank=True, help_text="IANA name; empty: the site's own.")
    guided_at = models.DateTimeField(null=True, blank=True, help_text="When the guided first chart was ended.")

    def __str__(self) -> str:
        return f"Workbench {self.pk}"


class NoteRead(models.Model):
    """A person has had this version of a document before their eyes."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notes_read")
    note = models.ForeignKey("review.Note", on_delete=models.CASCADE, related_name="readings")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "note"], name="note_read_once_per_person")]

    def __str__(self) -> str:
        return f"Note {self.note_id} read"


class ChartTime(models.Model):
    """Seconds in which a person was active on a chart; pauses do not count. `last_at`: of the last addition."""

    chart = models.ForeignKey("review.Chart", on_delete=models.CASCADE, related_name="times")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="chart_times")
    seconds = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chart", "person"], name="chart_time_once_per_person")]

    def __str__(self) -> str:
        return f"{self.seconds} s on chart {self.chart_id}"


class BlindReading(models.Model):
    """A coder's own list of a blind chart at the moment when the suggestions were shown. Append-only.

    `own` codes were found without the model's help, `suggested` are the model's HIGH and MEDIUM ones and
    `shared` are in both: shared ÷ own is the model's recall, measured on people whom it could not sway.
    """

    chart = models.OneToOneField("review.Chart", on_delete=models.PROTECT, related_name="blind_reading")
    coder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="blind_readings")
    at = models.DateTimeField(default=timezone.now)
    codes = models.JSONField(help_text="The coder's own list, as [code system, code].")
    own = models.PositiveSmallIntegerField()
    suggested = models.PositiveSmallIntegerField()
    shared = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(shared__lte=models.F("own"), own__gte=1)
                & models.Q(shared__lte=models.F("suggested")),
                name="blind_reading_counts_fit",
            ),
        ]
        indexes = [models.Index(fields=["-at", "id"], name="blind_reading_by_time")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Blind reading of chart {self.chart_id}"
