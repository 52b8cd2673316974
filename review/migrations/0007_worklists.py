"""What the worklist shows, filters and sorts by; teams, rules of assignment, kept filters."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

COPY = """
UPDATE review_chart SET patient_class = encounter.patient_class, payer = encounter.payer, facility = encounter.facility
FROM review_encounter AS encounter WHERE encounter.id = review_chart.encounter_id
"""


class Migration(migrations.Migration):
    dependencies = [("review", "0006_second_look")]

    operations = [
        migrations.CreateModel(
            name="AssignmentRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("priority", models.PositiveSmallIntegerField(default=100, help_text="Lower numbers come first.")),
                ("active", models.BooleanField(default=True)),
                ("specialty", models.CharField(blank=True, max_length=60)),
                (
                    "patient_class",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("inpatient", "Inpatient"),
                            ("outpatient", "Outpatient"),
                            ("emergency", "Emergency"),
                            ("observation", "Observation"),
                        ],
                        max_length=12,
                    ),
                ),
                ("payer", models.CharField(blank=True, max_length=120)),
                ("facility", models.CharField(blank=True, max_length=120)),
                (
                    "audit_new_coders",
                    models.BooleanField(
                        default=False,
                        help_text="Charts that go to a coder in their first 90 days are marked for a second look.",
                    ),
                ),
            ],
            options={
                "ordering": ["priority", "id"],
            },
        ),
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("values", models.JSONField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="chart",
            name="assigned_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="chart",
            name="assigned_to",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assigned_charts",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="chart",
            name="by_fallback",
            field=models.BooleanField(default=False, help_text="The built-in coder answered for the model server."),
        ),
        migrations.AddField(
            model_name="chart",
            name="edit_failed",
            field=models.BooleanField(default=False, help_text="The last attempt to submit it was refused."),
        ),
        migrations.AddField(
            model_name="chart",
            name="facility",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="chart",
            name="for_audit",
            field=models.BooleanField(default=False, help_text="An assignment rule asks for a second look at it."),
        ),
        migrations.AddField(
            model_name="chart",
            name="patient_class",
            field=models.CharField(
                choices=[
                    ("inpatient", "Inpatient"),
                    ("outpatient", "Outpatient"),
                    ("emergency", "Emergency"),
                    ("observation", "Observation"),
                ],
                default="outpatient",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="chart",
            name="payer",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="chart",
            name="missing_document",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Q(("hold_reason__iregex", "missing|pending")),
                output_field=models.BooleanField(),
            ),
        ),
        migrations.AddField(
            model_name="chart",
            name="query_open",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Q(("hold_reason__iregex", "query")),
                output_field=models.BooleanField(),
            ),
        ),
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="chart",
            index=models.Index(
                condition=models.Q(("status", "ready")),
                fields=["specialty", "-confidence", "id"],
                name="chart_ready_specialty",
            ),
        ),
        migrations.AddIndex(
            model_name="chart",
            index=models.Index(
                condition=models.Q(("status", "ready")),
                fields=["payer", "-confidence", "id"],
                name="chart_ready_payer",
            ),
        ),
        migrations.AddIndex(
            model_name="chart",
            index=models.Index(
                condition=models.Q(("status", "ready")),
                fields=["patient_class", "-confidence", "id"],
                name="chart_ready_patient_class",
            ),
        ),
        migrations.AddIndex(
            model_name="chart",
            index=models.Index(
                condition=models.Q(("status", "ready")),
                fields=["facility", "-confidence", "id"],
                name="chart_ready_facility",
            ),
        ),
        migrations.AddIndex(
            model_name="chart",
            index=models.Index(
                condition=models.Q(("status", "ready")),
                fields=["assigned_to", "-confidence", "id"],
                name="chart_ready_assigned_to",
            ),
        ),
        migrations.AddIndex(
            model_name="chart",
            index=models.Index(
                condition=models.Q(("status", "ready"), ("assigned_to", None)),
                fields=["-confidence", "id"],
                name="chart_ready_unassigned",
            ),
        ),
        migrations.AddIndex(
            model_name="chart",
            index=models.Index(
                condition=models.Q(
                    ("status", "ready"),
                    models.Q(
                        ("query_open", True),
                        ("edit_failed", True),
                        ("missing_document", True),
                        ("needs_manual_review", True),
                        ("by_fallback", True),
                        ("for_audit", True),
                        _connector="OR",
                    ),
                ),
                fields=["-confidence", "id"],
                name="chart_ready_flagged",
            ),
        ),
        migrations.AddIndex(
            model_name="chart",
            index=models.Index(
                condition=models.Q(("status", "final")),
                fields=["finalized_by", "-finalized_at", "id"],
                name="chart_final_by_coder",
            ),
        ),
        migrations.AddIndex(
            model_name="chart",
            index=models.Index(
                condition=models.Q(("status__in", ["received", "suggesting"])),
                fields=["coding_date", "id"],
                name="chart_waiting_by_age",
            ),
        ),
        migrations.AddIndex(
            model_name="chart",
            index=models.Index(
                condition=models.Q(("status__in", ["on_hold"])), fields=["coding_date", "id"], name="chart_hold_by_age"
            ),
        ),
        migrations.AddIndex(
            model_name="chart",
            index=models.Index(
                condition=models.Q(("status__in", ["failed"])),
                fields=["coding_date", "id"],
                name="chart_failed_by_age",
            ),
        ),
        migrations.AddIndex(
            model_name="chart",
            index=models.Index(fields=["specialty"], name="chart_specialty_values"),
        ),
        migrations.AddIndex(
            model_name="chart",
            index=models.Index(fields=["payer"], name="chart_payer_values"),
        ),
        migrations.AddIndex(
            model_name="chart",
            index=models.Index(fields=["facility"], name="chart_facility_values"),
        ),
        migrations.AddIndex(
            model_name="encounter",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("account"), name="text_pattern_ops"
                ),
                name="account_starts_with",
            ),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("mrn"), name="text_pattern_ops"
                ),
                name="mrn_starts_with",
            ),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("name"), name="text_pattern_ops"
                ),
                name="name_starts_with",
            ),
        ),
        migrations.AddConstraint(
            model_name="chart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("assigned_at__isnull", True), ("assigned_to__isnull", True)),
                    models.Q(("assigned_at__isnull", False), ("assigned_to__isnull", False)),
                    _connector="OR",
                ),
                name="chart_assignment_has_person_and_time",
            ),
        ),
        migrations.AddField(
            model_name="assignmentrule",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assignment_rules",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="savedfilter",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="saved_filters", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="members",
            field=models.ManyToManyField(blank=True, related_name="teams", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="savedfilter",
            name="team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="saved_filters",
                to="review.team",
            ),
        ),
        migrations.AddField(
            model_name="assignmentrule",
            name="team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assignment_rules",
                to="review.team",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedfilter",
            constraint=models.UniqueConstraint(fields=("owner", "name"), name="saved_filter_name_once_per_person"),
        ),
        migrations.AddConstraint(
            model_name="savedfilter",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="saved_filter_has_a_name"
            ),
        ),
        migrations.AddIndex(
            model_name="assignmentrule",
            index=models.Index(
                condition=models.Q(("active", True)), fields=["priority", "id"], name="assignment_rule_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="assignmentrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("person__isnull", False), ("team__isnull", True)),
                    models.Q(("person__isnull", True), ("team__isnull", False)),
                    _connector="OR",
                ),
                name="assignment_rule_person_or_team",
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                fields=["coder", "decided_at"], include=["act", "seconds_spent"], name="decision_by_coder"
            ),
        ),
    ]
