"""The second look: which charts are drawn, what an auditor would have coded, and what became of the difference."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from medcode.codebook.models import CodeSystem
from medcode.codebook.snapshot import dotted
from review.models.decision import AssignedCode
from review.models.encounter import Encounter


class SampleRule(models.TextChoices):
    """Which of the FINAL charts a sample may be drawn from."""

    ANY = "any", "Any chart"
    OVERRIDES = "overrides", "Charts with overrides or added codes"
    HIGH_ONLY = "high_only", "Charts whose suggestions were all HIGH"
    NEW_CODER = "new_coder", "Charts of coders in their first 90 days"


class SampleUnit(models.TextChoices):
    COUNT = "count", "charts of each coder"
    PERCENT = "percent", "% of each coder’s charts"


class SampleMethod(models.TextChoices):
    """What is done with a drawn chart."""

    REVIEW = "review", "Audit beside the coder’s codes"
    DOUBLE = "double", "Code again, blind, then adjudicate"


class Criteria(models.Model):
    """What a sample is drawn by. Blank filters mean "any"."""

    rule = models.CharField(max_length=10, choices=SampleRule, default=SampleRule.ANY)
    method = models.CharField(max_length=6, choices=SampleMethod, default=SampleMethod.REVIEW)
    size = models.PositiveSmallIntegerField(default=3)
    unit = models.CharField(max_length=7, choices=SampleUnit, default=SampleUnit.COUNT)
    specialty = models.CharField(max_length=60, blank=True)
    payer = models.CharField(max_length=120, blank=True)
    patient_class = models.CharField(max_length=12, choices=Encounter.PatientClass, blank=True)

    class Meta:
        abstract = True

    @property
    def sentence(self) -> str:
        """What is drawn, in words."""
        filters = [self.specialty, self.payer, self.get_patient_class_display()]
        amount = f"{self.size} chart{'' if self.size == 1 else 's'} of each coder"
        if self.unit == SampleUnit.PERCENT:
            amount = f"{self.size}{self.get_unit_display()}"
        return " · ".join([amount, self.get_rule_display().lower(), *filter(None, filters)])


def _sane_size(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(size__gte=1)
        & (models.Q(unit="count", size__lte=200) | models.Q(unit="percent", size__lte=100)),
        name=name,
    )


class AuditPlan(Criteria):
    """A sample that is drawn again every Monday, over the charts that became final in the week before."""

    name = models.CharField(max_length=80, unique=True)
    seed = models.PositiveIntegerField(default=1, help_text="The same seed draws the same charts.")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [_sane_size("audit_plan_size_sane")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AuditSample(Criteria):
    """One draw. `key` is derived from plan and week, or comes with the form: drawing twice is drawing once."""

    key = models.UUIDField(unique=True, default=uuid.uuid4)
    plan = models.ForeignKey(AuditPlan, on_delete=models.PROTECT, null=True, blank=True, related_name="samples")
    name = models.CharField(max_length=80)
    first_day = models.DateField()
    last_day = models.DateField()
    seed = models.PositiveIntegerField()
    population = models.PositiveIntegerField(help_text="Charts that could have been drawn.")
    drawn_at = models.DateTimeField(default=timezone.now)
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    simulated = models.BooleanField(default=False)

    class Meta:
        constraints = [
            _sane_size("audit_sample_size_sane"),
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="audit_sample_days_in_order"
            ),
        ]
        ordering = ["-drawn_at", "-id"]

    def __str__(self) -> str:
        return f"Sample {self.pk}"


class ChartAudit(models.Model):
    """A second look at one FINAL chart. The life of one is a table: `review.second_look.AUDIT_TRANSITIONS`."""

    class Status(models.TextChoices):
        DRAWN = "drawn", "Waiting for an auditor"
        IN_REVIEW = "in_review", "In review"
        RETURNED = "returned", "With the coder"
        AGREED = "agreed", "Coder agrees"
        REBUTTED = "rebutted", "Coder rebuts"
        FINISHED = "finished", "Finished"
        ESCALATED = "escalated", "With the supervisor"
        DECIDED = "decided", "Decided"

    CLOSED = (Status.FINISHED, Status.DECIDED)

    sample = models.ForeignKey(AuditSample, on_delete=models.PROTECT, related_name="audits")
    chart = models.ForeignKey("review.Chart", on_delete=models.PROTECT, related_name="second_looks")
    coder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="work_audited")
    auditor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="audits_made"
    )
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAWN)
    version = models.PositiveIntegerField(default=1, help_text="Grows with every change; a stale save is refused.")
    comment = models.CharField(max_length=1000, blank=True, help_text="The auditor's word to the coder.")
    drawn_at = models.DateTimeField(default=timezone.now)
    returned_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    score = models.JSONField(null=True, blank=True, help_text="The counts as they stood when it was closed.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample", "chart"], name="chart_audit_once_per_sample"),
            models.UniqueConstraint(
                fields=["chart"],
                condition=~models.Q(status__in=["finished", "decided"]),
                name="chart_audit_one_open_per_chart",
            ),
            models.CheckConstraint(
                condition=models.Q(status="drawn", auditor__isnull=True)
                | (~models.Q(status="drawn") & models.Q(auditor__isnull=False)),
                name="chart_audit_has_an_auditor_once_begun",
            ),
            models.CheckConstraint(
                condition=models.Q(auditor__isnull=True) | ~models.Q(auditor=models.F("coder")),
                name="chart_audit_not_of_own_work",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status__in=["finished", "decided"],
                    closed_at__isnull=False,
                    closed_by__isnull=False,
                    score__isnull=False,
                )
                | (~models.Q(status__in=["finished", "decided"]) & models.Q(closed_at=None, score__isnull=True)),
                name="chart_audit_closed_has_person_time_score",
            ),
        ]
        indexes = [
            models.Index(fields=["coder", "-id"], name="chart_audit_by_coder"),
            models.Index(fields=["-closed_at"], name="chart_audit_by_close"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Second look {self.pk} at chart {self.chart_id}"

    @property
    def is_closed(self) -> bool:
        return self.status in self.CLOSED


class ErrorKind(models.TextChoices):
    """What kind of error a difference is. Which rule it breaks: `review.reports.second_look.GUIDELINES`."""

    PRINCIPAL = "principal", "Principal or first-listed diagnosis"
    MISSED = "missed", "Documented, not coded"
    UNSUPPORTED = "unsupported", "Not supported by the documentation"
    SPECIFICITY = "specificity", "Not as specific as documented"
    WRONG = "wrong", "Wrong code"
    COMBINATION = "combination", "Combination code or integral condition"
    INSTRUCTION = "instruction", "Excludes, code first, use additional"
    SEQUENCE = "sequence", "Sequence"
    POA = "poa", "Present on admission"
    OTHER = "other", "Other"


class AuditedCode(models.Model):
    """One line of the comparison: what the coder has, what the auditor has, why they differ, and who was right.

    `coder_code` "" is a code that the coder missed, `code` "" one that the auditor takes off.
    """

    class Answer(models.TextChoices):
        AGREE = "agree", "Agreed"
        REBUT = "rebut", "Rebutted"

    class Ruling(models.TextChoices):
        UPHELD = "upheld", "Finding stands"
        WITHDRAWN = "withdrawn", "Coder is right"

    audit = models.ForeignKey(ChartAudit, on_delete=models.PROTECT, related_name="codes")
    code_system = models.CharField(max_length=12, choices=CodeSystem)
    coder_code = models.CharField(max_length=10, blank=True)
    coder_description = models.CharField(max_length=400, blank=True)
    coder_sequence = models.PositiveSmallIntegerField(null=True, blank=True)
    coder_poa = models.CharField(max_length=1, choices=AssignedCode.Poa, blank=True)
    code = models.CharField(max_length=10, blank=True)
    description = models.CharField(max_length=400, blank=True)
    sequence = models.PositiveSmallIntegerField(null=True, blank=True)
    poa = models.CharField(max_length=1, choices=AssignedCode.Poa, blank=True)
    kind = models.CharField(max_length=12, choices=ErrorKind, blank=True)
    comment = models.CharField(max_length=500, blank=True)
    answer = models.CharField(max_length=5, choices=Answer, blank=True)
    answer_comment = models.CharField(max_length=500, blank=True)
    ruling = models.CharField(max_length=9, choices=Ruling, blank=True)
    ruling_comment = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["audit", "code_system", "coder_code"],
                condition=~models.Q(coder_code=""),
                name="audited_code_coder_code_once",
            ),
            models.UniqueConstraint(
                fields=["audit", "code_system", "code"], condition=~models.Q(code=""), name="audited_code_code_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(code="") | ~models.Q(coder_code=""), name="audited_code_names_a_code"
            ),
            models.CheckConstraint(
                condition=models.Q(code="", sequence__isnull=True) | (~models.Q(code="") & models.Q(sequence__gte=1)),
                name="audited_code_has_a_sequence",
            ),
            models.CheckConstraint(
                condition=models.Q(coder_code="", coder_sequence__isnull=True)
                | (~models.Q(coder_code="") & models.Q(coder_sequence__gte=1)),
                name="audited_code_coder_has_a_sequence",
            ),
            models.CheckConstraint(
                condition=models.Q(code=models.F("coder_code")) | ~models.Q(kind=""),
                name="audited_code_difference_has_a_kind",
            ),
            models.CheckConstraint(
                condition=~models.Q(answer="rebut") | ~models.Q(answer_comment=""),
                name="audited_code_rebuttal_says_why",
            ),
            models.CheckConstraint(
                condition=models.Q(ruling="") | models.Q(answer="rebut"), name="audited_code_ruling_on_a_rebuttal"
            ),
        ]
        ordering = ["sequence", "coder_sequence", "id"]

    def __str__(self) -> str:
        return f"Audited code {self.pk}"

    @property
    def coder_display(self) -> str:
        return dotted(self.coder_code, self.code_system)

    @property
    def display(self) -> str:
        return dotted(self.code, self.code_system)
