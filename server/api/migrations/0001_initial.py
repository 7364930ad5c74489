import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('estate', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConfigDigest',
            fields=[
                ('community', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='estate.community', verbose_name='Community')),
                ('stamp', models.CharField(max_length=120, verbose_name='Stamp')),
            ],
            options={
                'verbose_name': "Configuration's digest",
                'verbose_name_plural': "Configurations' digests",
            },
        ),
        migrations.CreateModel(
            name='LookupWindow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kiosk_id', models.CharField(max_length=36, verbose_name='Kiosk id')),
                ('minute', models.DateTimeField(db_index=True, verbose_name='Minute')),
                ('count', models.PositiveIntegerField(default=0, verbose_name='Look-ups')),
                ('misses', models.PositiveIntegerField(default=0, verbose_name='Misses')),
            ],
            options={
                'verbose_name': 'Look-ups of a minute',
                'verbose_name_plural': 'Look-ups of minutes',
                'constraints': [models.UniqueConstraint(fields=('kiosk_id', 'minute'), name='lookup_window_once')],
            },
        ),
    ]
