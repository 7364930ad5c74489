
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('estate', '0001_initial'),
        ('ledger', '0003_unit_of_entries'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='entry',
            name='entry_by_unit',
        ),
        migrations.RemoveField(
            model_name='entry',
            name='unit_code',
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['account', 'unit'], name='entry_of_unit'),
        ),
    ]
