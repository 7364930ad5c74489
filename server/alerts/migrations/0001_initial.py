import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('estate', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kiosk_code', models.CharField(blank=True, max_length=8, verbose_name='Kiosk')),
                ('kind', models.CharField(max_length=40, verbose_name='Kind')),
                ('subject', models.CharField(max_length=80, verbose_name='Subject')),
                ('text_zh', models.CharField(max_length=200, verbose_name='Text (Chinese)')),
                ('text_en', models.CharField(max_length=300, verbose_name='Text (English)')),
                ('details', models.JSONField(default=dict, verbose_name='Details')),
                ('raised_at', models.DateTimeField(verbose_name='Raised')),
                ('resolved_at', models.DateTimeField(blank=True, null=True, verbose_name='Resolved')),
                ('cured_at', models.DateTimeField(blank=True, null=True, verbose_name='Seems to be over since')),
                ('seen_at', models.DateTimeField(blank=True, null=True, verbose_name='Somebody looks after it since')),
                ('times', models.PositiveIntegerField(default=1, verbose_name='How often it came')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='estate.community', verbose_name='Community')),
                ('part_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='alerts.alert', verbose_name='Part of')),
            ],
            options={
                'verbose_name': 'Alert',
                'verbose_name_plural': 'Alerts',
                'ordering': ['-raised_at'],
                'indexes': [models.Index(condition=models.Q(('resolved_at__isnull', False)), fields=['resolved_at'], name='alert_by_its_end')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('resolved_at', None)), fields=('community', 'kind', 'subject'), name='alert_is_open_once')],
            },
        ),
    ]
