"""What people decided. Append-only: an undo is one more row, never a change."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from medcode.codebook.models import CodeSystem
from medcode.codebook.snapshot import dotted


class RejectReason(models.TextChoices):
    """Why a suggestion is not coded, or why another code is right. In the order of the keys 1 to 8."""

    UNSUPPORTED = "unsupported", "Unsupported by the documentation"
    LESS_SPECIFIC = "less_specific", "Less specific than documented"
    WRONG_CODE = "wrong_code", "Wrong code"
    INTEGRAL = "integral", "Integral to another diagnosis"
    NOT_REPORTABLE = "not_reportable", "Not reportable here"
    DUPLICATE = "duplicate", "Duplicate"
    NEGATED = "negated", "Negated or historical"
    OTHER = "other", "Other"


class Decision(models.Model):
    """One act of one coder on one code. The database refuses UPDATE, DELETE and TRUNCATE.

    An undo names in `undoes` what it takes back; a decision that puts a code back names the undo that took it off.

    The columns from `specialty` on repeat what was true at that moment, so that reports and
    exports need no join and stay right when a suggestion is later withdrawn.
    """

    class Act(models.TextChoices):
        ACCEPT = "accept", "Accepted"
        MODIFY = "modify", "Modified"
        REJECT = "reject", "Rejected"
        ADD = "add", "Added"
        UNDO = "undo", "Undone"

    chart = models.ForeignKey("review.Chart", on_delete=models.PROTECT, related_name="decisions")
    suggestion = models.ForeignKey(
        "review.Suggestion", on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by")
    coder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions")
    act = models.CharField(max_length=6, choices=Act)
    took = models.JSONField(
        null=True,
        blank=True,
        help_text="Of an undo that named its decision: what the code taken off had said.",
    )
    code_system = models.CharField(max_length=12, choices=CodeSystem)
    suggested_code = models.CharField(max_length=10, blank=True)
    final_code = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=16, choices=RejectReason, blank=True)
    comment = models.CharField(max_length=500, blank=True)
    seconds_spent = models.PositiveIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField(default=timezone.now)

    specialty = models.CharField(max_length=60)
    confidence = models.FloatField(null=True, blank=True)
    band = models.CharField(max_length=6, blank=True)
    model_version = models.CharField(max_length=160, blank=True)
    prompt_version = models.CharField(max_length=60, blank=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(act__in=["accept", "modify", "reject"], suggestion__isnull=False)
                | models.Q(act="add", suggestion__isnull=True)
                | models.Q(act="undo"),
                name="decision_on_a_suggestion_unless_added",
            ),
            models.CheckConstraint(
                condition=~models.Q(act="undo") | models.Q(undoes__isnull=False),
                name="decision_undo_names_what_it_undoes",
            ),
            models.CheckConstraint(
                condition=models.Q(act="undo") | models.Q(took__isnull=True), name="decision_only_an_undo_took"
            ),
            models.CheckConstraint(
                condition=~models.Q(act__in=["accept", "modify", "add"]) | ~models.Q(final_code=""),
                name="decision_to_code_names_the_code",
            ),
            models.CheckConstraint(
                condition=~models.Q(act__in=["modify", "reject"]) | ~models.Q(reason=""),
                name="decision_override_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["decided_at", "id"], name="decision_by_time"),
            models.Index(fields=["coder", "decided_at"], include=["act", "seconds_spent"], name="decision_by_coder"),
            models.Index(
                fields=["specialty", "suggested_code", "decided_at"],
                condition=models.Q(act__in=["accept", "modify", "reject"]),
                include=["act", "code_system", "simulated"],
                name="decision_track_record",
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Decision {self.pk}"

    @property
    def told(self) -> str:
        """The act in a word, for a list of decisions."""
        if self.act == self.Act.UNDO:
            return "Taken off" if self.took else "Undone"
        return "Put back" if self.undoes_id else self.get_act_display()

    @property
    def codes_display(self) -> str:
        """The code that it is about; "suggested → final" where these differ."""
        if self.act == self.Act.UNDO and self.undoes:
            return self.undoes.codes_display
        if self.act == self.Act.MODIFY:
            return f"{self.suggested_display} → {self.final_display}"
        return self.final_display or self.suggested_display

    @property
    def suggested_display(self) -> str:
        return dotted(self.suggested_code, self.code_system)

    @property
    def final_display(self) -> str:
        return dotted(self.final_code, self.code_system)


class AssignedCode(models.Model):
    """A final code on the chart. Diagnoses, procedures (ICD-10-PCS) and services (CPT, HCPCS) are ordered apart.

    `sequence` 1 is the principal (outpatient: first-listed) diagnosis, the principal procedure, or the first service.
    """

    class Poa(models.TextChoices):
        YES = "Y", "Y · present on admission"
        NO = "N", "N · not present on admission"
        UNDOCUMENTED = "U", "U · documentation insufficient"
        UNDETERMINED = "W", "W · clinically undetermined"
        EXEMPT = "1", "1 · exempt from reporting"

    class Kind(models.TextChoices):
        DIAGNOSIS = "diagnosis", "Diagnoses"
        PROCEDURE = "procedure", "Procedures"
        SERVICE = "service", "Services"

    chart = models.ForeignKey("review.Chart", on_delete=models.PROTECT, related_name="assigned_codes")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="assigned_code")
    code_system = models.CharField(max_length=12, choices=CodeSystem)
    code = models.CharField(max_length=10)
    description = models.CharField(max_length=400)
    kind = models.GeneratedField(
        expression=models.Case(
            models.When(code_system="ICD-10-CM", then=models.Value("diagnosis")),
            models.When(code_system="ICD-10-PCS", then=models.Value("procedure")),
            default=models.Value("service"),
        ),
        output_field=models.CharField(max_length=9),
        db_persist=True,
    )
    sequence = models.PositiveSmallIntegerField(help_text="Among the codes of its kind, from 1.")
    poa = models.CharField(max_length=1, choices=Poa, blank=True)
    modifiers = models.CharField(max_length=11, blank=True, help_text='At most four, as "59 LT".')
    units = models.PositiveSmallIntegerField(default=1)
    performed_on = models.DateField(null=True, blank=True, help_text="Empty: on the chart's own date.")
    performed_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chart", "code_system", "code"], name="assigned_code_once_per_chart"),
            models.UniqueConstraint(
                fields=["chart", "kind", "sequence"],
                name="assigned_code_sequence_once_per_kind",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=models.Q(sequence__gte=1), name="assigned_code_sequence_from_one"),
            models.CheckConstraint(
                condition=models.Q(poa="") | models.Q(code_system="ICD-10-CM"), name="assigned_code_poa_of_a_diagnosis"
            ),
            models.CheckConstraint(
                condition=models.Q(modifiers__regex=r"^([A-Z0-9]{2}( [A-Z0-9]{2}){0,3})?$"),
                name="assigned_code_four_modifiers",
            ),
            models.CheckConstraint(
                condition=models.Q(code_system__in=["CPT", "HCPCS"]) | models.Q(modifiers="", units=1),
                name="assigned_code_modifiers_of_a_service",
            ),
            models.CheckConstraint(condition=models.Q(units__gte=1, units__lte=999), name="assigned_code_units_range"),
            models.CheckConstraint(
                condition=~models.Q(code_system="ICD-10-CM") | models.Q(performed_on__isnull=True, performed_by=""),
                name="assigned_code_performed_is_no_diagnosis",
            ),
        ]
        ordering = ["kind", "sequence"]

    def __str__(self) -> str:
        return f"Assigned code {self.pk}: {self.display}"

    @property
    def display(self) -> str:
        return dotted(self.code, self.code_system)

    @property
    def is_diagnosis(self) -> bool:
        return self.code_system == CodeSystem.ICD10CM

    @property
    def is_service(self) -> bool:
        """Whether it takes modifiers, units and diagnosis pointers: CPT and HCPCS."""
        return self.code_system in (CodeSystem.CPT, CodeSystem.HCPCS)

    @property
    def modifier_list(self) -> tuple[str, ...]:
        return tuple(self.modifiers.split())


class DiagnosisPointer(models.Model):
    """Which diagnosis a service was done for, in order of importance (CMS-1500, item 24E).

    A trigger refuses diagnoses of another chart and codes that are no diagnosis.
    """

    service = models.ForeignKey(AssignedCode, on_delete=models.CASCADE, related_name="pointers")
    diagnosis = models.ForeignKey(AssignedCode, on_delete=models.CASCADE, related_name="pointed_at_by")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "position"], name="pointer_position_once"),
            models.UniqueConstraint(fields=["service", "diagnosis"], name="pointer_diagnosis_once"),
            models.CheckConstraint(condition=models.Q(position__gte=1, position__lte=4), name="pointer_four_at_most"),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"Pointer {self.pk}"
