"""An entry belongs to the unit's row, not to the unit's code, which may be corrected.

The triggers of the migration before are replaced by guards (``server.ledger.guards``).
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery

POSTGRESQL = """
DROP TRIGGER IF EXISTS ledger_entry_balances ON ledger_entry;
DROP TRIGGER IF EXISTS ledger_transaction_stays ON ledger_transaction;
DROP TRIGGER IF EXISTS ledger_entry_stays ON ledger_entry;
DROP FUNCTION IF EXISTS ledger_check_balance;
DROP FUNCTION IF EXISTS ledger_refuse;
"""


def open_books(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
    else:
        schema_editor.execute("DROP TRIGGER IF EXISTS ledger_entry_stays")
        schema_editor.execute("DROP TRIGGER IF EXISTS ledger_transaction_stays")


def name_units(apps, schema_editor):
    units = apps.get_model("estate", "Unit").objects.filter(
        community=OuterRef("community"), code=OuterRef("unit_code")
    )
    entries = apps.get_model("ledger", "Entry").objects.exclude(unit_code="")
    entries.update(unit=Subquery(units.values("pk")[:1]))


class Migration(migrations.Migration):
    dependencies = [("estate", "0001_initial"), ("ledger", "0002_append_only")]
    operations = [
        migrations.RunPython(open_books, migrations.RunPython.noop),
        migrations.AddField(
            model_name="entry",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="estate.unit",
                verbose_name="房屋 Unit",
            ),
        ),
        migrations.RunPython(name_units, migrations.RunPython.noop),
    ]
