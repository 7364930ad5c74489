"""The database itself keeps people's acts: no row is changed, replaced or deleted, and the table is not
emptied."""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION staff_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'acts are not changed or deleted'
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER staff_act_stays BEFORE UPDATE OR DELETE ON staff_act
  FOR EACH ROW EXECUTE FUNCTION staff_refuse();
CREATE TRIGGER staff_act_is_not_emptied BEFORE TRUNCATE ON staff_act
  FOR EACH STATEMENT EXECUTE FUNCTION staff_refuse();
"""

POSTGRESQL_BACK = """
DROP TRIGGER staff_act_is_not_emptied ON staff_act;
DROP TRIGGER staff_act_stays ON staff_act;
DROP FUNCTION staff_refuse;
"""

_REFUSE = "BEGIN SELECT RAISE(ABORT, 'acts are not changed or deleted'); END"
SQLITE = {
    "staff_act_stays": f"BEFORE UPDATE ON staff_act {_REFUSE}",
    "staff_act_is_not_deleted": f"BEFORE DELETE ON staff_act {_REFUSE}",
    # INSERT OR REPLACE deletes without asking the trigger above.
    "staff_act_is_not_replaced": "BEFORE INSERT ON staff_act"
    f" WHEN EXISTS (SELECT 1 FROM staff_act WHERE id = NEW.id) {_REFUSE}",
}


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
    elif schema_editor.connection.vendor == "sqlite":
        for name, rule in SQLITE.items():
            schema_editor.execute(f"CREATE TRIGGER {name} {rule}")


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK, params=None)
    elif schema_editor.connection.vendor == "sqlite":
        for name in SQLITE:
            schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
