"""Gives the rows that there are their place in the natural order."""

from django.db import migrations

from server.estate.fields import natural_key

BATCH = 2_000


def fill(apps, schema_editor):
    for name in ("Building", "Unit"):
        model = apps.get_model("estate", name)
        rows = model.objects.using(schema_editor.connection.alias)
        batch = []
        for row in rows.only("pk", "code").iterator(chunk_size=BATCH):
            row.natural_key = natural_key(row.code)
            batch.append(row)
            if len(batch) == BATCH:
                rows.bulk_update(batch, ["natural_key"])
                batch = []
        rows.bulk_update(batch, ["natural_key"])


class Migration(migrations.Migration):
    dependencies = [("estate", "0009_natural_order")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
