"""The codes of a release and the instructions that stand at them."""

from __future__ import annotations

from django.db import models

from medcode.codebook.models.editions import Release
from medcode.codebook.snapshot import dotted


class Code(models.Model):
    """A chapter, block, category or code of a release. `position` is its place in the tabular."""

    class Kind(models.TextChoices):
        CHAPTER = "chapter", "Chapter"
        BLOCK = "block", "Block"
        CATEGORY = "category", "Category"
        CODE = "code", "Code"

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="codes")
    code = models.CharField(max_length=10, help_text="Stored form, without a dot.")
    title = models.CharField(max_length=2000)
    short_title = models.CharField(max_length=100, blank=True, db_default="")
    kind = models.CharField(max_length=8, choices=Kind)
    billable = models.BooleanField()
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    position = models.PositiveIntegerField()
    valid_from = models.DateField(null=True, blank=True, help_text="When later than the release's own.")
    valid_to = models.DateField(null=True, blank=True, help_text="When earlier than the release's own.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "code"], name="code_once_per_release"),
        ]
        indexes = [
            models.Index(fields=["release", "code"], opclasses=["", "varchar_pattern_ops"], name="code_prefix"),
        ]
        ordering = ["release", "position"]

    def __str__(self) -> str:
        return f"{self.display} {self.title}"

    @property
    def display(self) -> str:
        """The dotted form for people."""
        return dotted(self.code, self.release.code_system)


class Note(models.Model):
    """An instruction of the tabular that stands at a code and holds for everything below it."""

    class Kind(models.TextChoices):
        INCLUDES = "includes", "Includes"
        INCLUSION_TERM = "inclusion_term", "Inclusion term"
        EXCLUDES1 = "excludes1", "Excludes1"
        EXCLUDES2 = "excludes2", "Excludes2"
        CODE_FIRST = "code_first", "Code first"
        USE_ADDITIONAL = "use_additional", "Use additional code"
        CODE_ALSO = "code_also", "Code also"
        NOTE = "note", "Note"
        SEVENTH_CHARACTER = "seventh_character", "7th character"

    code = models.ForeignKey(Code, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=20, choices=Kind)
    text = models.TextField()
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["code", "position"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text}"
