from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("estate", "0003_occupancy_of_residents")]

    operations = [
        migrations.AlterModelOptions(
            name='resident',
            options={'ordering': ['community', 'pk'], 'verbose_name': 'Resident', 'verbose_name_plural': 'Residents'},
        ),
        migrations.RemoveField(
            model_name='resident',
            name='pays',
        ),
        migrations.RemoveField(
            model_name='resident',
            name='role',
        ),
        migrations.RemoveField(
            model_name='resident',
            name='unit',
        ),
    ]
