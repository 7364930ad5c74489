import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('estate', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='WorkerSign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True, verbose_name='Worker')),
                ('at', models.DateTimeField(verbose_name='Last sign of life')),
            ],
            options={
                'verbose_name': 'Worker',
                'verbose_name_plural': 'Workers',
                'ordering': ['-at'],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30, verbose_name='Kind')),
                ('subject', models.CharField(max_length=80, verbose_name='Subject')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'At work'), ('done', 'Done'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='waiting', max_length=10, verbose_name='State')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='Done so far')),
                ('total', models.PositiveIntegerField(default=0, verbose_name='Of')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='Attempts')),
                ('cancel_asked', models.BooleanField(default=False, verbose_name='Cancellation asked for')),
                ('asked_by', models.CharField(max_length=150, verbose_name='Asked by')),
                ('asked_at', models.DateTimeField(verbose_name='Asked at')),
                ('beat_at', models.DateTimeField(verbose_name='Last sign of life')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='Job ended at')),
                ('problem', models.CharField(blank=True, max_length=200, verbose_name='Problem')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Job',
                'verbose_name_plural': 'Jobs',
                'ordering': ['-asked_at', '-pk'],
                'indexes': [models.Index(fields=['state', 'beat_at'], name='job_by_last_sign')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'running'])), fields=('kind', 'subject'), name='job_is_unfinished_once')],
            },
        ),
    ]
