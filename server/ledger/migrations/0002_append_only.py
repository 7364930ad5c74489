"""The database itself keeps the books: entries balance at commit and are never changed or deleted.

PostgreSQL checks all of it. SQLite has no check at commit, so there it refuses changes only; balance is
checked before writing (posting.py) and afterwards (verify-ledger).
"""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ledger rows are not changed or deleted; post a correcting transaction'
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE FUNCTION ledger_check_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT sum(amount_minor) FROM ledger_entry WHERE transaction_id = NEW.transaction_id) <> 0 THEN
    RAISE EXCEPTION 'ledger transaction % is out of balance', NEW.transaction_id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_entry_stays BEFORE UPDATE OR DELETE ON ledger_entry
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_transaction_stays BEFORE UPDATE OR DELETE ON ledger_transaction
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON ledger_entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_balance();
"""

POSTGRESQL_BACK = """
DROP TRIGGER ledger_entry_balances ON ledger_entry;
DROP TRIGGER ledger_transaction_stays ON ledger_transaction;
DROP TRIGGER ledger_entry_stays ON ledger_entry;
DROP FUNCTION ledger_check_balance;
DROP FUNCTION ledger_refuse;
"""

SQLITE = [
    f"CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT,"
    " 'ledger rows are not changed; post a correcting transaction'); END"
    for table in ("ledger_entry", "ledger_transaction")
]
SQLITE_BACK = ["DROP TRIGGER ledger_entry_stays", "DROP TRIGGER ledger_transaction_stays"]


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
    elif schema_editor.connection.vendor == "sqlite":
        for statement in SQLITE:
            schema_editor.execute(statement)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK, params=None)
    elif schema_editor.connection.vendor == "sqlite":
        for statement in SQLITE_BACK:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
