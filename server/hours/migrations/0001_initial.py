import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('estate', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='NightRules',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kiosk_code', models.CharField(blank=True, max_length=8, verbose_name='Kiosk code')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='Ended at')),
                ('starts', models.TimeField(verbose_name='From')),
                ('ends', models.TimeField(verbose_name='Until')),
                ('cards', models.BooleanField(default=True, verbose_name='Cards are taken')),
                ('max_minor', models.BigIntegerField(default=0, help_text='Nought: as by day', validators=[django.core.validators.MinValueValidator(0)], verbose_name='Largest payment at night')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='night_rules', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Rules of the night',
                'verbose_name_plural': 'Rules of the night',
                'ordering': ['community', 'kiosk_code', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='OpenDays',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kiosk_code', models.CharField(blank=True, max_length=8, verbose_name='Kiosk code')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='Ended at')),
                ('first_day', models.DateField(verbose_name='First day')),
                ('last_day', models.DateField(verbose_name='Last day')),
                ('starts', models.TimeField(blank=True, null=True, verbose_name='From')),
                ('ends', models.TimeField(blank=True, null=True, verbose_name='Until')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='open_days', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Days with other hours',
                'verbose_name_plural': 'Days with other hours',
                'ordering': ['community', 'kiosk_code', 'first_day', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='OpenHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kiosk_code', models.CharField(blank=True, max_length=8, verbose_name='Kiosk code')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='Ended at')),
                ('weekdays', models.CharField(max_length=7, verbose_name='Weekdays')),
                ('starts', models.TimeField(verbose_name='From')),
                ('ends', models.TimeField(verbose_name='Until')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='open_hours', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Opening hours',
                'verbose_name_plural': 'Opening hours',
                'ordering': ['community', 'kiosk_code', 'starts', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='PlannedOutage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('begins', models.DateTimeField(verbose_name='Begins')),
                ('ends', models.DateTimeField(db_index=True, verbose_name='Ends')),
                ('told_from', models.DateTimeField(verbose_name='Told from')),
                ('words_zh', models.CharField(max_length=60, verbose_name='Words for residents (Chinese)')),
                ('words_en', models.CharField(max_length=100, verbose_name='Words for residents (English)')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='Ended at')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outages', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Planned outage',
                'verbose_name_plural': 'Planned outages',
                'ordering': ['begins', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends__gt', models.F('begins'))), name='outage_ends_after_it_begins')],
            },
        ),
    ]
