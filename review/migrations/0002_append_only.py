"""What constraints cannot say. Decisions, audit events and blind readings only grow: the database itself refuses to
change or remove them. A diagnosis pointer leads from a service to a diagnosis of the same chart.

Plain triggers, not a library's: a library's can be switched off by a session variable.
"""

from django.db import migrations

TABLES = ["review_decision", "review_auditevent", "review_blindreading"]

FUNCTION = """
CREATE FUNCTION review_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""

TRIGGERS = "".join(
    f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION review_refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION review_refuse_change();
"""
    for table in TABLES
)

POINTERS = """
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
"""

REVERSE = (
    "".join(
        f"DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_no_truncate ON {table};"
        for table in TABLES
    )
    + "DROP FUNCTION review_refuse_change();"
    + "DROP TRIGGER review_diagnosispointer_fits ON review_diagnosispointer; DROP FUNCTION review_check_pointer();"
)


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial")]

    operations = [migrations.RunSQL(FUNCTION + TRIGGERS + POINTERS, REVERSE)]
