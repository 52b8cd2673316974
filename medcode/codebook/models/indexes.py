"""Ways into the book: the alphabetic indexes, the tables of neoplasms and drugs, and the ICD-10-PCS tables."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from medcode.codebook.models.editions import Release, TableEdition


class IndexEntry(models.Model):
    """A main term or subterm of an index or table.

    `term` is this line's own words, `path` all words from the main term down. `code` as printed in the
    index ("" for a mere heading; may end in "-" where more characters are needed). `cells` are the
    codes of a table's columns (neoplasms: malignant primary, secondary, in situ, benign, uncertain,
    unspecified; drugs: accidental, self-harm, assault, undetermined, adverse effect, underdosing).
    """

    edition = models.ForeignKey(TableEdition, on_delete=models.CASCADE, related_name="+")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    position = models.PositiveIntegerField()
    depth = models.PositiveSmallIntegerField()
    term = models.CharField(max_length=500)
    nonessential = models.CharField(max_length=500, blank=True, help_text="Nonessential modifiers, in brackets.")
    path = models.CharField(max_length=2000)
    code = models.CharField(max_length=30, blank=True)
    manifestation = models.CharField(max_length=30, blank=True, help_text="The code in [brackets] that follows.")
    see = models.CharField(max_length=300, blank=True)
    see_also = models.CharField(max_length=300, blank=True)
    cells = ArrayField(models.CharField(max_length=12, blank=True), default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "position"], name="index_position_once")]
        indexes = [
            models.Index(fields=["edition", "code"], name="index_code"),
            GinIndex(fields=["path"], opclasses=["gin_trgm_ops"], name="index_path"),
        ]
        ordering = ["edition", "position"]

    def __str__(self) -> str:
        return self.path


class PcsRow(models.Model):
    """One row of an ICD-10-PCS table: the values that may be combined with its first three characters.

    `table` is those three characters; `labels` their names; `axes` is, for characters 4 to 7, the
    character's name and its permitted values: `[{"name": "Body Part", "values": [["6", "Cerebral
    Ventricle"], …]}, … ×4]`. Source: CMS icd10pcs_tables.xml.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="pcs_rows")
    table = models.CharField(max_length=3)
    position = models.PositiveIntegerField()
    labels = models.JSONField(help_text="Names of the first three characters: section, body system, operation.")
    definition = models.TextField(blank=True, help_text="What the operation means.")
    axes = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "position"], name="pcs_row_once")]
        indexes = [models.Index(fields=["release", "table"], name="pcs_table")]
        ordering = ["release", "position"]

    def __str__(self) -> str:
        return f"Table {self.table}"


class PcsDefinition(models.Model):
    """What a value of an ICD-10-PCS character means. Source: CMS icd10pcs_definitions.xml."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="pcs_definitions")
    section = models.CharField(max_length=1)
    character = models.PositiveSmallIntegerField()
    term = models.CharField(max_length=300)
    definition = models.TextField(blank=True)
    explanation = models.TextField(blank=True)
    includes = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "section", "character", "term"], name="pcs_definition_once")
        ]

    def __str__(self) -> str:
        return self.term
