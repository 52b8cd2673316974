"""Audit plans, samples, second looks at FINAL charts, and charts that are coded twice."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("review", "0005_workbench")]

    operations = [
        migrations.CreateModel(
            name="AuditPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("any", "Any chart"),
                            ("overrides", "Charts with overrides or added codes"),
                            ("high_only", "Charts whose suggestions were all HIGH"),
                            ("new_coder", "Charts of coders in their first 90 days"),
                        ],
                        default="any",
                        max_length=10,
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("review", "Audit beside the coder’s codes"),
                            ("double", "Code again, blind, then adjudicate"),
                        ],
                        default="review",
                        max_length=6,
                    ),
                ),
                ("size", models.PositiveSmallIntegerField(default=3)),
                (
                    "unit",
                    models.CharField(
                        choices=[("count", "charts of each coder"), ("percent", "% of each coder’s charts")],
                        default="count",
                        max_length=7,
                    ),
                ),
                ("specialty", models.CharField(blank=True, max_length=60)),
                ("payer", models.CharField(blank=True, max_length=120)),
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
                ("name", models.CharField(max_length=80, unique=True)),
                ("seed", models.PositiveIntegerField(default=1, help_text="The same seed draws the same charts.")),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="AuditSample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("any", "Any chart"),
                            ("overrides", "Charts with overrides or added codes"),
                            ("high_only", "Charts whose suggestions were all HIGH"),
                            ("new_coder", "Charts of coders in their first 90 days"),
                        ],
                        default="any",
                        max_length=10,
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("review", "Audit beside the coder’s codes"),
                            ("double", "Code again, blind, then adjudicate"),
                        ],
                        default="review",
                        max_length=6,
                    ),
                ),
                ("size", models.PositiveSmallIntegerField(default=3)),
                (
                    "unit",
                    models.CharField(
                        choices=[("count", "charts of each coder"), ("percent", "% of each coder’s charts")],
                        default="count",
                        max_length=7,
                    ),
                ),
                ("specialty", models.CharField(blank=True, max_length=60)),
                ("payer", models.CharField(blank=True, max_length=120)),
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
                ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("seed", models.PositiveIntegerField()),
                ("population", models.PositiveIntegerField(help_text="Charts that could have been drawn.")),
                ("drawn_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("simulated", models.BooleanField(default=False)),
                (
                    "drawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="samples",
                        to="review.auditplan",
                    ),
                ),
            ],
            options={
                "ordering": ["-drawn_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ChartAudit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("drawn", "Waiting for an auditor"),
                            ("in_review", "In review"),
                            ("returned", "With the coder"),
                            ("agreed", "Coder agrees"),
                            ("rebutted", "Coder rebuts"),
                            ("finished", "Finished"),
                            ("escalated", "With the supervisor"),
                            ("decided", "Decided"),
                        ],
                        default="drawn",
                        max_length=9,
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(
                        default=1, help_text="Grows with every change; a stale save is refused."
                    ),
                ),
                (
                    "comment",
                    models.CharField(blank=True, help_text="The auditor's word to the coder.", max_length=1000),
                ),
                ("drawn_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("returned_at", models.DateTimeField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "score",
                    models.JSONField(blank=True, help_text="The counts as they stood when it was closed.", null=True),
                ),
                (
                    "auditor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="audits_made",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "chart",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="second_looks", to="review.chart"
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "coder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_audited",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sample",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="audits", to="review.auditsample"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="AuditedCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code_system",
                    models.CharField(
                        choices=[
                            ("ICD-10-CM", "ICD-10-CM"),
                            ("ICD-10-PCS", "ICD-10-PCS"),
                            ("CPT", "CPT"),
                            ("HCPCS", "HCPCS Level II"),
                        ],
                        max_length=12,
                    ),
                ),
                ("coder_code", models.CharField(blank=True, max_length=10)),
                ("coder_description", models.CharField(blank=True, max_length=400)),
                ("coder_sequence", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "coder_poa",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("Y", "Y · present on admission"),
                            ("N", "N · not present on admission"),
                            ("U", "U · documentation insufficient"),
                            ("W", "W · clinically undetermined"),
                            ("1", "1 · exempt from reporting"),
                        ],
                        max_length=1,
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=10)),
                ("description", models.CharField(blank=True, max_length=400)),
                ("sequence", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "poa",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("Y", "Y · present on admission"),
                            ("N", "N · not present on admission"),
                            ("U", "U · documentation insufficient"),
                            ("W", "W · clinically undetermined"),
                            ("1", "1 · exempt from reporting"),
                        ],
                        max_length=1,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("principal", "Principal or first-listed diagnosis"),
                            ("missed", "Documented, not coded"),
                            ("unsupported", "Not supported by the documentation"),
                            ("specificity", "Not as specific as documented"),
                            ("wrong", "Wrong code"),
                            ("combination", "Combination code or integral condition"),
                            ("instruction", "Excludes, code first, use additional"),
                            ("sequence", "Sequence"),
                            ("poa", "Present on admission"),
                            ("other", "Other"),
                        ],
                        max_length=12,
                    ),
                ),
                ("comment", models.CharField(blank=True, max_length=500)),
                (
                    "answer",
                    models.CharField(blank=True, choices=[("agree", "Agreed"), ("rebut", "Rebutted")], max_length=5),
                ),
                ("answer_comment", models.CharField(blank=True, max_length=500)),
                (
                    "ruling",
                    models.CharField(
                        blank=True,
                        choices=[("upheld", "Finding stands"), ("withdrawn", "Coder is right")],
                        max_length=9,
                    ),
                ),
                ("ruling_comment", models.CharField(blank=True, max_length=500)),
                (
                    "audit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="codes", to="review.chartaudit"
                    ),
                ),
            ],
            options={
                "ordering": ["sequence", "coder_sequence", "id"],
            },
        ),
        migrations.CreateModel(
            name="DoubleCoding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for a second coder"),
                            ("coding", "Being coded again"),
                            ("submitted", "Waiting for adjudication"),
                            ("adjudicated", "Adjudicated"),
                        ],
                        default="waiting",
                        max_length=11,
                    ),
                ),
                ("drawn_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("adjudicated_at", models.DateTimeField(blank=True, null=True)),
                (
                    "adjudicator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "chart",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="double_codings", to="review.chart"
                    ),
                ),
                (
                    "first_coder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "sample",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="double_codings",
                        to="review.auditsample",
                    ),
                ),
                (
                    "second_coder",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="DoubleCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code_system",
                    models.CharField(
                        choices=[
                            ("ICD-10-CM", "ICD-10-CM"),
                            ("ICD-10-PCS", "ICD-10-PCS"),
                            ("CPT", "CPT"),
                            ("HCPCS", "HCPCS Level II"),
                        ],
                        max_length=12,
                    ),
                ),
                ("code", models.CharField(max_length=10)),
                ("description", models.CharField(max_length=400)),
                ("first_sequence", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "first_poa",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("Y", "Y · present on admission"),
                            ("N", "N · not present on admission"),
                            ("U", "U · documentation insufficient"),
                            ("W", "W · clinically undetermined"),
                            ("1", "1 · exempt from reporting"),
                        ],
                        max_length=1,
                    ),
                ),
                ("second_sequence", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "second_poa",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("Y", "Y · present on admission"),
                            ("N", "N · not present on admission"),
                            ("U", "U · documentation insufficient"),
                            ("W", "W · clinically undetermined"),
                            ("1", "1 · exempt from reporting"),
                        ],
                        max_length=1,
                    ),
                ),
                ("kept", models.BooleanField(blank=True, null=True)),
                ("comment", models.CharField(blank=True, max_length=500)),
                (
                    "double",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="codes", to="review.doublecoding"
                    ),
                ),
            ],
            options={
                "ordering": ["first_sequence", "second_sequence", "id"],
            },
        ),
        migrations.AddConstraint(
            model_name="auditplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("size__gte", 1),
                    models.Q(
                        models.Q(("size__lte", 200), ("unit", "count")),
                        models.Q(("size__lte", 100), ("unit", "percent")),
                        _connector="OR",
                    ),
                ),
                name="audit_plan_size_sane",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditsample",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("size__gte", 1),
                    models.Q(
                        models.Q(("size__lte", 200), ("unit", "count")),
                        models.Q(("size__lte", 100), ("unit", "percent")),
                        _connector="OR",
                    ),
                ),
                name="audit_sample_size_sane",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditsample",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_day__gte", models.F("first_day"))), name="audit_sample_days_in_order"
            ),
        ),
        migrations.AddIndex(
            model_name="chartaudit",
            index=models.Index(fields=["coder", "-id"], name="chart_audit_by_coder"),
        ),
        migrations.AddIndex(
            model_name="chartaudit",
            index=models.Index(fields=["-closed_at"], name="chart_audit_by_close"),
        ),
        migrations.AddConstraint(
            model_name="chartaudit",
            constraint=models.UniqueConstraint(fields=("sample", "chart"), name="chart_audit_once_per_sample"),
        ),
        migrations.AddConstraint(
            model_name="chartaudit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["finished", "decided"]), _negated=True),
                fields=("chart",),
                name="chart_audit_one_open_per_chart",
            ),
        ),
        migrations.AddConstraint(
            model_name="chartaudit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("auditor__isnull", True), ("status", "drawn")),
                    models.Q(models.Q(("status", "drawn"), _negated=True), ("auditor__isnull", False)),
                    _connector="OR",
                ),
                name="chart_audit_has_an_auditor_once_begun",
            ),
        ),
        migrations.AddConstraint(
            model_name="chartaudit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("auditor__isnull", True), models.Q(("auditor", models.F("coder")), _negated=True), _connector="OR"
                ),
                name="chart_audit_not_of_own_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="chartaudit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", False),
                        ("closed_by__isnull", False),
                        ("score__isnull", False),
                        ("status__in", ["finished", "decided"]),
                    ),
                    models.Q(
                        models.Q(("status__in", ["finished", "decided"]), _negated=True),
                        ("closed_at", None),
                        ("score__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="chart_audit_closed_has_person_time_score",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditedcode",
            constraint=models.UniqueConstraint(
                condition=models.Q(("coder_code", ""), _negated=True),
                fields=("audit", "code_system", "coder_code"),
                name="audited_code_coder_code_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditedcode",
            constraint=models.UniqueConstraint(
                condition=models.Q(("code", ""), _negated=True),
                fields=("audit", "code_system", "code"),
                name="audited_code_code_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditedcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("code", ""), _negated=True), models.Q(("coder_code", ""), _negated=True), _connector="OR"
                ),
                name="audited_code_names_a_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditedcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("code", ""), ("sequence__isnull", True)),
                    models.Q(models.Q(("code", ""), _negated=True), ("sequence__gte", 1)),
                    _connector="OR",
                ),
                name="audited_code_has_a_sequence",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditedcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("coder_code", ""), ("coder_sequence__isnull", True)),
                    models.Q(models.Q(("coder_code", ""), _negated=True), ("coder_sequence__gte", 1)),
                    _connector="OR",
                ),
                name="audited_code_coder_has_a_sequence",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditedcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("code", models.F("coder_code")), models.Q(("kind", ""), _negated=True), _connector="OR"
                ),
                name="audited_code_difference_has_a_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditedcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", "rebut"), _negated=True),
                    models.Q(("answer_comment", ""), _negated=True),
                    _connector="OR",
                ),
                name="audited_code_rebuttal_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditedcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("ruling", ""), ("answer", "rebut"), _connector="OR"),
                name="audited_code_ruling_on_a_rebuttal",
            ),
        ),
        migrations.AddIndex(
            model_name="doublecoding",
            index=models.Index(fields=["-submitted_at"], name="double_coding_by_time"),
        ),
        migrations.AddConstraint(
            model_name="doublecoding",
            constraint=models.UniqueConstraint(fields=("sample", "chart"), name="double_coding_once_per_sample"),
        ),
        migrations.AddConstraint(
            model_name="doublecoding",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "adjudicated"), _negated=True),
                fields=("chart",),
                name="double_coding_one_open_per_chart",
            ),
        ),
        migrations.AddConstraint(
            model_name="doublecoding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("second_coder__isnull", True), ("status", "waiting")),
                    models.Q(models.Q(("status", "waiting"), _negated=True), ("second_coder__isnull", False)),
                    _connector="OR",
                ),
                name="double_coding_has_a_coder_once_begun",
            ),
        ),
        migrations.AddConstraint(
            model_name="doublecoding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("second_coder__isnull", True),
                    models.Q(("second_coder", models.F("first_coder")), _negated=True),
                    _connector="OR",
                ),
                name="double_coding_by_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="doublecoding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("adjudicator__isnull", True),
                    models.Q(
                        models.Q(("adjudicator", models.F("first_coder")), _negated=True),
                        models.Q(("adjudicator", models.F("second_coder")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="double_coding_adjudicated_by_a_third",
            ),
        ),
        migrations.AddConstraint(
            model_name="doublecoding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("adjudicated_at__isnull", False), ("adjudicator__isnull", False), ("status", "adjudicated")
                    ),
                    models.Q(
                        models.Q(("status", "adjudicated"), _negated=True),
                        ("adjudicated_at", None),
                        ("adjudicator", None),
                    ),
                    _connector="OR",
                ),
                name="double_coding_adjudicated_has_person_and_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="doublecoding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["submitted", "adjudicated"]), ("submitted_at__isnull", False)),
                    models.Q(("status__in", ["waiting", "coding"]), ("submitted_at__isnull", True)),
                    _connector="OR",
                ),
                name="double_coding_submitted_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="doublecode",
            constraint=models.UniqueConstraint(fields=("double", "code_system", "code"), name="double_code_once"),
        ),
        migrations.AddConstraint(
            model_name="doublecode",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_sequence__gte", 1), ("second_sequence__gte", 1), _connector="OR"),
                name="double_code_somebody_assigned_it",
            ),
        ),
    ]
