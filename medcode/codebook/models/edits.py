"""Edits between codes: NCCI pairs, units and add-on codes, and the POA exemptions."""

from __future__ import annotations

from django.db import models

from medcode.codebook.models.editions import TableEdition


class PoaExempt(models.Model):
    """A diagnosis that carries no POA indicator. Source: CMS, "Present on Admission Exempt Codes"."""

    edition = models.ForeignKey(TableEdition, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=10)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="poa_exempt_once")]

    def __str__(self) -> str:
        return self.code


class PtpEdit(models.Model):
    """NCCI: column 2 is not paid beside column 1, unless a modifier tells the services apart.

    `modifier_indicator`: "0" never allowed, "1" allowed with a modifier, "9" edit withdrawn.
    """

    edition = models.ForeignKey(TableEdition, on_delete=models.CASCADE, related_name="+")
    column1 = models.CharField(max_length=5)
    column2 = models.CharField(max_length=5)
    effective = models.DateField()
    deleted = models.DateField(null=True, blank=True)
    modifier_indicator = models.CharField(max_length=1)
    rationale = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "column1", "column2", "effective"], name="ptp_once"),
            models.CheckConstraint(condition=models.Q(modifier_indicator__in=["0", "1", "9"]), name="ptp_indicator"),
        ]
        indexes = [models.Index(fields=["edition", "column2"], name="ptp_column2")]

    def __str__(self) -> str:
        return f"{self.column1}/{self.column2}"


class Mue(models.Model):
    """NCCI: the most units of a service for one patient and day.

    `indicator` (MAI): "1" line edit, "2" absolute date-of-service edit, "3" clinical date-of-service edit.
    """

    edition = models.ForeignKey(TableEdition, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=5)
    units = models.PositiveIntegerField()
    indicator = models.CharField(max_length=1)
    rationale = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="mue_once")]

    def __str__(self) -> str:
        return f"{self.code}: {self.units}"


class AddOn(models.Model):
    """An add-on code and one primary code that it may stand beside; `primary` "" leaves it to the contractor.

    `kind`: "1" only the listed primaries, "2" contractor-defined, "3" some listed, more by contractor.
    """

    edition = models.ForeignKey(TableEdition, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=5)
    primary = models.CharField(max_length=5, blank=True)
    kind = models.CharField(max_length=1)
    effective = models.DateField()
    deleted = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "code", "primary", "effective"], name="add_on_once")]

    def __str__(self) -> str:
        return f"{self.code} with {self.primary or 'a primary code'}"


class Conversion(models.Model):
    """One step of a crosswalk: `source` became, or translates to, `target` (stored forms).

    `note` keeps the file's flags (GEM: approximate, no map, combination, scenario, choice list).
    """

    edition = models.ForeignKey(TableEdition, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=10)
    target = models.CharField(max_length=10)
    effective = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "source", "target", "note"], name="conversion_once")]
        indexes = [models.Index(fields=["edition", "target"], name="conversion_target")]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
