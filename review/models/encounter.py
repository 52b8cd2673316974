"""Who was treated, where, when, and who pays."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Upper


def starts_with(column: str) -> models.Index:
    """For `column__istartswith`, whatever the database's collation."""
    return models.Index(OpClass(Upper(column), name="text_pattern_ops"), name=f"{column}_starts_with")


class Patient(models.Model):
    """A person as one facility knows them."""

    class Sex(models.TextChoices):
        FEMALE = "F", "Female"
        MALE = "M", "Male"
        UNKNOWN = "U", "Unknown"

    source = models.CharField(max_length=60, help_text="The system that issued the identifier.")
    mrn = models.CharField(max_length=64, help_text="Medical record number.")
    name = models.CharField(max_length=200, blank=True, help_text="Family, Given")
    sex = models.CharField(max_length=1, choices=Sex, default=Sex.UNKNOWN)
    birth_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "mrn"], name="patient_once_per_source")]
        indexes = [starts_with("mrn"), starts_with("name")]

    def __str__(self) -> str:
        return f"Patient {self.pk}"  # never the name: this lands in logs and error messages


class Encounter(models.Model):
    """One stay or visit. `source` and `source_id` name it in the system it came from, once and for all."""

    class PatientClass(models.TextChoices):
        INPATIENT = "inpatient", "Inpatient"
        OUTPATIENT = "outpatient", "Outpatient"
        EMERGENCY = "emergency", "Emergency"
        OBSERVATION = "observation", "Observation"

    source = models.CharField(max_length=60)
    source_id = models.CharField(max_length=200)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="encounters")
    account = models.CharField(max_length=64, blank=True)
    patient_class = models.CharField(max_length=12, choices=PatientClass, default=PatientClass.OUTPATIENT)
    specialty = models.CharField(max_length=60, default="Unspecified")
    facility = models.CharField(max_length=120, blank=True)
    payer = models.CharField(max_length=120, blank=True)
    attending = models.CharField(max_length=120, blank=True)
    disposition = models.CharField(max_length=120, blank=True)
    age = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Years on the day of admission.")
    admitted_on = models.DateField(null=True, blank=True)
    discharged_on = models.DateField(null=True, blank=True)
    simulated = models.BooleanField(default=False)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="encounter_once_per_source"),
            models.CheckConstraint(
                condition=models.Q(discharged_on__isnull=True)
                | models.Q(admitted_on__isnull=True)
                | models.Q(discharged_on__gte=models.F("admitted_on")),
                name="encounter_discharge_after_admission",
            ),
            models.CheckConstraint(
                condition=models.Q(age__isnull=True) | models.Q(age__lte=130), name="encounter_age_plausible"
            ),
        ]
        indexes = [starts_with("account")]

    def __str__(self) -> str:
        return f"Encounter {self.pk}"

    @property
    def coding_date(self) -> date | None:
        """The date that chooses the code set: discharge, else the date of service (Guidelines, Section I)."""
        return self.discharged_on or self.admitted_on

    @property
    def is_inpatient(self) -> bool:
        return self.patient_class == self.PatientClass.INPATIENT

    @property
    def length_of_stay(self) -> int | None:
        """Days in hospital, at least one for an inpatient; None while either date is missing."""
        if not (self.is_inpatient and self.admitted_on and self.discharged_on):
            return None
        return max(1, (self.discharged_on - self.admitted_on).days)
