"""What a person keeps of the code book: favourites, and the codes looked at last."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from medcode.codebook.models import CodeSystem
from medcode.codebook.snapshot import dotted


class KeptCode(models.Model):
    """A code that a person looks at again and again. It names no patient and no chart."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kept_codes")
    code_system = models.CharField(max_length=12, choices=CodeSystem)
    code = models.CharField(max_length=10)
    title = models.CharField(max_length=400)
    favourite = models.BooleanField(default=False)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "code_system", "code"], name="kept_code_once_per_person"),
        ]
        indexes = [models.Index(fields=["person", "-seen_at"], name="kept_code_by_time")]
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return f"{self.display} {self.title}"

    @property
    def display(self) -> str:
        """The dotted form for people."""
        return dotted(self.code, self.code_system)
