"""Who works on what: teams, the rules that hand out charts, and the filters that people keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from review.models.encounter import Encounter

if TYPE_CHECKING:
    from review.models.chart import Chart


class Team(models.Model):
    """People who share a worklist."""

    name = models.CharField(max_length=80, unique=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="teams", blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SavedFilter(models.Model):
    """A worklist filter under a name. `values` has passed the filter's form, and passes it again on use.

    One that a supervisor shares with a team is offered to its members beside their own.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_filters")
    name = models.CharField(max_length=60)
    values = models.JSONField()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="saved_filters")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_filter_name_once_per_person"),
            models.CheckConstraint(condition=~models.Q(name=""), name="saved_filter_has_a_name"),
        ]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return f"Saved filter {self.pk}"


class AssignmentRule(models.Model):
    """Which charts go to whom, the moment they are ready to code. Blank criteria mean "any".

    The active rule with the lowest `priority` number wins. A team's charts go to its coder with the fewest.
    A rule is switched off rather than deleted: the audit trail names it.
    """

    CRITERIA = ("specialty", "patient_class", "payer", "facility")

    name = models.CharField(max_length=80, unique=True)
    priority = models.PositiveSmallIntegerField(default=100, help_text="Lower numbers come first.")
    active = models.BooleanField(default=True)
    specialty = models.CharField(max_length=60, blank=True)
    patient_class = models.CharField(max_length=12, choices=Encounter.PatientClass, blank=True)
    payer = models.CharField(max_length=120, blank=True)
    facility = models.CharField(max_length=120, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="assignment_rules"
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="assignment_rules")
    audit_new_coders = models.BooleanField(
        default=False, help_text="Charts that go to a coder in their first 90 days are marked for a second look."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, team__isnull=True)
                | models.Q(person__isnull=True, team__isnull=False),
                name="assignment_rule_person_or_team",
            ),
        ]
        indexes = [
            models.Index(fields=["priority", "id"], condition=models.Q(active=True), name="assignment_rule_in_order")
        ]
        ordering = ["priority", "id"]

    def __str__(self) -> str:
        return f"Assignment rule {self.pk}"

    def matches(self, chart: Chart) -> bool:
        """Whether the chart is one of those that the rule is about."""
        return all(getattr(self, each) in ("", getattr(chart, each)) for each in self.CRITERIA)

    @property
    def sentence(self) -> str:
        """The criteria in words."""
        wanted = [self.specialty, self.get_patient_class_display(), self.payer, self.facility]
        return " · ".join(filter(None, wanted)) or "Every chart"
