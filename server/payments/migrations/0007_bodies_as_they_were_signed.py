from django.db import migrations, models

from contract.journal_hash import canonical
from server.payments.journal.entry_body import CanonicalBody


def copy(apps, schema_editor):
    entries = apps.get_model("payments", "JournalEntry").objects.using(schema_editor.connection.alias)
    for entry in entries.iterator(chunk_size=500):
        named = entry.body.get("payment_id")
        entries.filter(pk=entry.pk).update(
            signed=canonical(entry.body), payment_id=named[:36] if isinstance(named, str) else ""
        )


class Migration(migrations.Migration):
    atomic = True
    dependencies = [("payments", "0006_ending_since")]

    operations = [
        migrations.AddField(
            model_name="journalentry",
            name="payment_id",
            field=models.CharField(blank=True, db_index=True, default="", max_length=36),
        ),
        migrations.AddField(
            model_name="journalentry", name="signed", field=models.TextField(default="{}")
        ),
        migrations.RunPython(copy, migrations.RunPython.noop),
        migrations.RemoveField(model_name="journalentry", name="body"),
        migrations.RenameField(model_name="journalentry", old_name="signed", new_name="body"),
        migrations.AlterField(
            model_name="journalentry", name="body", field=CanonicalBody(verbose_name="内容 Body")
        ),
    ]
