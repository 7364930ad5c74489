"""The database itself keeps a refund that has ended as it is: what was returned by hand is never claimed
or sent again, what the channel returned is never called returned by hand."""

from django.db import migrations

_FIELDS = ("state", "amount_minor", "order_id", "refund_no", "how", "done_at")
_WORDS = "a refund that has ended stays as it is"

POSTGRESQL = f"""
CREATE FUNCTION payments_refund_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'due' AND ({" OR ".join(f"NEW.{f} IS DISTINCT FROM OLD.{f}" for f in _FIELDS)})
  THEN
    RAISE EXCEPTION '{_WORDS}' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payments_refund_stays BEFORE UPDATE ON payments_refund
  FOR EACH ROW EXECUTE FUNCTION payments_refund_stays();
"""
POSTGRESQL_BACK = """
DROP TRIGGER payments_refund_stays ON payments_refund;
DROP FUNCTION payments_refund_stays;
"""
SQLITE = f"""
CREATE TRIGGER payments_refund_stays BEFORE UPDATE ON payments_refund
WHEN OLD.state <> 'due' AND ({" OR ".join(f"NEW.{f} IS NOT OLD.{f}" for f in _FIELDS)})
BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END
"""


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
    elif schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(SQLITE)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK, params=None)
    elif schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER payments_refund_stays")


class Migration(migrations.Migration):
    dependencies = [("payments", "0008_refunds_and_suspense")]
    operations = [migrations.RunPython(forwards, backwards)]
