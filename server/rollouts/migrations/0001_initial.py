import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('estate', '0001_initial'),
        ('fleet', '0001_initial'),
        ('remote_acts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Rollout',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('version', models.CharField(max_length=24, verbose_name='Release')),
                ('attempt', models.PositiveIntegerField(default=1, verbose_name='Try')),
                ('ring', models.CharField(choices=[('canary', 'Canaries'), ('tenth', 'One in ten'), ('all', 'All')], default='canary', max_length=10, verbose_name='Ring')),
                ('state', models.CharField(choices=[('running', 'Under way'), ('stopped', 'Halted'), ('ended', 'Replaced by a later one')], default='running', max_length=10, verbose_name='State')),
                ('begun_by', models.CharField(max_length=150, verbose_name='Who began it')),
                ('role', models.CharField(blank=True, choices=[('administrator', 'Administrator'), ('bookkeeper', 'Bookkeeper'), ('collector', 'Collector'), ('approver', 'Approver'), ('technician', 'Technician'), ('auditor', 'Auditor')], max_length=20, verbose_name='By the role of')),
                ('reason', models.CharField(max_length=300, verbose_name='Reason')),
                ('begun_at', models.DateTimeField(verbose_name='Begun at')),
                ('changed_at', models.DateTimeField(verbose_name='Last changed')),
                ('counts_from', models.DateTimeField(verbose_name='Failures count from')),
                ('stopped_by', models.CharField(blank=True, max_length=150, verbose_name='Stopped by')),
                ('stop_reason', models.CharField(blank=True, max_length=300, verbose_name='Why stopped')),
                ('figures', models.JSONField(blank=True, default=dict, verbose_name='Figures when it stopped')),
                ('canaries', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='remote_acts.kioskgroup', verbose_name='Group of canaries')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rollouts', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Roll-out',
                'verbose_name_plural': 'Roll-outs',
                'ordering': ['-begun_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'ended'), _negated=True), fields=('community',), name='rollout_one_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='UpdateTry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=24, verbose_name='Release')),
                ('attempt', models.PositiveIntegerField(verbose_name='Try')),
                ('state', models.CharField(max_length=40, verbose_name='State')),
                ('code', models.CharField(blank=True, max_length=40, verbose_name='Why so')),
                ('begun_at', models.DateTimeField(verbose_name='Begun at')),
                ('state_at', models.DateTimeField(verbose_name='So since')),
                ('changed_over_at', models.DateTimeField(blank=True, null=True, verbose_name='Changed over at')),
                ('ill', models.CharField(blank=True, max_length=20, verbose_name='Ill since the change')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('kiosk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='update_tries', to='fleet.kiosk', verbose_name='Kiosk')),
            ],
            options={
                'verbose_name': 'Try of a release',
                'verbose_name_plural': 'Tries of releases',
                'ordering': ['-state_at', '-pk'],
                'indexes': [models.Index(fields=['version', 'state_at'], name='update_try_by_version')],
                'constraints': [models.UniqueConstraint(fields=('kiosk', 'version', 'attempt'), name='update_try_once')],
            },
        ),
    ]
