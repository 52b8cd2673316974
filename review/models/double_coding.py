"""Two people code one chart without seeing each other's codes; a third decides where they differ."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from medcode.codebook.models import CodeSystem
from medcode.codebook.snapshot import dotted
from review.models.decision import AssignedCode
from review.models.second_look import AuditSample


class DoubleCoding(models.Model):
    """A FINAL chart that is coded once more, blind. `first_coder` made it final; `second_coder` codes it again."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting for a second coder"
        CODING = "coding", "Being coded again"
        SUBMITTED = "submitted", "Waiting for adjudication"
        ADJUDICATED = "adjudicated", "Adjudicated"

    sample = models.ForeignKey(AuditSample, on_delete=models.PROTECT, related_name="double_codings")
    chart = models.ForeignKey("review.Chart", on_delete=models.PROTECT, related_name="double_codings")
    first_coder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    second_coder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    adjudicator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    status = models.CharField(max_length=11, choices=Status, default=Status.WAITING)
    drawn_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    adjudicated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample", "chart"], name="double_coding_once_per_sample"),
            models.UniqueConstraint(
                fields=["chart"], condition=~models.Q(status="adjudicated"), name="double_coding_one_open_per_chart"
            ),
            models.CheckConstraint(
                condition=models.Q(status="waiting", second_coder__isnull=True)
                | (~models.Q(status="waiting") & models.Q(second_coder__isnull=False)),
                name="double_coding_has_a_coder_once_begun",
            ),
            models.CheckConstraint(
                condition=models.Q(second_coder__isnull=True) | ~models.Q(second_coder=models.F("first_coder")),
                name="double_coding_by_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(adjudicator__isnull=True)
                | (~models.Q(adjudicator=models.F("first_coder")) & ~models.Q(adjudicator=models.F("second_coder"))),
                name="double_coding_adjudicated_by_a_third",
            ),
            models.CheckConstraint(
                condition=models.Q(status="adjudicated", adjudicator__isnull=False, adjudicated_at__isnull=False)
                | (~models.Q(status="adjudicated") & models.Q(adjudicator=None, adjudicated_at=None)),
                name="double_coding_adjudicated_has_person_and_time",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["submitted", "adjudicated"], submitted_at__isnull=False)
                | models.Q(status__in=["waiting", "coding"], submitted_at__isnull=True),
                name="double_coding_submitted_has_a_time",
            ),
        ]
        indexes = [models.Index(fields=["-submitted_at"], name="double_coding_by_time")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Double coding {self.pk} of chart {self.chart_id}"


class DoubleCode(models.Model):
    """A code that one or both assigned. The sequence of who did not assign it is empty; `kept` is the third's word."""

    double = models.ForeignKey(DoubleCoding, on_delete=models.PROTECT, related_name="codes")
    code_system = models.CharField(max_length=12, choices=CodeSystem)
    code = models.CharField(max_length=10)
    description = models.CharField(max_length=400)
    first_sequence = models.PositiveSmallIntegerField(null=True, blank=True)
    first_poa = models.CharField(max_length=1, choices=AssignedCode.Poa, blank=True)
    second_sequence = models.PositiveSmallIntegerField(null=True, blank=True)
    second_poa = models.CharField(max_length=1, choices=AssignedCode.Poa, blank=True)
    kept = models.BooleanField(null=True, blank=True)
    comment = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["double", "code_system", "code"], name="double_code_once"),
            models.CheckConstraint(
                condition=models.Q(first_sequence__gte=1) | models.Q(second_sequence__gte=1),
                name="double_code_somebody_assigned_it",
            ),
        ]
        ordering = ["first_sequence", "second_sequence", "id"]

    def __str__(self) -> str:
        return f"Double code {self.pk}"

    @property
    def display(self) -> str:
        return dotted(self.code, self.code_system)

    @property
    def both(self) -> bool:
        return self.first_sequence is not None and self.second_sequence is not None
