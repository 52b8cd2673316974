"""People, and the one program that sends charts in."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class Role(models.TextChoices):
    CODER = "coder", "Coder"
    CDI_SPECIALIST = "cdi_specialist", "CDI specialist"
    AUDITOR = "auditor", "Auditor"
    SUPERVISOR = "supervisor", "Supervisor"
    ADMIN = "admin", "Admin"
    INTEGRATION = "integration", "Integration"


class User(AbstractUser):
    """A signed-in person (or the EHR's interface engine). Exactly one role decides what they may do."""

    role = models.CharField(max_length=16, choices=Role)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
        ]

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.username
