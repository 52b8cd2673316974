"""Dated editions: of code systems, and of the tables that hold the rules between codes.

Rows of an edition never change once it is loaded; what is published later is a new edition.
"""

from __future__ import annotations

from django.db import models


class CodeSystem(models.TextChoices):
    ICD10CM = "ICD-10-CM", "ICD-10-CM"
    ICD10PCS = "ICD-10-PCS", "ICD-10-PCS"
    CPT = "CPT", "CPT"
    HCPCS = "HCPCS", "HCPCS Level II"


ENDS_AFTER_ITS_START = models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from"))


class Table(models.TextChoices):
    POA_EXEMPT = "poa-exempt", "Diagnoses exempt from POA reporting"
    DRG_WEIGHTS = "drg-weights", "MS-DRG weights (Table 5)"
    HCC = "hcc", "HCC map"
    NCCI_PTP = "ncci-ptp", "NCCI procedure-to-procedure edits"
    NCCI_MUE = "ncci-mue", "NCCI medically unlikely edits"
    ADD_ON = "add-on", "NCCI add-on code edits"
    INDEX = "index", "Alphabetic Index"
    NEOPLASMS = "neoplasms", "Table of Neoplasms"
    DRUGS = "drugs", "Table of Drugs and Chemicals"
    EXTERNAL_INDEX = "external-index", "Index to External Causes"
    PCS_INDEX = "pcs-index", "ICD-10-PCS Index"
    CONVERSION = "conversion", "Conversion table"


class Edition(models.Model):
    """What every edition has. Valid by date of service (outpatient) or discharge (inpatient).

    `is_complete` turns true in the transaction that stores the last row: nobody sees half an edition.
    `content_hash` is the SHA-256 of what was read, so that loading it again does nothing, and loading
    something else under its name is refused.
    """

    name = models.CharField(max_length=60)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200)
    content_hash = models.CharField(max_length=64, blank=True)
    loaded_at = models.DateTimeField(auto_now_add=True)
    is_complete = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Release(Edition):
    """One dated edition of a code system."""

    code_system = models.CharField(max_length=12, choices=CodeSystem)
    code_count = models.PositiveIntegerField(default=0, help_text="Billable codes.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code_system", "name"], name="release_named_once"),
            models.CheckConstraint(condition=ENDS_AFTER_ITS_START, name="release_valid_to_after_valid_from"),
        ]
        ordering = ["code_system", "-valid_from"]

    def __str__(self) -> str:
        return f"{self.code_system} {self.name}"


class TableEdition(Edition):
    """One dated edition of an edit, grouping or index table.

    `variant` tells editions apart that are valid side by side: "practitioner" and "outpatient" NCCI
    edits, "V24" and "V28" HCC maps, a conversion table's code system.
    """

    table = models.CharField(max_length=16, choices=Table)
    variant = models.CharField(max_length=20, blank=True)
    row_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table", "variant", "name"], name="table_edition_named_once"),
            models.CheckConstraint(condition=ENDS_AFTER_ITS_START, name="table_valid_to_after_valid_from"),
        ]
        ordering = ["table", "variant", "-valid_from"]

    def __str__(self) -> str:
        return " ".join(part for part in (self.get_table_display(), self.variant, self.name) if part)
