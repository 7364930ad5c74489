import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('billing', '0001_initial'),
        ('estate', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='MeterKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(max_length=60, verbose_name='Provider of remote meters')),
                ('digest', models.CharField(max_length=64, unique=True, verbose_name='Digest of the key')),
                ('made_at', models.DateTimeField(verbose_name='Key made at')),
                ('silent_days', models.PositiveSmallIntegerField(default=35, verbose_name='Silent after days')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='Key revoked at')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='meter_keys', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Key of remote meters',
                'verbose_name_plural': 'Keys of remote meters',
                'ordering': ['community', 'provider', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='HeardMeter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(max_length=60, verbose_name='Provider of remote meters')),
                ('heard_at', models.DateTimeField(verbose_name='Heard at')),
                ('refusal', models.CharField(blank=True, max_length=200, verbose_name='Why it was refused')),
                ('unknown_code', models.CharField(blank=True, max_length=30, verbose_name='Unknown meter')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='heard_meters', to='estate.community', verbose_name='Community')),
                ('meter', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='heard', to='billing.meter', verbose_name='Meter')),
            ],
            options={
                'verbose_name': 'Heard meter',
                'verbose_name_plural': 'Heard meters',
                'ordering': ['community', 'provider', 'pk'],
                'indexes': [models.Index(fields=['community', 'heard_at'], name='heard_meter_by_time')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('meter__isnull', False)), fields=('meter', 'provider'), name='meter_is_heard_once_a_provider'), models.UniqueConstraint(condition=models.Q(('meter__isnull', True)), fields=('community', 'provider'), name='unknown_meter_is_heard_once_a_provider')],
            },
        ),
    ]
