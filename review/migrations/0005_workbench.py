"""The coder's screen: lines of a claim on assigned codes, order by kind, blind charts, what each person keeps."""

import django.db.models.constraints
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

TRIGGERS = """
CREATE FUNCTION review_check_pointer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM review_assignedcode AS service JOIN review_assignedcode AS diagnosis USING (chart_id)
         WHERE service.id = NEW.service_id AND service.kind = 'service'
           AND diagnosis.id = NEW.diagnosis_id AND diagnosis.kind = 'diagnosis'
    ) THEN
        RAISE EXCEPTION 'a pointer leads from a service to a diagnosis of the same chart'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER review_diagnosispointer_fits BEFORE INSERT OR UPDATE ON review_diagnosispointer
    FOR EACH ROW EXECUTE FUNCTION review_check_pointer();
CREATE TRIGGER review_blindreading_append_only BEFORE UPDATE OR DELETE ON review_blindreading
    FOR EACH ROW EXECUTE FUNCTION review_refuse_change();
CREATE TRIGGER review_blindreading_no_truncate BEFORE TRUNCATE ON review_blindreading
    FOR EACH STATEMENT EXECUTE FUNCTION review_refuse_change();
"""
REVERSE = """
DROP TRIGGER review_diagnosispointer_fits ON review_diagnosispointer;
DROP FUNCTION review_check_pointer();
DROP TRIGGER review_blindreading_append_only ON review_blindreading;
DROP TRIGGER review_blindreading_no_truncate ON review_blindreading;
"""
# The order used to run across the kinds. Checked at once, since a deferred check would outlive this transaction's DDL.
RENUMBER = """
UPDATE review_assignedcode AS assigned SET sequence = numbered.place
  FROM (SELECT id, row_number() OVER (PARTITION BY chart_id, kind ORDER BY sequence) AS place
          FROM review_assignedcode) AS numbered
 WHERE numbered.id = assigned.id AND assigned.sequence <> numbered.place;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [("review", "0004_model_server")]

    operations = [
        migrations.CreateModel(
            name="BlindReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("codes", models.JSONField(help_text="The coder's own list, as [code system, code].")),
                ("own", models.PositiveSmallIntegerField()),
                ("suggested", models.PositiveSmallIntegerField()),
                ("shared", models.PositiveSmallIntegerField()),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ChartTime",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seconds", models.PositiveIntegerField(default=0)),
                ("last_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="DiagnosisPointer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="NoteRead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="Workbench",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hide_money", models.BooleanField(help_text="Empty: as the policy says.", null=True)),
                ("keys", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="WorkbenchPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("decided_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "blind_share",
                    models.FloatField(default=0.0, help_text="Of new charts that are presented without suggestions."),
                ),
                (
                    "hide_money",
                    models.BooleanField(default=False, help_text="For people who have not chosen themselves."),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AlterModelOptions(
            name="assignedcode",
            options={"ordering": ["kind", "sequence"]},
        ),
        migrations.RemoveConstraint(
            model_name="assignedcode",
            name="assigned_code_sequence_once",
        ),
        migrations.AddField(
            model_name="assignedcode",
            name="kind",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(code_system="ICD-10-CM", then=models.Value("diagnosis")),
                    models.When(code_system="ICD-10-PCS", then=models.Value("procedure")),
                    default=models.Value("service"),
                ),
                output_field=models.CharField(max_length=9),
            ),
        ),
        migrations.AddField(
            model_name="assignedcode",
            name="modifiers",
            field=models.CharField(blank=True, help_text='At most four, as "59 LT".', max_length=11),
        ),
        migrations.AddField(
            model_name="assignedcode",
            name="performed_by",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="assignedcode",
            name="performed_on",
            field=models.DateField(blank=True, help_text="Empty: on the chart's own date.", null=True),
        ),
        migrations.AddField(
            model_name="assignedcode",
            name="units",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="chart",
            name="blind",
            field=models.BooleanField(default=False, help_text="A control chart: coded once without suggestions."),
        ),
        migrations.AddField(
            model_name="chart",
            name="blind_shown_at",
            field=models.DateTimeField(blank=True, help_text="When the suggestions were shown.", null=True),
        ),
        migrations.AlterField(
            model_name="assignedcode",
            name="sequence",
            field=models.PositiveSmallIntegerField(help_text="Among the codes of its kind, from 1."),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("act__in", ["accept", "modify", "reject"])),
                fields=["specialty", "suggested_code", "decided_at"],
                include=("act", "code_system", "simulated"),
                name="decision_track_record",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignedcode",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                fields=("chart", "kind", "sequence"),
                name="assigned_code_sequence_once_per_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignedcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("poa", ""), ("code_system", "ICD-10-CM"), _connector="OR"),
                name="assigned_code_poa_of_a_diagnosis",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignedcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("modifiers__regex", "^([A-Z0-9]{2}( [A-Z0-9]{2}){0,3})?$")),
                name="assigned_code_four_modifiers",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignedcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("code_system__in", ["CPT", "HCPCS"]), models.Q(("modifiers", ""), ("units", 1)), _connector="OR"
                ),
                name="assigned_code_modifiers_of_a_service",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignedcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("units__gte", 1), ("units__lte", 999)), name="assigned_code_units_range"
            ),
        ),
        migrations.AddConstraint(
            model_name="assignedcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("code_system", "ICD-10-CM"), _negated=True),
                    models.Q(("performed_by", ""), ("performed_on__isnull", True)),
                    _connector="OR",
                ),
                name="assigned_code_performed_is_no_diagnosis",
            ),
        ),
        migrations.AddConstraint(
            model_name="chart",
            constraint=models.CheckConstraint(
                condition=models.Q(("blind", True), ("blind_shown_at__isnull", True), _connector="OR"),
                name="chart_shown_after_blind",
            ),
        ),
        migrations.AddField(
            model_name="blindreading",
            name="chart",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="blind_reading", to="review.chart"
            ),
        ),
        migrations.AddField(
            model_name="blindreading",
            name="coder",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="blind_readings", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="charttime",
            name="chart",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="times", to="review.chart"
            ),
        ),
        migrations.AddField(
            model_name="charttime",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="chart_times", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="diagnosispointer",
            name="diagnosis",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="pointed_at_by", to="review.assignedcode"
            ),
        ),
        migrations.AddField(
            model_name="diagnosispointer",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="pointers", to="review.assignedcode"
            ),
        ),
        migrations.AddField(
            model_name="noteread",
            name="note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="readings", to="review.note"
            ),
        ),
        migrations.AddField(
            model_name="noteread",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="notes_read", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="workbench",
            name="person",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="workbench", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="workbenchpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("blind_share__gte", 0), ("blind_share__lte", 0.5)),
                name="policy_blind_share_in_range",
            ),
        ),
        migrations.AddIndex(
            model_name="blindreading",
            index=models.Index(fields=["-at", "id"], name="blind_reading_by_time"),
        ),
        migrations.AddConstraint(
            model_name="blindreading",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("own__gte", 1), ("shared__lte", models.F("own")), ("shared__lte", models.F("suggested"))
                ),
                name="blind_reading_counts_fit",
            ),
        ),
        migrations.AddConstraint(
            model_name="charttime",
            constraint=models.UniqueConstraint(fields=("chart", "person"), name="chart_time_once_per_person"),
        ),
        migrations.AddConstraint(
            model_name="diagnosispointer",
            constraint=models.UniqueConstraint(fields=("service", "position"), name="pointer_position_once"),
        ),
        migrations.AddConstraint(
            model_name="diagnosispointer",
            constraint=models.UniqueConstraint(fields=("service", "diagnosis"), name="pointer_diagnosis_once"),
        ),
        migrations.AddConstraint(
            model_name="diagnosispointer",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__gte", 1), ("position__lte", 4)), name="pointer_four_at_most"
            ),
        ),
        migrations.AddConstraint(
            model_name="noteread",
            constraint=models.UniqueConstraint(fields=("person", "note"), name="note_read_once_per_person"),
        ),
        migrations.RunSQL(TRIGGERS, REVERSE),
        migrations.RunSQL(RENUMBER, migrations.RunSQL.noop),
    ]
