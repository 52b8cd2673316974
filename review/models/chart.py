"""An encounter's record being coded, and the documents in it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from inference.schema import Band
from medcode.codebook.lookup import ReleaseChoice
from review import failures
from review.models.encounter import Encounter
from review.models.worklist_indexes import worklist_indexes


class Chart(models.Model):
    """The unit of work: claimed by one coder at a time, FINAL when coding is complete.

    The columns below `status` repeat what a worklist row shows, so that a list never joins to
    suggestions and never reads a note.
    """

    class Status(models.TextChoices):
        RECEIVED = "received", "Waiting for suggestions"
        SUGGESTING = "suggesting", "Suggestions under way"
        READY = "ready", "Ready to code"
        ON_HOLD = "on_hold", "On hold"
        FINAL = "final", "Final"
        FAILED = "failed", "Suggestions failed"

    class Bands(models.TextChoices):
        HIGH = Band.HIGH.value, "High"
        MEDIUM = Band.MEDIUM.value, "Medium"
        LOW = Band.LOW.value, "Low"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    encounter = models.OneToOneField("review.Encounter", on_delete=models.PROTECT, related_name="chart")
    status = models.CharField(max_length=10, choices=Status, default=Status.RECEIVED)
    version = models.PositiveIntegerField(default=1, help_text="Grows with every change; a stale save is refused.")

    specialty = models.CharField(max_length=60)
    patient_class = models.CharField(
        max_length=12, choices=Encounter.PatientClass, default=Encounter.PatientClass.OUTPATIENT
    )
    payer = models.CharField(max_length=120, blank=True)
    facility = models.CharField(max_length=120, blank=True)
    coding_date = models.DateField()
    coding_date_assumed = models.BooleanField(default=False, help_text="The source gave no date of service.")
    release = models.ForeignKey("codebook.Release", on_delete=models.PROTECT, null=True, related_name="+")
    release_is_stand_in = models.BooleanField(
        default=False, help_text="No loaded release is valid on the coding date; the nearest one is used."
    )
    band = models.CharField(max_length=6, choices=Bands, default=Bands.LOW)
    confidence = models.FloatField(default=0.0, help_text="Mean confidence of HIGH and MEDIUM suggestions.")
    high_count = models.PositiveSmallIntegerField(default=0)
    medium_count = models.PositiveSmallIntegerField(default=0)
    low_count = models.PositiveSmallIntegerField(default=0)
    expected_drg = models.CharField(
        max_length=3, blank=True, help_text="MS-DRG of an inpatient stay by its codes so far, or by its suggestions."
    )
    expected_weight = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    needs_manual_review = models.BooleanField(default=False)
    hold_reason = models.CharField(max_length=200, blank=True)
    # Whoever puts a chart on hold, and wherever: what it waits for is read off the reason by the database.
    query_open = models.GeneratedField(
        expression=models.Q(hold_reason__iregex="query"),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
    )
    missing_document = models.GeneratedField(
        expression=models.Q(hold_reason__iregex="missing|pending"),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
    )
    edit_failed = models.BooleanField(default=False, help_text="The last attempt to submit it was refused.")
    by_fallback = models.BooleanField(default=False, help_text="The built-in coder answered for the model server.")
    for_audit = models.BooleanField(default=False, help_text="An assignment rule asks for a second look at it.")
    blind = models.BooleanField(default=False, help_text="A control chart: coded once without suggestions.")
    blind_shown_at = models.DateTimeField(null=True, blank=True, help_text="When the suggestions were shown.")
    simulated = models.BooleanField(default=False)

    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="claimed_charts"
    )
    claim_expires_at = models.DateTimeField(null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="assigned_charts"
    )
    assigned_at = models.DateTimeField(null=True, blank=True)

    run = models.ForeignKey("inference.InferenceRun", on_delete=models.PROTECT, null=True, related_name="+")
    suggest_lease = models.UUIDField(null=True, blank=True)
    suggest_lease_expires_at = models.DateTimeField(null=True, blank=True)
    suggest_attempts = models.PositiveSmallIntegerField(default=0)
    suggest_error = models.CharField(max_length=300, blank=True)
    person_waiting = models.BooleanField(default=False, help_text="Somebody looks at the page: before the backlog.")

    received_at = models.DateTimeField(default=timezone.now)
    finalized_at = models.DateTimeField(null=True, blank=True)
    finalized_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="finalized_charts"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(claimed_by__isnull=True, claim_expires_at__isnull=True)
                | models.Q(claimed_by__isnull=False, claim_expires_at__isnull=False),
                name="chart_claim_has_holder_and_expiry",
            ),
            models.CheckConstraint(
                condition=models.Q(status="final", finalized_at__isnull=False, finalized_by__isnull=False)
                | (~models.Q(status="final") & models.Q(finalized_at__isnull=True)),
                name="chart_final_has_person_and_time",
            ),
            models.CheckConstraint(
                condition=models.Q(confidence__gte=0, confidence__lte=1), name="chart_confidence_in_range"
            ),
            models.CheckConstraint(
                condition=models.Q(blind=True) | models.Q(blind_shown_at__isnull=True), name="chart_shown_after_blind"
            ),
            models.CheckConstraint(
                condition=models.Q(assigned_to__isnull=True, assigned_at__isnull=True)
                | models.Q(assigned_to__isnull=False, assigned_at__isnull=False),
                name="chart_assignment_has_person_and_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-confidence", "id"], condition=models.Q(status="ready"), name="chart_ready_by_confidence"
            ),
            models.Index(fields=["coding_date", "id"], condition=models.Q(status="ready"), name="chart_ready_by_age"),
            models.Index(
                fields=["-person_waiting", "id"],
                condition=models.Q(status__in=["received", "suggesting"]),
                name="chart_to_suggest",
            ),
            models.Index(
                fields=["-finalized_at", "id"], condition=models.Q(status="final"), name="chart_final_by_time"
            ),
            *worklist_indexes(),
        ]

    def __str__(self) -> str:
        return f"Chart {self.pk}"

    @property
    def is_held(self) -> bool:
        """Whether a coder's lease on this chart is running."""
        return self.claim_expires_at is not None and self.claim_expires_at > timezone.now()

    @property
    def hides_suggestions(self) -> bool:
        """Whether this is a blind chart whose coder has not saved a list of their own yet."""
        return self.blind and self.blind_shown_at is None

    @property
    def release_sentence(self) -> str:
        """What people are told of the code set's edition; "" when it is simply the right one, or none is loaded."""
        if self.release is None:
            return ""
        return ReleaseChoice(self.release, self.release_is_stand_in).sentence(self.coding_date)

    @property
    def failure(self) -> str:
        """Why the last attempt to suggest codes failed, in words."""
        return failures.sentence(self.suggest_error)

    @property
    def days_waiting(self) -> int:
        """Days since the discharge or visit: how long the hospital waits for its bill."""
        return max(0, (timezone.localdate(timezone=timezone.get_default_timezone()) - self.coding_date).days)


class Note(models.Model):
    """One document. Its text never changes: an amended document is a new version beside the old one."""

    chart = models.ForeignKey(Chart, on_delete=models.PROTECT, related_name="notes")
    source_id = models.CharField(max_length=200)
    version = models.PositiveSmallIntegerField(default=1)
    superseded_at = models.DateTimeField(null=True, blank=True)
    kind = models.CharField(max_length=80, blank=True)
    title = models.CharField(max_length=200, blank=True)
    author = models.CharField(max_length=120, blank=True)
    written_at = models.DateTimeField(null=True, blank=True)
    position = models.PositiveSmallIntegerField()
    text = models.TextField()
    text_sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chart", "source_id", "version"], name="note_version_once"),
            models.UniqueConstraint(
                fields=["chart", "source_id"], condition=models.Q(superseded_at__isnull=True), name="note_one_current"
            ),
        ]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"Note {self.pk}"


class Medication(models.Model):
    """A medication on the chart, as the source writes it."""

    chart = models.ForeignKey(Chart, on_delete=models.PROTECT, related_name="medications")
    name = models.CharField(max_length=200)
    dose = models.CharField(max_length=80, blank=True)
    route = models.CharField(max_length=40, blank=True)
    frequency = models.CharField(max_length=80, blank=True)
    started_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Medication {self.pk}"


class LabResult(models.Model):
    """A laboratory result, as the source writes it."""

    chart = models.ForeignKey(Chart, on_delete=models.PROTECT, related_name="labs")
    name = models.CharField(max_length=200)
    value = models.CharField(max_length=120)
    unit = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=80, blank=True)
    flag = models.CharField(max_length=4, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-taken_at", "name"]

    def __str__(self) -> str:
        return f"Lab result {self.pk}"
