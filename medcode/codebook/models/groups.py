"""What groups codes for payment: MS-DRG weights and HCC maps."""

from __future__ import annotations

from django.db import models

from medcode.codebook.models.editions import TableEdition


class DrgWeight(models.Model):
    """One line of Table 5 of the IPPS final rule. Mean stays are in days."""

    edition = models.ForeignKey(TableEdition, on_delete=models.CASCADE, related_name="+")
    drg = models.CharField(max_length=3)
    mdc = models.CharField(max_length=3, blank=True)
    kind = models.CharField(max_length=4, blank=True, help_text="SURG or MED.")
    title = models.CharField(max_length=300)
    weight = models.DecimalField(max_digits=8, decimal_places=4, null=True, blank=True)
    geometric_mean_stay = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    arithmetic_mean_stay = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    post_acute = models.BooleanField(default=False)
    special_pay = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "drg"], name="drg_once")]

    def __str__(self) -> str:
        return f"{self.drg} {self.title}"


class HccMapping(models.Model):
    """A diagnosis and the hierarchical condition category that it maps to."""

    edition = models.ForeignKey(TableEdition, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=10)
    hcc = models.CharField(max_length=6)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "code", "hcc"], name="hcc_once")]

    def __str__(self) -> str:
        return f"{self.code} → HCC {self.hcc}"
