"""Each resident who hung on one unit becomes the first occupancy of that unit."""

from django.db import migrations


def occupancies_of_residents(apps, schema_editor):
    resident, occupancy = apps.get_model("estate", "Resident"), apps.get_model("estate", "Occupancy")
    rows = resident.objects.using(schema_editor.connection.alias).order_by("pk")
    batch = []
    for row in rows.iterator(2_000):
        batch.append(
            occupancy(
                community_id=row.community_id,
                unit_id=row.unit_id,
                resident_id=row.pk,
                role=row.role,
                pays=row.pays,
            )
        )
        if len(batch) == 2_000:
            occupancy.objects.using(schema_editor.connection.alias).bulk_create(batch)
            batch = []
    occupancy.objects.using(schema_editor.connection.alias).bulk_create(batch)


class Migration(migrations.Migration):
    dependencies = [("estate", "0002_occupancy")]

    operations = [migrations.RunPython(occupancies_of_residents, migrations.RunPython.noop)]
